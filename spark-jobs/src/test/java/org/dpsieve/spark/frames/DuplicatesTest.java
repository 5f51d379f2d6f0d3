package org.dpsieve.spark.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which frames an import takes for one, and what it says of the others. */
class DuplicatesTest {
  private static final double[] CELL = {5, 0.1, 0, 0, 5, 0.2, 0.3, 0, 5};
  private static final LocalStorage STORAGE = new LocalStorage();

  @TempDir private Path folder;

  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();

  private void write(String name, String types, double[] energy, double[]... coord)
      throws IOException {
    Path set = Files.createDirectories(folder.resolve("systems").resolve(name).resolve("set.000"));
    Files.writeString(set.resolveSibling("type.raw"), types);
    Files.writeString(set.resolveSibling("type_map.raw"), "Ag Au");
    double[] cells = new double[9 * coord.length];
    for (int i = 0; i < coord.length; i++) {
      System.arraycopy(CELL, 0, cells, 9 * i, 9);
    }
    double[] all = Arrays.stream(coord).flatMapToDouble(Arrays::stream).toArray();
    NpyWriter.write(STORAGE, set + "/coord.npy", all, coord.length, coord[0].length);
    NpyWriter.write(STORAGE, set + "/box.npy", cells, coord.length, 9);
    if (energy != null) {
      NpyWriter.write(STORAGE, set + "/energy.npy", energy, energy.length);
    }
  }

  private void importAll() {
    terminal.succeed("import", "-s", folder.resolve("systems"), "-o", folder.resolve("frames"));
  }

  private List<String> setAside() {
    List<Row> rows =
        spark
            .read()
            .parquet(folder.resolve("frames.quarantine").toString())
            .orderBy("file", "frame")
            .collectAsList();
    String parent = folder.resolve("systems") + "/";
    return rows.stream()
        .map(
            row ->
                "%s %d %s"
                    .formatted(
                        row.<String>getAs("file").replace(parent, ""),
                        row.<Integer>getAs("frame"),
                        row.<String>getAs("reason").replace(parent, "")))
        .toList();
  }

  @Test
  void framesInAnotherOrderOrMovedByLatticeVectorsAreDuplicates() throws IOException {
    double[] here = {0, 0, 0, 2.1, 2.2, 2.3, 1, 0.5, 3};
    write(
        "a",
        "0 0 1",
        null,
        here,
        new double[] {2.1, 2.2, 2.3, 0, 0, 0, 1, 0.5, 3}, // the two silver atoms exchanged
        new double[] {-5, -0.1, 0, 2.1, 2.2, 2.3, 1 - 0.3, 0.5, 3 - 5},
        new double[] {0, 0, 0, 2.1, 2.2, 2.3001, 1, 0.5, 3},
        here);
    write(
        "b",
        "1 0 0",
        null,
        new double[] {1, 0.5, 3, 0.3, 0, 5, 2.1, 2.2, 2.3},
        new double[] {0, 0, 0, 2.1, 2.2, 2.3, 1, 0.5, 3}); // gold is another atom: a new frame
    importAll();
    String moved = " (atoms in another order, or moved by lattice vectors)";
    assertThat(setAside())
        .containsExactly(
            "a 1 duplicate of frame 0 of a" + moved,
            "a 2 duplicate of frame 0 of a" + moved,
            "a 4 duplicate of frame 0 of a",
            "b 0 duplicate of frame 0 of a" + moved);
    assertThat(terminal.out())
        .contains("2 systems, 3 frames", "4 duplicates and 0 bad frames set aside in")
        .contains("\n  3: duplicate" + moved + "\n  1: duplicate\n");
  }

  @Test
  void duplicatesWithAnotherEnergyAreSaidToBeSo() throws IOException {
    double[] here = {0, 0, 0, 2.1, 2.2, 2.3};
    write("a", "0 1", new double[] {-3.5, -3.5000001, -3.25}, here, here, here);
    importAll();
    assertThat(setAside())
        .containsExactly(
            "a 1 duplicate of frame 0 of a",
            "a 2 duplicate of frame 0 of a, but with another energy: -3.25 eV rather than -3.5 eV");
    assertThat(terminal.out())
        .contains("\n  1: duplicate\n", "\n  1: duplicate, but with another energy\n");
  }

  @Test
  void badFramesAreCountedByReason() throws IOException {
    double[] here = {0, 0, 0, 2.1, 2.2, 2.3};
    double[][] coord = new double[6][];
    for (int i = 0; i < coord.length; i++) {
      coord[i] = here.clone();
      coord[i][3] += 0.1 * i;
    }
    coord[1][0] = Double.NaN;
    coord[2][5] = Double.NaN;
    coord[3][4] = Double.POSITIVE_INFINITY;
    write("a", "0 1", null, coord);
    importAll();
    assertThat(terminal.out())
        .contains("1 system, 3 frames", "0 duplicates and 3 bad frames")
        .contains("\n  2: coordinate of atom N is NaN\n  1: coordinate of atom N is infinite\n");
  }
}
