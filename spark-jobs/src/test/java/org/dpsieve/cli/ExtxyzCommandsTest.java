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
import org.junit.jupiter.api.Tag;
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
  @Tag("slow")
  void labelsUnderUnknownNamesAreSaidAndReadWhenNamed() throws IOException {
    Path source = file("REF_energy=-3 energy_unit=hartree");
    assertThat(terminal.run("import", "-s", source, "-o", folder.resolve("none"))).isZero();
    assertThat(terminal.out())
        .contains("not carried along: REF_energy (1 system), REF_forces (1 system)")
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

  private Path states(String properties, String first, String second, String third)
      throws IOException {
    String frame = "2\nLattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3%s %s\n";
    Path file = folder.resolve("states.xyz");
    StringBuilder text = new StringBuilder();
    for (String fields : List.of(first, second, third)) {
      List<String> words = List.of(fields.split("\\|", -1));
      text.append(frame.formatted(properties, words.get(0)))
          .append("Ag 0 0 0 %s\n".formatted(words.size() > 1 ? words.get(1) : ""))
          .append("Ag 1 1 1 %s\n".formatted(words.size() > 2 ? words.get(2) : ""));
    }
    Files.writeString(file, text.toString());
    return file;
  }

  @Test
  @Tag("slow")
  void framesThatDifferBySpinOrChargeAloneAreNoDuplicates() throws IOException {
    String magmoms = ":initial_magmoms:R:1";
    Path target = folder.resolve("states");
    Path file = states(magmoms, "energy=-1|5|5", "energy=-1.5|5|-5", "energy=-1|5|5");
    assertThat(terminal.run("import", "-s", file, "-o", target)).isEqualTo(2);
    assertThat(terminal.err())
        .contains("states.xyz: frame 1 is a duplicate of frame 0", "another energy: -1.5 eV")
        .contains("in another state (initial_magmoms)", "1 of them", "--extxyz-keys aparam=NAME");
    assertThat(target).doesNotExist();
    terminal.succeed("import", "-s", file, "-o", target, "--extxyz-keys", "aparam=initial_magmoms");
    assertThat(terminal.out()).contains("2 frames", "1 duplicate and");
    // the same calculation once more, which comes to other digits
    file = states(":magmoms:R:1", "energy=-1|5|5", "energy=-1|5|5.001", "energy=-1|5|5");
    terminal.succeed("import", "-s", file, "-o", folder.resolve("again"));
    assertThat(terminal.out()).contains("1 frame", "2 duplicates");
  }

  @Test
  void whatOnlyACalculationWithChargeOrSpinAnswersIsRefused() throws IOException {
    Path file = states("", "energy=1 charge=0 spin=1", "energy=1 charge=1", "energy=1 spin=3");
    Path target = folder.resolve("charged");
    assertThat(terminal.run("import", "-s", file, "-o", target)).isEqualTo(2);
    assertThat(terminal.err())
        .contains("2 problems", "frame at line 5: charge: frames with a charge have no place here")
        .contains("frame at line 9: spin: frames with spins", "--extxyz-keys fparam=charge")
        .doesNotContain("frame at line 1:");
    file = states(":spins:R:3", "|0 0 0|0 0 0", "|0 0 0|0 0 2", "|0 0 0|0 0 0");
    assertThat(terminal.run("import", "-s", file, "-o", target)).isEqualTo(2);
    assertThat(terminal.err()).contains("frame at line 5: spins: frames with spins");
    assertThat(target).doesNotExist();
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
