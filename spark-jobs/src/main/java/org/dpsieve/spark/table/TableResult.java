package org.dpsieve.spark.table;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;

/**
 * A table that a result goes to. What is there is replaced as a whole, if it is an earlier result,
 * and left alone if it is anything else.
 *
 * @param name in a catalog, or path
 */
public record TableResult(SparkSession spark, TableFormat format, String name) {
  /** By one of these sets of columns a table is known for a result. */
  private static final List<List<String>> COLUMNS =
      List.of(
          List.of("frame_id", "max_devi_f", "devi_e"),
          List.of("frame_id", "max_devi_p", "avg_devi_p"));

  /**
   * Whether the result can go there, found out before there is one.
   *
   * @param library name or path of the table that is read
   * @throws InputException when something else is there, or what is written would be lost
   */
  public void require(String library) {
    try {
      if (isSame(library)) {
        throw new InputException(
            problem("is the library itself, which a result never replaces; give another table"));
      }
      if (!TableSource.isPath(name)) {
        requireCatalog();
      }
      if (exists()) {
        requireResult();
      }
    } catch (IOException e) {
      throw new InputException(problem("cannot be looked at: " + e.getMessage()), e);
    }
  }

  private boolean isSame(String library) throws IOException {
    if (name.equals(library)) {
      return true;
    }
    return TableSource.isPath(name)
        && TableSource.isPath(library)
        && qualified(name).equals(qualified(library));
  }

  private Path qualified(String path) throws IOException {
    Path given = new Path(path);
    return files(given).makeQualified(given);
  }

  private FileSystem files(Path path) throws IOException {
    return path.getFileSystem(spark.sessionState().newHadoopConf());
  }

  /** Spark's own catalog without Hive forgets its tables when the program ends. */
  private void requireCatalog() {
    String catalog = name.replaceFirst("[.].*", "");
    boolean named = name.contains(".") && spark.conf().contains("spark.sql.catalog." + catalog);
    if (!named && spark.conf().get("spark.sql.catalogImplementation").equals("in-memory")) {
      throw new InputException(
          problem(
              "is a name, and this Spark has no catalog that keeps it when the program ends; give a path (e.g. ./%s), or name a catalog by --conf spark.sql.catalog..."
                  .formatted(name)));
    }
  }

  private boolean exists() throws IOException {
    if (!TableSource.isPath(name)) {
      return spark.catalog().tableExists(name);
    }
    Path path = new Path(name);
    FileSystem files = files(path);
    return files.exists(path)
        && (files.getFileStatus(path).isFile() || files.listStatus(path).length > 0);
  }

  private void requireResult() {
    List<String> found;
    try {
      found =
          Arrays.asList(
              (TableSource.isPath(name)
                      ? spark.read().format(format.key()).load(name)
                      : spark.table(name))
                  .columns());
    } catch (Exception e) { // each format has its own, some of them checked
      throw occupied("no table of " + format.key(), e);
    }
    if (COLUMNS.stream().noneMatch(found::containsAll)) {
      throw occupied("a table with the columns " + String.join(", ", found), null);
    }
  }

  private InputException occupied(String what, Exception cause) {
    return new InputException(
        problem(
            "is there already: %s, expected nothing or an earlier result of rescreen; give another name, or remove it"
                .formatted(what)),
        cause);
  }

  private String problem(String what) {
    return "--output-table %s: %s".formatted(name, what);
  }

  /** By path alone Spark makes no table of Iceberg: the folder around it is a catalog for that. */
  private String inFolder() throws IOException {
    Path path = qualified(name);
    String folder = path.getParent().toString();
    String catalog = "folder_" + Sha256.hex(folder).substring(0, 12);
    String setting = "spark.sql.catalog." + catalog;
    spark.conf().set(setting, "org.apache.iceberg.spark.SparkCatalog");
    spark.conf().set(setting + ".type", "hadoop");
    spark.conf().set(setting + ".warehouse", folder);
    return "%s.`%s`".formatted(catalog, path.getName().replace("`", "``"));
  }

  /**
   * Writes the table, or replaces it.
   *
   * @throws InputException when it cannot be written
   */
  public void write(Dataset<Row> rows) {
    try {
      DataFrameWriter<Row> writer = rows.write().format(format.key()).mode("overwrite");
      if (format == TableFormat.DELTA) {
        writer.option("overwriteSchema", "true");
      }
      if (!TableSource.isPath(name)) {
        writer.saveAsTable(name);
      } else if (format == TableFormat.ICEBERG) {
        writer.saveAsTable(inFolder());
      } else {
        writer.save(name);
      }
    } catch (IOException e) {
      throw new InputException(problem("cannot be written: " + e.getMessage()), e);
    } catch (Exception e) {
      if (e instanceof AnalysisException) { // checked, though Scala does not say so
        throw new InputException(problem(TableSource.firstLine(e.getMessage())), e);
      }
      throw e;
    }
  }
}
