package org.dpsieve.spark.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.spark.deviation.DpModels;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.deviation.PropertyHandle;
import org.dpsieve.spark.loop.PosteriorModels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that queries name, sent to the executors once for as long as their files stay the
 * same. Spark takes a broadcast back itself once nobody holds it.
 */
final class SqlEnsembles {
  /** Setting of a session: types of models that do not name theirs. */
  private static final String TYPE_MAP = "dpsieve.typeMap";

  /**
   * Likewise: {@code jvm}, our kernels, or {@code dp}, DeePMD-kit; without it that for models that
   * only it knows.
   */
  private static final String ENGINE = "dpsieve.engine";

  /** Likewise: which of a checkpoint's models. */
  private static final String BRANCH = "dpsieve.modelBranch";

  private static final String ANY = "";
  private static final int KEPT = 8;
  private static final Logger LOG = LoggerFactory.getLogger(SqlEnsembles.class);

  private static final Map<String, SqlModels<Prediction>> KNOWN =
      new LinkedHashMap<>(16, 0.75f, true);
  private static final Map<String, EnsembleHandle> UNCERTAIN = new LinkedHashMap<>(16, 0.75f, true);
  private static final Map<String, SqlModels<PropertyPrediction>> PROPERTIES =
      new LinkedHashMap<>(16, 0.75f, true);

  /** Makes what tasks evaluate of models that lie here. */
  private interface Maker<H> {
    H of(List<java.nio.file.Path> models, List<java.nio.file.Path> posteriors, List<String> names);
  }

  private SqlEnsembles() {}

  /**
   * @param patterns files or patterns, also several in one text, separated by commas; on any Hadoop
   *     file system
   * @throws InputException when there is no such file or it is no model
   */
  static SqlModels<Prediction> of(SparkSession spark, List<String> patterns) {
    String engine = spark.conf().get(ENGINE, ANY);
    String branch = spark.conf().get(BRANCH, "");
    return handle(
        spark,
        engine,
        patterns,
        List.of(),
        KNOWN,
        (models, none, names) ->
            engine.equals("dp") || engine.equals(ANY) && isElsewhere(models, names, branch)
                ? new SqlModels.EnergyProgram(
                    DpModels.of(
                        spark,
                        models,
                        branch,
                        new DpProgram(DpProgram.defaultCommand(), Map.of()),
                        names))
                : new SqlModels.Kernels(
                    EnsembleHandle.of(
                        spark,
                        models.stream()
                            .map(file -> ModelFiles.read(file, names, branch))
                            .toList())));
  }

  /** Whether DeePMD-kit alone knows one of the models; says so, at a level that Spark shows. */
  private static boolean isElsewhere(
      List<java.nio.file.Path> models, List<String> names, String branch) {
    try {
      models.forEach(file -> ModelFiles.read(file, names, branch));
      return false;
    } catch (NoPotentialException e) {
      throw e;
    } catch (UnsupportedModelException e) {
      LOG.warn("evaluated by DeePMD-kit: {}", e.feature());
      return true;
    }
  }

  /** The same of models of a property. */
  static SqlModels<PropertyPrediction> properties(SparkSession spark, List<String> patterns) {
    String engine = spark.conf().get(ENGINE, "jvm");
    return handle(
        spark,
        engine,
        patterns,
        List.of(),
        PROPERTIES,
        (models, none, names) ->
            engine.equals("dp")
                ? new SqlModels.PropertyProgram(
                    DpModels.ofProperty(
                        spark, models, new DpProgram(DpProgram.defaultCommand(), Map.of()), names))
                : new SqlModels.PropertyKernels(
                    PropertyHandle.of(
                        spark,
                        models.stream()
                            .map(file -> ModelFiles.readProperty(file, names))
                            .toList())));
  }

  /** Models that say how far off they may be. */
  static EnsembleHandle uncertain(
      SparkSession spark, List<String> patterns, List<String> posteriors) {
    return handle(
        spark,
        "jvm",
        patterns,
        posteriors,
        UNCERTAIN,
        (models, beside, names) -> {
          PosteriorModels found =
              PosteriorModels.of(models, beside, names, spark.conf().get(BRANCH, ""), LOG::warn);
          return EnsembleHandle.of(spark, found.models())
              .with(spark, found.uncertainty(), null, null, found.members());
        });
  }

