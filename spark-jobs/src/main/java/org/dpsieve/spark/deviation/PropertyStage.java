package org.dpsieve.spark.deviation;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.deviation.PropertyDeviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.outputlayer.property.UncertainProperties;
import org.dpsieve.pick.Measure;

/**
 * What models of a property say of frames, as Spark rows: rows in, one row out per frame, in order,
 * the partitions kept. A row's numbers depend on its frame alone. A frame whose geometry makes no
 * sense has NaN in every column. All in the property's unit.
 */
public final class PropertyStage {
  /** Root mean square over components of the standard deviations that models expect of errors. */
  public static final String RMS_SIGMA = "rms_sigma_p";

  private static final int ATOMS_AT_ONCE = 4096;
  private static final ArrayType DOUBLES = new ArrayType(DoubleType, false);

  /**
   * Of each frame the models' values, row-major [models, dimension], and the half widths of their
   * 95 % intervals; null where nobody knows them.
   */
  private static final StructType VALUES =
      new StructType()
          .add("frame_id", StringType, false)
          .add("values", DOUBLES, false)
          .add("halves", DOUBLES, true);

  private PropertyStage() {}

  /**
   * How far models disagree, and how far off they expect to be.
   *
   * @param frames rows with at least {@code frame_id, system, index, z, coord, cell}
   * @return rows of {@code frame_id, max_devi_p, min_devi_p, avg_devi_p}, and where the models know
   *     it {@code sigma_p} (the largest over components) and {@code rms_sigma_p}
   */
  public static Dataset<Row> deviations(Dataset<Row> frames, PropertyHandle models) {
    StructType schema = new StructType().add("frame_id", StringType, false);
    for (String name : PropertyDeviation.NAMES) {
      schema = schema.add(name, DoubleType, false);
    }
    if (models.uncertain().isUncertain()) {
      schema = schema.add(Measure.SIGMA.column(), DoubleType, false);
      schema = schema.add(RMS_SIGMA, DoubleType, false);
    }
    return frames.mapPartitions(
        (MapPartitionsFunction<Row, Row>) rows -> new Deviations(rows, models.uncertain()),
        Encoders.row(schema));
  }

  /** What the models say: rows of {@code frame_id, values, halves}. */
  public static Dataset<Row> values(Dataset<Row> frames, PropertyHandle models) {
    return frames.mapPartitions(
        (MapPartitionsFunction<Row, Row>) rows -> new Values(rows, models.uncertain()),
        Encoders.row(VALUES));
  }

  /**
   * Both: rows of {@code frame_id, max_devi_p, min_devi_p, avg_devi_p}, where the models know it
   * {@code sigma_p, rms_sigma_p}, and what the models say, the mean over them, {@code [dimension]}.
   */
  static Iterator<Row> screened(Iterator<Row> frames, UncertainProperties models) {
    return new Screened(frames, models);
  }

  /** As {@link #screened}, of what the models of a frame said, without their errors. */
  static List<Object> numbers(String id, PropertyPrediction[] models) {
    List<Object> values = new ArrayList<>(List.of(id));
    values.addAll(PropertyDeviation.of(models).numbers());
    return values;
  }

  private abstract static class Answers extends FrameBatches {
    private final UncertainProperties models;

    Answers(Iterator<Row> frames, UncertainProperties models) {
      super(frames, ATOMS_AT_ONCE);
      this.models = models;
    }

    @Override
    protected final List<Row> rows(List<Row> source, List<Frame> batch) {
      List<UncertainProperties.Answer> answers = models.answer(batch);
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < answers.size(); i++) {
        rows.add(row(id(source.get(i)), answers.get(i)));
      }
      return rows;
    }

    final UncertainProperties models() {
      return models;
    }

    abstract Row row(String id, UncertainProperties.Answer answer);
  }

  private static class Deviations extends Answers {
    Deviations(Iterator<Row> frames, UncertainProperties models) {
      super(frames, models);
    }

    @Override
    Row row(String id, UncertainProperties.Answer answer) {
      return RowFactory.create(numbers(id, answer).toArray());
    }

    static List<Object> numbers(String id, UncertainProperties.Answer answer) {
      List<Object> values = PropertyStage.numbers(id, answer.models());
      if (answer.sigma() != null) {
        double[] sigma = answer.rmsSigma();
        double largest = 0;
        double square = 0;
        for (double one : sigma) {
          largest = Math.max(largest, one); // NaN stays
          square += one * one / sigma.length;
        }
        values.add(largest);
        values.add(Math.sqrt(square));
      }
      return values;
    }
  }

  private static final class Screened extends Deviations {
    Screened(Iterator<Row> frames, UncertainProperties models) {
      super(frames, models);
    }

    @Override
    Row row(String id, UncertainProperties.Answer answer) {
      List<Object> values = numbers(id, answer);
      values.add(PropertyDeviation.mean(answer.models()));
      return RowFactory.create(values.toArray());
    }
  }

  private static final class Values extends Answers {
    Values(Iterator<Row> frames, UncertainProperties models) {
      super(frames, models);
    }

    @Override
    Row row(String id, UncertainProperties.Answer answer) {
      double[] values =
          Arrays.stream(answer.models())
              .map(PropertyPrediction::value)
              .flatMapToDouble(Arrays::stream)
              .toArray();
      double[] halves = null;
      if (answer.sigma() != null) {
        halves = new double[values.length];
        for (int k = 0; k < halves.length; k++) {
          int components = values.length / answer.sigma().length;
          int m = k / components;
          halves[k] = models().spreads().get(m).quantile() * answer.sigma()[m][k % components];
        }
      }
      return RowFactory.create(id, values, halves);
    }
  }
}
