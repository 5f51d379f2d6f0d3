package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.PropertyConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.RegularFile;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.StalledException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.model.format.PropertyFiles;
import org.dpsieve.outputlayer.property.PropertyBases;
import org.dpsieve.outputlayer.property.PropertyRows;
import org.dpsieve.outputlayer.property.PropertySolution;
import org.dpsieve.outputlayer.property.PropertySolver;
import org.dpsieve.outputlayer.property.PropertyTransfer;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.transfer.PropertyRowsStage;
import org.dpsieve.text.Counted;

/**
 * Models of a property, solved for all labels so far, each from the model the run was given. The
 * executors evaluate frames, each once in a run; the driver solves, of one model after the other.
 */
final class PropertyTraining {
  /** Fewer say nothing of errors on frames left out. */
  private static final int LEAST = 3;

  /** Frames with labels at another level that are learnt from, at most: on one machine. */
  private static final int MOST_OLD = 2000;

  /** Frames of the pool that means and principal components are taken of, at most. */
  private static final int SAMPLED = 2000;

  /** Numbers of one model's rows that the driver holds: 512 MB. */
  private static final long MOST_NUMBERS = PropertyTransfer.MOST_NUMBERS / 2;

  private final SparkSession spark;
  private final SimplifyConfig config;
  private final PropertyConfig property;
  private final PropertyTransfer.Options options;
  private final Consumer<String> notes;

  PropertyTraining(SparkSession spark, SimplifyConfig config, Consumer<String> notes) {
    this.spark = spark;
    this.config = config;
    this.property = config.property().orElseThrow();
    this.notes = notes;
    this.options =
        new PropertyTransfer.Options(
            property.basis(), PropertyTransfer.Options.DEFAULT.features(), OptionalDouble.empty());
  }

  /** What a model of the run is called. */
  static String name(int model) {
    return "graph.%03d.dp".formatted(model);
  }