  /**
   * @param posteriors of the models; empty without
   */
  private static <H> H handle(
      SparkSession spark,
      String engine,
      List<String> patterns,
      List<String> posteriors,
      Map<String, H> known,
      Maker<H> maker) {
    try {
      Configuration configuration = spark.sessionState().newHadoopConf();
      List<FileStatus> files = find(patterns, "models", "frozen models (graph.pb)", configuration);
      List<FileStatus> beside =
          find(posteriors, "posteriors", "files of dpsieve posterior", configuration);
      String typeMap = spark.conf().get(TYPE_MAP, "");
      if (!List.of("jvm", "dp", ANY).contains(engine)) {
        throw new InputException("%s is '%s': expected jvm or dp".formatted(ENGINE, engine));
      }
      StringBuilder key =
          new StringBuilder(
              "%s %s %s %s"
                  .formatted(
                      spark.sparkContext().applicationId(),
                      engine,
                      typeMap,
                      spark.conf().get(BRANCH, "")));
      Stream.concat(files.stream(), beside.stream())
          .forEach(
              file ->
                  key.append(
                      " %s %d %d"
                          .formatted(file.getPath(), file.getLen(), file.getModificationTime())));
      synchronized (known) {
        H handle = known.get(key.toString());
        if (handle == null) {
          handle = make(maker, files, beside, names(typeMap), configuration);
          known.put(key.toString(), handle);
          if (known.size() > KEPT) {
            known.remove(known.keySet().iterator().next());
          }
        }
        return handle;
      }
    } catch (IOException e) {
      throw new InputException(
          "models %s: cannot be read: %s".formatted(patterns, e.getMessage()), e);
    }
  }

  private static List<FileStatus> find(
      List<String> patterns, String what, String expected, Configuration configuration)
      throws IOException {
    List<FileStatus> files = new ArrayList<>();
    for (String text : patterns) {
      for (String pattern : text.split("\\s*,\\s*")) {
        Path path = new Path(pattern);
        FileStatus[] found = path.getFileSystem(configuration).globStatus(path);
        if (found == null || found.length == 0) {
          throw new InputException(
              "%s: %s: not found, expected %s".formatted(what, pattern, expected));
        }
        Arrays.sort(found);
        files.addAll(List.of(found));
      }
    }
    return files;
  }

  private static List<String> names(String typeMap) {
    return typeMap.isBlank() ? List.of() : List.of(typeMap.trim().split("\\s*,\\s*"));
  }

  private static <H> H make(
      Maker<H> maker,
      List<FileStatus> models,
      List<FileStatus> posteriors,
      List<String> names,
      Configuration configuration)
      throws IOException {
    java.nio.file.Path folder = Files.createTempDirectory("dpsieve");
    try {
      return maker.of(
          local(models, folder.resolve("models"), false, configuration),
          local(posteriors, folder.resolve("posteriors"), true, configuration),
          names);
    } finally {
      OwnFiles.remove(folder);
    }
  }

  /**
   * Where they are, or copies.
   *
   * @param besides whether a run's posteriors need what lies beside them
   */
  private static List<java.nio.file.Path> local(
      List<FileStatus> files,
      java.nio.file.Path folder,
      boolean besides,
      Configuration configuration)
      throws IOException {
    List<java.nio.file.Path> local = new ArrayList<>();
    for (FileStatus file : files) {
      Path path = file.getPath();
      FileSystem system = path.getFileSystem(configuration);
      if (system.getScheme().equals("file")) {
        local.add(java.nio.file.Path.of(path.toUri().getPath()));
        continue;
      }
      java.nio.file.Path into = Files.createDirectories(folder.resolve("" + local.size()));
      java.nio.file.Path copy = into.resolve(path.getName());
      system.copyToLocalFile(false, path, new Path(copy.toUri()), true);
      if (besides && file.isFile()) {
        for (FileStatus other : system.listStatus(path.getParent(), SqlEnsembles::isOfTraining)) {
          Path beside = other.getPath();
          if (!beside.equals(path)) {
            system.copyToLocalFile(
                false, beside, new Path(into.resolve(beside.getName()).toUri()), true);
          }
        }
      }
      local.add(copy);
    }
    return local;
  }

  /** What a posterior of a run is read with. */
  private static boolean isOfTraining(Path file) {
    return file.getName()
        .matches("graph[.]\\d+[.].+|posterior[.]\\d+[.]npy|uncertainty[.]json|members[.]npy");
  }
}
