package org.dpsieve.spark.transfer;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.types.DataTypes.BinaryType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.outputlayer.property.PropertyBases;
import org.dpsieve.outputlayer.property.PropertyRows;
import org.dpsieve.outputlayer.property.PropertyTransfer;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.deviation.FrameBatches;

/**
 * What labelled frames say of the output layers of a property, as Spark rows: of each frame that
 * has a label and can be evaluated one for each model, {@code frame_id, model, entries, labels,
 * counts, x0, x1 ...} as {@link PropertyRows} has them, numbers as little-endian doubles. A row
 * depends on its frame and model alone.
 */
public final class PropertyRowsStage {
  /** By which their tables are in order. */
  public static final List<String> ORDER = List.of("model", "frame_id");

  private static final int ATOMS_AT_ONCE = 2048;

  private PropertyRowsStage() {}

  /**
   * @param frames rows of the frames dataset
   * @param models of one property
   */
  public static Dataset<Row> of(
      SparkSession spark, Dataset<Row> frames, List<PropertyBases> models) {
    StructType schema =
        new StructType()
            .add("frame_id", StringType, false)
            .add("model", IntegerType, false)
            .add("entries", IntegerType, false)
            .add("labels", BinaryType, false)
            .add("counts", BinaryType, false);
    for (int base = 0; base < models.get(0).all().size(); base++) {
      schema = schema.add("x" + base, BinaryType, false);
    }
    EnsembleHandle ensemble =
        EnsembleHandle.of(spark, models.stream().map(PropertyBases::common).toList());
    Broadcast<PropertyBases[]> shared =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .broadcast(models.toArray(new PropertyBases[0]));
    int tasks = spark.sparkContext().defaultParallelism();
    return frames
        .where(col(models.get(0).label().name()).isNotNull())
        .repartition(tasks, col("frame_id")) // labels come in few parts
        .mapPartitions(
            (MapPartitionsFunction<Row, Row>)
                rows ->
                    rows.hasNext()
                        ? new Batches(rows, ensemble, shared.value())
                        : List.<Row>of().iterator(),
            Encoders.row(schema));
  }

  private static final class Batches extends FrameBatches {
    private final EnsembleHandle ensemble;
    private final PropertyBases[] models;

    Batches(Iterator<Row> frames, EnsembleHandle ensemble, PropertyBases[] models) {
      super(frames, ATOMS_AT_ONCE);
      this.ensemble = ensemble;
      this.models = models;
    }

    @Override
    protected List<Row> rows(List<Row> source, List<Frame> batch) {
      List<AtomFeatures[]> features = ensemble.ensemble().features(batch);
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        double[] values = PropertyTransfer.label(batch.get(i), models[0].label()).orElse(null);
        for (int m = 0; values != null && features.get(i) != null && m < models.length; m++) {
          PropertyRows one = models[m].rows(batch.get(i), values, features.get(i)[m]);
          List<Object> row = new ArrayList<>(List.of(id(source.get(i)), m, one.entries()));
          row.add(bytes(one.labels()));
          row.add(bytes(one.counts()));
          one.x().forEach(x -> row.add(bytes(x)));
          rows.add(RowFactory.create(row.toArray()));
        }
      }
      return rows;
    }
  }

  /** Of one row of {@link #of}. */
  public static PropertyRows read(Row row) {
    List<double[]> x = new ArrayList<>();
    for (int column = row.fieldIndex("x0"); column < row.length(); column++) {
      x.add(doubles(row.getAs(column)));
    }
    return new PropertyRows(
        row.getAs("frame_id"),
        row.<Integer>getAs("entries"),
        doubles(row.getAs("labels")),
        doubles(row.getAs("counts")),
        x);
  }

  private static byte[] bytes(double[] numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(numbers);
    return bytes.array();
  }

  private static double[] doubles(byte[] bytes) {
    double[] numbers = new double[bytes.length / Double.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(numbers);
    return numbers;
  }
}