  /**
   * Writes {@code graph.000.dp} and so on, what {@link SpreadFiles} has of them, and what {@link
   * RowsFiles} keeps for the next.
   *
   * @param pool all its frames
   * @param labelled in groups, as they came
   * @param most labelled frames that there can be
   * @param old frames with labels at another level; {@code null} without any
   * @param earlier folders of this run's trainings, in their order
   * @throws StalledException when there are too few labels
   */
  Facts.Training train(
      Path target,
      Dataset<Row> pool,
      List<Dataset<Row>> labelled,
      long most,
      Dataset<Row> old,
      List<Path> earlier) {
    try {
      Files.createDirectories(target);
      String key = key(old != null);
      RowsFiles known = RowsFiles.of(spark, earlier, key);
      List<PropertyBases> bases = bases(target, pool, known);
      Dataset<Row> fresh =
          labelled.subList(known.groups(), labelled.size()).stream()
              .map(group -> PropertyRowsStage.of(spark, group, bases))
              .reduce(Dataset::union)
              .orElse(null);
      Dataset<Row> before = null;
      if (old != null && known.isEmpty()) {
        Dataset<Row> some =
            Results.some(
                old.where(col(property.label().name()).isNotNull()),
                config.pick().seed(),
                "old",
                MOST_OLD);
        before = PropertyRowsStage.of(spark, some, bases);
      }
      spark.sparkContext().setJobDescription("what new labels say of output layers");
      RowsFiles rows = known.with(target, fresh, before, labelled.size(), Integer.MAX_VALUE, key);
      return solve(target, bases, rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InputException e) {
      throw new InputException(
          "training of a model of %s: %s".formatted(property.label(), e.getMessage()), e);
    }
  }

  /** What rows depend on and may change between two calls. */
  private String key(boolean old) {
    List<String> parts = new ArrayList<>();
    config.train().models().forEach(model -> parts.add(RegularFile.sha256(ModelFiles.file(model))));
    parts.add(property.label().toString());
    parts.add("basis " + property.basis());
    parts.add(old ? "old labels" : "no old labels");
    return Sha256.hex(String.join("\n", parts));
  }

  /** Of each model: those of the first training, or made now. */
  private List<PropertyBases> bases(Path target, Dataset<Row> pool, RowsFiles known)
      throws IOException {
    List<Path> models = config.train().models();
    List<Frame> sample = known.isEmpty() ? sample(pool) : List.of();
    List<PropertyBases> bases = new ArrayList<>();
    for (int m = 0; m < models.size(); m++) {
      DeepPotential start = PropertyFiles.start(models.get(m), config.typeMap());
      bases.add(
          known.isEmpty()
              ? PropertyTransfer.bases(start, property.label(), sample, options)
              : BasesFiles.read(known.first(), m, start, property.label(), options));
      if (known.isEmpty()) {
        BasesFiles.write(target, m, bases.get(m));
      }
    }
    return bases;
  }

  private List<Frame> sample(Dataset<Row> pool) {
    spark.sparkContext().setJobDescription("a sample of the pool, for what output layers stand on");
    return Results.some(pool, config.pick().seed(), "bases", SAMPLED).collectAsList().stream()
        .map(FrameRows::toFrame)
        .toList();
  }

  private Facts.Training solve(Path target, List<PropertyBases> bases, RowsFiles rows)
      throws IOException {
    List<Facts.ModelFit> fits = new ArrayList<>();
    long frames = rows.labelledRows() / bases.size();
    if (frames < LEAST) {
      throw new StalledException(
          "%s a label, a model of %s needs %d or more; see what has become of the others in 02.fp, or set init_pick_number higher in another run"
              .formatted(Counted.of(frames, "frame has", "frames have"), property.label(), LEAST));
    }
    for (int m = 0; m < bases.size(); m++) {
      spark.sparkContext().setJobDescription("rows of the output layer of model " + m);
      PropertySolution solution =
          PropertySolver.solve(
              bases.get(m),
              read(rows.labelled(), frames, m, bases.get(m)),
              read(rows.old(), rows.oldRows() / bases.size(), m, bases.get(m)),
              OptionalDouble.empty());
      PropertyFiles.write(
          config.train().models().get(m),
          solution.model(),
          solution.bias(),
          solution.deviation(),
          target.resolve(name(m)));
      SpreadFiles.write(target, m, solution);
      fits.add(fit(solution));
    }
    return new Facts.Training(frames, fits);
  }

  /** By their ids: the same in any order of parts. As many as there is room for. */
  private List<PropertyRows> read(Dataset<Row> rows, long frames, int model, PropertyBases bases) {
    if (frames == 0) {
      return List.of();
    }
    Dataset<Row> own = rows.where(col("model").equalTo(model));
    long entries = property.label().atomic() ? own.agg(sum("entries")).head().getLong(0) : frames;
    long numbers = entries * bases.rowsOfEntry() * bases.size();
    if (numbers > MOST_NUMBERS) {
      long most = (long) ((double) frames * MOST_NUMBERS / numbers);
      notes.accept(
          "model %d of %s learns from %,d of %s: there is room for so many"
              .formatted(model, property.label(), most, Counted.of(frames, "labelled frame")));
      own = own.orderBy("frame_id").limit((int) most);
    }
    return own.collectAsList().stream()
        .sorted(Comparator.comparing(row -> row.<String>getAs("frame_id")))
        .map(PropertyRowsStage::read)
        .toList();
  }

  private static Facts.ModelFit fit(PropertySolution solution) {
    PropertySolution.Tried taken =
        solution.tried().stream()
            .min(Comparator.comparingDouble(PropertySolution.Tried::error))
            .orElseThrow();
    return Facts.ModelFit.of(
        solution.ridge(),
        new Facts.PropertyFit(
            taken.basis(),
            solution.usesOld(),
            solution.error(),
            taken.error(),
            solution.spread().quantile()));
  }
}
