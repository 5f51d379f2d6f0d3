package org.dpsieve.spark.frames;

import static org.apache.spark.sql.functions.array_distinct;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.types.DataTypes.BooleanType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeNames;

/** {@link Frame} to the row of the frames dataset and back, without loss. */
public final class FrameRows {
  private static final ArrayType INTS = createArrayType(IntegerType, false);
  private static final ArrayType DOUBLES = createArrayType(DoubleType, false);

  /** What the names of columns with labels of an old level begin with. */
  public static final String OLD = "old_";

  /**
   * Å, eV, eV/Å; matrices row-major; {@code cell} null when not periodic, labels null when missing;
   * {@code z} is negative where a type is no element, whose name is in {@code formula}.
   */
  public static final StructType SCHEMA =
      new StructType()
          .add("frame_id", StringType, false)
          .add("system", StringType, false)
          .add("index", IntegerType, false)
          .add("formula", StringType, false)
          .add("natoms", IntegerType, false)
          .add("z", INTS, false)
          .add("coord", DOUBLES, false)
          .add("cell", DOUBLES, true)
          .add("energy", DoubleType, true)
          .add("force", DOUBLES, true)
          .add("virial", DOUBLES, true)
          .add("fparam", DOUBLES, true)
          .add("aparam", DOUBLES, true);

  /** What rows of frames may have beside them: {@link Certainty} of their labels. */
  public static final StructType CERTAINTY =
      new StructType()
          .add("computed", BooleanType, false)
          .add("sigma_energy", DoubleType, true)
          .add("sigma_force", DOUBLES, true);

  /**
   * Of a column's metadata: that it is a {@link Property}, and what of it the name does not say.
   */
  private static final String PROPERTY = "property";

  private static final String INTENSIVE = "intensive";
  private static final String ATOMIC = "atomic";
  private static final String DIMENSION = "dimension";

  private FrameRows() {}

  /**
   * {@link #SCHEMA} with a column for each property, called by its name; its metadata says {@code
   * dimension} (numbers of each frame or atom), {@code intensive} and {@code atomic}. Values of
   * atoms are row-major [natoms, dimension].
   */
  public static StructType schema(Map<Property, Integer> properties) {
    StructType schema = SCHEMA;
    for (StructField column : columns(properties)) {
      schema = schema.add(column);
    }
    return schema;
  }

  /** The columns of some properties. */
  public static List<StructField> columns(Map<Property, Integer> properties) {
    List<StructField> columns = new ArrayList<>();
    properties.forEach(
        (property, dimension) ->
            columns.add(
                new StructField(
                    property.name(),
                    DOUBLES,
                    true,
                    new MetadataBuilder()
                        .putBoolean(PROPERTY, true)
                        .putLong(DIMENSION, dimension)
                        .putBoolean(INTENSIVE, property.intensive())
                        .putBoolean(ATOMIC, property.atomic())
                        .build())));
    return columns;
  }

  /** The properties among the columns of a table, with their dimension. */
  public static SortedMap<Property, Integer> properties(StructType schema) {
    SortedMap<Property, Integer> properties = new TreeMap<>();
    for (StructField field : schema.fields()) {
      Metadata says = field.metadata();
      if (says.contains(PROPERTY)) {
        properties.put(
            new Property(field.name(), says.getBoolean(INTENSIVE), says.getBoolean(ATOMIC)),
            Math.toIntExact(says.getLong(DIMENSION)));
      }
    }
    return properties;
  }

  /** With the frame's values of some properties, null where it has none. */
  public static Row toRow(Frame frame, Collection<Property> properties) {
    Row row = toRow(frame);
    Object[] values = new Object[row.length() + properties.size()];
    for (int i = 0; i < row.length(); i++) {
      values[i] = row.get(i);
    }
    int next = row.length();
    for (Property property : properties) {
      values[next++] = frame.properties().get(property);
    }
    return RowFactory.create(values);
  }

  public static Row toRow(Frame frame) {
    Labels labels = frame.labels();
    return RowFactory.create(
        FrameId.of(frame),
        frame.system(),
        frame.index(),
        Formula.of(frame),
        frame.atomCount(),
        frame.z(),
        frame.coord(),
        frame.cell(),
        labels.energy(),
        labels.force(),
        labels.virial(),
        frame.fparam(),
        frame.aparam());
  }

  /**
   * Of a row that has at least {@code system, index, z, coord, cell}; what else is absent is taken
   * as missing. Names of types that are no elements are in {@code formula}.
   */
  public static Frame toFrame(Row row) {
    return toFrame(row, "");
  }

  /**
   * As {@link #toFrame(Row)}, with labels from other columns.
   *
   * @param labels what the names of these columns begin with
   */
  public static Frame toFrame(Row row, String labels) {
    int[] z = ints(row.getList(row.fieldIndex("z")));
    boolean named = !missing(row, "formula") && Arrays.stream(z).anyMatch(number -> number < 0);
    return new Frame(
        row.getString(row.fieldIndex("system")),
        row.getInt(row.fieldIndex("index")),
        z,
        doubles(row, "coord"),
        doubles(row, "cell"),
        labels(row, labels),
        doubles(row, "fparam"),
        doubles(row, "aparam"),
        named ? names(row.getString(row.fieldIndex("formula"))) : TypeNames.NONE,
        null,
        propertiesOf(row));
  }

  private static Map<Property, double[]> propertiesOf(Row row) {
    SortedMap<Property, double[]> found = new TreeMap<>();
    for (Property property : properties(row.schema()).keySet()) {
      double[] values = doubles(row, property.name());
      if (values != null) {
        found.put(property, values);
      }
    }
    return found;
  }

  /** Labels of an old level of theory, from columns that begin with {@link #OLD}. */
  public static Labels oldLabels(Row row) {
    return labels(row, OLD);
  }

  private static Labels labels(Row row, String prefix) {
    return new Labels(
        number(row, prefix + "energy"),
        doubles(row, prefix + "force"),
        doubles(row, prefix + "virial"));
  }

  /** What {@link #CERTAINTY} says of a row's labels; {@code null} where it has no such columns. */
  public static Certainty certainty(Row row) {
    return missing(row, "computed")
        ? null
        : new Certainty(
            row.getBoolean(row.fieldIndex("computed")),
            number(row, "sigma_energy"),
            doubles(row, "sigma_force"));
  }

  /** Of the types of a formula that are no elements. */
  public static TypeNames names(String formula) {
    return TypeNames.of(Formula.types(formula));
  }

  /** Names of all types in some frames, with columns {@code z} and {@code formula}. */
  public static Set<String> types(Dataset<Row> frames) {
    Set<String> types = new TreeSet<>();
    frames
        .select(explode(array_distinct(col("z"))).as("type"), col("formula"))
        .groupBy("type")
        .agg(min("formula"))
        .collectAsList()
        .forEach(row -> types.add(names(row.getString(1)).name(row.getInt(0))));
    return types;
  }

  private static int[] ints(List<Integer> values) {
    int[] array = new int[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }

  private static boolean missing(Row row, String column) {
    return !List.of(row.schema().fieldNames()).contains(column)
        || row.isNullAt(row.fieldIndex(column));
  }

  private static Double number(Row row, String column) {
    return missing(row, column) ? null : Double.valueOf(row.getDouble(row.fieldIndex(column)));
  }

  private static double[] doubles(Row row, String column) {
    if (missing(row, column)) {
      return null;
    }
    List<Double> values = row.getList(row.fieldIndex(column));
    double[] array = new double[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }
}
