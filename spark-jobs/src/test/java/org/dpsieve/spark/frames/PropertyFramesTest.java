package org.dpsieve.spark.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.testing.LocalSpark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quantities beside the labels, from files to columns and back. */
class PropertyFramesTest {
  private static final LocalStorage STORAGE = new LocalStorage();
  private static final Property GAP = Property.of("gap:intensive");
  private static final Property FORCES = Property.of("born:atomic");

  @TempDir private Path folder;
  private final SparkSession spark = LocalSpark.session();

  private void system(String name, String... arrays) throws IOException {
    Path set = folder.resolve("data").resolve(name).resolve("set.000");
    Files.createDirectories(set);
    Files.writeString(set.resolveSibling("type.raw"), "0\n1\n");
    Files.writeString(set.resolveSibling("type_map.raw"), "H\nO\n");
    Files.writeString(set.resolveSibling("nopbc"), "");
    double shift = name.hashCode() % 100;
    write(set, "coord", new double[] {0, 0, 0, shift, 0, 0, 0, 0, 0, 0, shift, 0}, 2, 6);
    for (String array : arrays) {
      switch (array) {
        case "gap" -> write(set, array, new double[] {shift + 0.5, shift + 1.5}, 2, 1);
        case "born" -> write(set, array, new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 4);
        default -> write(set, array, new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
      }
    }
  }

  private static void write(Path set, String name, double[] values, long... shape)
      throws IOException {
    NpyWriter.write(STORAGE, set.resolve(name + ".npy").toString(), values, shape);
  }

  private String imported(Property... asked) {
    String frames = folder.resolve("frames").toString();
    ImportReport report =
        FrameImport.run(
            spark,
            List.of(folder.resolve("data").toString()),
            frames,
            List.of(),
            ElementMap.NONE,
            TypeElements.LEADING,
            ExtxyzKeys.DEFAULT.with(Property.withKnown(List.of(asked))),
            true);
    assertThat(report.summary(frames)).contains("properties: born:extensive:atomic (2)");
    return frames;
  }

  @Test
  void importAndExportKeepThemAndTheSystemsWithout() throws IOException {
    system("both", "gap", "born", "dipole");
    system("one", "gap");
    Dataset<Row> frames = FramesDataset.read(spark, imported(GAP, FORCES));
    assertThat(FrameRows.properties(frames.schema()))
        .isEqualTo(new TreeMap<>(Map.of(FORCES, 2, Property.of("dipole"), 3, GAP, 1)));
    List<Frame> both =
        frames.where("system = 'both'").orderBy("index").collectAsList().stream()
            .map(FrameRows::toFrame)
            .toList();
    assertThat(both.get(1).properties().get(FORCES)).containsExactly(5, 6, 7, 8);
    Frame one = FrameRows.toFrame(frames.where("system = 'one' AND index = 0").head());
    assertThat(one.properties()).containsOnlyKeys(GAP);

    Path npy = folder.resolve("npy");
    FrameExport.run(
        spark,
        folder.resolve("frames").toString(),
        null,
        FrameExport.Format.DEEPMD_NPY,
        npy.toString());
    assertThat(NpyArray.open(STORAGE, npy.resolve("both/set.000/born.npy").toString()).read())
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(npy.resolve("one/set.000/gap.npy")).exists();
    assertThat(npy.resolve("one/set.000/dipole.npy")).doesNotExist();
  }

  @Test
  void theSparkFormatReadsAndWritesColumns() throws IOException {
    system("both", "gap", "born");
    system("one", "gap");
    Dataset<Row> frames =
        spark
            .read()
            .format("deepmd")
            .option("properties", "gap:intensive, born:atomic")
            .load(folder.resolve("data").toString());
    assertThat(FrameRows.properties(frames.schema()))
        .isEqualTo(new TreeMap<>(Map.of(FORCES, 2, GAP, 1)));
    assertThat(frames.where("gap IS NOT NULL").count()).isEqualTo(4);
    assertThat(frames.where("born IS NOT NULL").count()).isEqualTo(2);
    String out = folder.resolve("out").toString();
    frames
        .withColumn("gap", org.apache.spark.sql.functions.expr("transform(gap, x -> 2 * x)"))
        .write()
        .format("deepmd")
        .option("properties", "gap:intensive")
        .save(out);
    double shift = "one".hashCode() % 100;
    assertThat(NpyArray.open(STORAGE, out + "/one/set.000/gap.npy").read())
        .containsExactly(2 * shift + 1, 2 * shift + 3);
    assertThat(NpyArray.open(STORAGE, out + "/both/set.000/born.npy").read()).hasSize(8);
    assertThatThrownBy(
            () ->
                spark
                    .read()
                    .format("deepmd")
                    .option("properties", "gep")
                    .load(folder.resolve("data").toString()))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("no system in")
        .hasMessageContaining("gep");
  }

  @Test
  void systemsThatDifferInTheirNumbersAreNamedTogether() throws IOException {
    system("a", "gap", "born");
    system("b", "dipole");
    Files.move(
        folder.resolve("data/b/set.000/dipole.npy"), folder.resolve("data/b/set.000/gap.npy"));
    assertThatThrownBy(() -> imported(GAP, FORCES))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("gap has 3 numbers each, but 1 in");
  }
}
