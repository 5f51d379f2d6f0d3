package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels of extended XYZ files with other names, units and periodicity, through the commands. */
class ExtxyzCommandsTest {
  private static final double HARTREE = 27.211386245988;

  @TempDir private Path folder;

  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();

  private Path file(String comment) throws IOException {
    Path file = folder.resolve("mace.xyz");
    String frame =
        """
        2
        Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3:REF_forces:R:3 %s
        Ag 0 0 0 0.1 0 0
        Ag %s 1 1 -0.1 0 0
        """;
    Files.writeString(file, frame.formatted(comment, 1) + frame.formatted(comment, 2));
    return file;
  }

  private List<Row> frames(Path dataset) {
    return FramesDataset.read(spark, dataset.toString())
        .select("index", "energy", "force", "cell")
        .orderBy("index")
        .collectAsList();
  }

  @Test
  void labelsUnderUnknownNamesAreSaidAndReadWhenNamed() throws IOException {
    Path source = file("REF_energy=-3 energy_unit=hartree");
    assertThat(terminal.run("import", "-s", source, "-o", folder.resolve("none"))).isZero();
    assertThat(terminal.out())
        .contains("not carried along: REF_energy (1 systems), REF_forces (1 systems)")
        .contains(
            "labels under names that are not read",
            "--extxyz-keys energy=REF_energy,forces=REF_forces");
    assertThat(frames(folder.resolve("none")).get(0).isNullAt(1)).isTrue();

    source = file("REF_energy=-3 REF_energy_unit=hartree force-unit=eV/Å");
    terminal.succeed(
        "import",
        "-s",
        source,
        "-o",
        folder.resolve("some"),
        "--extxyz-keys",
        "energy=REF_energy,forces=REF_forces");
    assertThat(terminal.out()).endsWith("0 duplicates and 0 bad frames set aside\n");
    Row frame = frames(folder.resolve("some")).get(0);
    assertThat(frame.getDouble(1)).isEqualTo(-3 * HARTREE);
    assertThat(frame.<Double>getList(2)).startsWith(0.1);

    Row row =
        spark
            .read()
            .format("deepmd")
            .option("extxyzKeys", "energy=REF_energy,forces=REF_forces")
            .load(source.toString())
            .select("energy", "force")
            .first();
    assertThat(row.getDouble(0)).isEqualTo(-3 * HARTREE);
    assertThat(row.<Double>getList(1)).startsWith(0.1);
  }

  @Test
  void whatIsNotKnownIsRefusedBeforeAnythingIsWritten() throws IOException {
    for (String comment :
        List.of("energy=1 energy-unit=nonsense", "energy=1 pbc=\"T T F\"", "pbc=\"T T\"")) {
      Path target = folder.resolve("x");
      assertThat(terminal.run("import", "-s", file(comment), "-o", target)).isEqualTo(2);
      assertThat(terminal.err())
          .contains("mace.xyz: frame at line 1: ", "mace.xyz: frame at line 5: ")
          .contains(comment.substring(comment.lastIndexOf(' ', 10) + 1).split(" ")[0]);
      assertThat(target).doesNotExist();
    }
    assertThat(
            terminal.run(
                "import", "-s", file(""), "-o", folder.resolve("x"), "--extxyz-keys", "force=f"))
        .isEqualTo(2);
    assertThat(terminal.err()).contains("'force' is no quantity", "forces");
  }
}
