package org.dpsieve.spark.source;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.CreatableRelationProvider;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.dpsieve.error.InputException;
import org.dpsieve.spark.QueryProblem;
import org.dpsieve.spark.table.MappedTable;
import scala.jdk.javaapi.CollectionConverters;

/**
 * {@code spark.read.format("deepmd").load("data")}: deepmd/npy, mixed and HDF5 systems where they
 * lie, as rows of the frames dataset; {@code df.write.format("deepmd").save("out")} and back. Any
 * Hadoop file system.
 *
 * <p>A partition holds at most {@code maxAtomsPerPartition} atoms (or one frame). Arrays that no
 * selected column needs are not read; conditions on {@code system}, {@code formula} and {@code
 * natoms} leave whole systems unread. {@code mode} says what becomes of systems that cannot be read
 * and of frames with numbers that are none (as far as the selected columns show them): {@code
 * PERMISSIVE} (default) gives a row with the reason in {@code _corrupt_record}, {@code
 * DROPMALFORMED} leaves them out, {@code FAILFAST} stops. {@code extxyzKeys} names labels of
 * extended XYZ files: {@code energy=REF_energy,forces=REF_forces}. {@code properties} names other
 * quantities to read, a column each: {@code band_gap:intensive,dipole}.
 *
 * <p>With {@code mapping} what is loaded is somebody's table, by path or name: {@link MappedTable}.
 */
public final class DeepmdSource
    implements TableProvider, DataSourceRegister, CreatableRelationProvider {
  @Override
  public String shortName() {
    return "deepmd";
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return asked(
        options.asCaseSensitiveMap(),
        () ->
            isMapped(options)
                ? mapped(options).schema()
                : TreeTable.schema(ReadOptions.of(options)));
  }

  /** So that Spark does not ask for the schema of a path that is yet to be written. */
  @Override
  public boolean supportsExternalMetadata() {
    return true;
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    CaseInsensitiveStringMap options = new CaseInsensitiveStringMap(properties);
    return asked(
        properties,
        () -> isMapped(options) ? mapped(options) : new TreeTable(ReadOptions.of(options), schema));
  }

  private static boolean isMapped(CaseInsensitiveStringMap options) {
    return options.containsKey("mapping");
  }

  private static MappedTable mapped(CaseInsensitiveStringMap options) {
    ReadOptions read = ReadOptions.of(options);
    if (read.paths().size() != 1) {
      throw new InputException("format deepmd with a mapping: one table at a time, load(TABLE)");
    }
    return MappedTable.of(options, read.paths().get(0), read.mode().name());
  }

  @Override
  public BaseRelation createRelation(
      SQLContext context,
      SaveMode mode,
      scala.collection.immutable.Map<String, String> parameters,
      Dataset<Row> frames) {
    Map<String, String> options = CollectionConverters.asJava(parameters);
    return asked(
        options,
        () -> DeepmdWrite.write(context, frames, mode, new CaseInsensitiveStringMap(options)));
  }

  private static <R> R asked(Map<String, String> options, Supplier<R> what) {
    CaseInsensitiveStringMap map = new CaseInsensitiveStringMap(options);
    return asked(List.of(map.getOrDefault("path", map.getOrDefault("paths", ""))), what);
  }

  /** What is done before a query runs; what is wrong then is said as Spark says it. */
  static <R> R asked(List<String> paths, Supplier<R> what) {
    try {
      return what.get();
    } catch (InputException e) {
      throw QueryProblem.DATA.before(String.join(",", paths), e);
    }
  }
}
