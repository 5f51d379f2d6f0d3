package org.dpsieve.spark.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.deviation.PropertyHandle;

/**
 * The models that queries name, sent to the executors once for as long as their files stay the
 * same. Spark takes a broadcast back itself once nobody holds it.
 */
final class SqlEnsembles {
  /** Setting of a session: types of models that do not name theirs. */
  private static final String TYPE_MAP = "dpsieve.typeMap";

  private static final int KEPT = 8;

  private static final Map<String, EnsembleHandle> KNOWN = new LinkedHashMap<>(16, 0.75f, true);
  private static final Map<String, PropertyHandle> PROPERTIES =
      new LinkedHashMap<>(16, 0.75f, true);

  private interface Maker<H> {
    H of(List<FileStatus> files, List<String> names, Configuration configuration)
        throws IOException;
  }

  private interface Reader<M> {
    M of(java.nio.file.Path file, List<String> names);
  }

  private SqlEnsembles() {}

  /**
   * @param models files or patterns, also several in one text, separated by commas; on any Hadoop
   *     file system
   * @throws InputException when there is no such file or it is no model
   */
  static EnsembleHandle of(SparkSession spark, List<String> models) {
    return handle(
        spark,
        models,
        KNOWN,
        (files, names, configuration) ->
            EnsembleHandle.of(spark, read(files, names, configuration, ModelFiles::read)));
  }

  /** The same of models of a property. */
  static PropertyHandle properties(SparkSession spark, List<String> models) {
    return handle(
        spark,
        models,
        PROPERTIES,
        (files, names, configuration) ->
            PropertyHandle.of(spark, read(files, names, configuration, ModelFiles::readProperty)));
  }

  private static <H> H handle(
      SparkSession spark, List<String> models, Map<String, H> known, Maker<H> make) {
    try {
      Configuration configuration = spark.sessionState().newHadoopConf();
      List<FileStatus> files = find(models, configuration);
      String typeMap = spark.conf().get(TYPE_MAP, "");
      StringBuilder key = new StringBuilder(spark.sparkContext().applicationId() + " " + typeMap);
      files.forEach(
          file ->
              key.append(
                  " %s %d %d"
                      .formatted(file.getPath(), file.getLen(), file.getModificationTime())));
      synchronized (known) {
        H handle = known.get(key.toString());
        if (handle == null) {
          handle = make.of(files, names(typeMap), configuration);
          known.put(key.toString(), handle);
          if (known.size() > KEPT) {
            known.remove(known.keySet().iterator().next());
          }
        }
        return handle;
      }
    } catch (IOException e) {
      throw new InputException(
          "models %s: cannot be read: %s".formatted(models, e.getMessage()), e);
    }
  }

  private static List<FileStatus> find(List<String> models, Configuration configuration)
      throws IOException {
    List<FileStatus> files = new ArrayList<>();
    for (String text : models) {
      for (String pattern : text.split("\\s*,\\s*")) {
        Path path = new Path(pattern);
        FileStatus[] found = path.getFileSystem(configuration).globStatus(path);
        if (found == null || found.length == 0) {
          throw new InputException(
              "models: %s: not found, expected frozen models (graph.pb)".formatted(pattern));
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

  private static <M> List<M> read(
      List<FileStatus> files, List<String> names, Configuration configuration, Reader<M> reader)
      throws IOException {
    List<M> models = new ArrayList<>();
    for (FileStatus file : files) {
      Path path = file.getPath();
      FileSystem system = path.getFileSystem(configuration);
      if (system.getScheme().equals("file")) {
        models.add(reader.of(java.nio.file.Path.of(path.toUri().getPath()), names));
        continue;
      }
      java.nio.file.Path folder = Files.createTempDirectory("dpsieve");
      java.nio.file.Path copy = folder.resolve(path.getName());
      try {
        try (var in = system.open(path)) {
          Files.copy(in, copy);
        }
        models.add(reader.of(copy, names));
      } finally {
        Files.deleteIfExists(copy);
        Files.delete(folder);
      }
    }
    return models;
  }
}
