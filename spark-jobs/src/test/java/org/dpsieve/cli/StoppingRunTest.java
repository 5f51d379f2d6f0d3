package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One real run that ends at an expected error, then goes on to a number of labels. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("slow")
class StoppingRunTest {
  private static final Pattern NEXT =
      Pattern.compile(
          "frames: ([0-9.]+) meV/atom, ([0-9.]+) eV/Å; with 100 more labels ([0-9.]+) meV/atom \\([0-9]+ % less\\), ([0-9.]+) eV/Å \\([0-9]+ % less\\)");

  @TempDir private static Path folder;
  private static Path workdir;

  @BeforeAll
  static void open() {
    LocalSpark.session();
    workdir = folder.resolve("run");
  }

  private static String run(String more) throws IOException {
    return run(more, SmallRun.machine(), workdir);
  }

  private static String run(String more, Path machine, Path workdir) throws IOException {
    Path simplify =
        SmallRun.simplify(folder.resolve("simplify.json"), 24, more, "Ag8", "Au8", "Ag4Au4");
    Terminal terminal = new Terminal();
    terminal.succeed("simplify", simplify, machine, "--workdir", workdir);
    return terminal.said();
  }

  private static double[] next(String said) {
    Matcher line = NEXT.matcher(said);
    assertThat(line.find()).as(said).isTrue();
    double[] numbers = new double[4];
    for (int k = 0; k < numbers.length; k++) {
      numbers[k] = Double.parseDouble(line.group(k + 1));
    }
    return numbers;
  }

  private static String summary() throws IOException {
    return Files.readString(workdir.resolve("result/summary.json"));
  }

  @Test
  @Order(1)
  void atTheExpectedErrorItStopsAndSaysWhatMoreLabelsWouldBuy() throws IOException {
    String said = run("\"target_error\": {\"energy\": 1, \"force\": 5}");
    assertThat(said).contains("Errors are expected below target_error (1 iteration, 24 labels");
    double[] numbers = next(said);
    assertThat(numbers[0]).isBetween(0.1, 1000.0);
    assertThat(numbers[1]).isBetween(0.001, 5.0);
    assertThat(numbers[2]).isPositive().isLessThanOrEqualTo(numbers[0]);
    assertThat(numbers[3]).isPositive().isLessThanOrEqualTo(numbers[1]);
    assertThat(summary()).contains("\"target_error\"");
  }

  @Test
  @Order(2)
  void withASmallerTargetItGoesOnToTheLabelBudget() throws IOException {
    String said = run("\"target_error\": {\"energy\": 1e-7}, \"label_budget\": 31");
    assertThat(said)
        .contains("Stopped at label_budget; run again with a larger one to go on")
        .contains("2 iterations, 31 labels");
    double[] numbers = next(said);
    assertThat(numbers[2]).isPositive().isLessThanOrEqualTo(numbers[0]);
    assertThat(numbers[3]).isPositive().isLessThanOrEqualTo(numbers[1]);
    assertThat(summary()).contains("\"label_budget\"");
    assertThat(workdir.resolve("iter.000001/00.train/uncertainty.json")).exists();
  }

  @Test
  void aRunThatHasNothingToLabelEndsWithItsResult() throws IOException {
    Path simplify =
        SmallRun.simplify(folder.resolve("nothing.json"), 24, "\"seed\":3", "Ag8", "Ag4Au4");
    Files.writeString(
        simplify,
        Files.readString(simplify)
            .replace("\"init_pick_number\":24", "\"init_pick_number\":0")
            .replace("f_trust_lo\":0.05", "f_trust_lo\":50")
            .replaceFirst("f_trust_hi\":[0-9.]+", "f_trust_hi\":100"));
    Terminal terminal = new Terminal();
    Path nothing = folder.resolve("nothing");
    terminal.succeed("simplify", simplify, SmallRun.machine(), "--workdir", nothing);
    assertThat(terminal.out())
        .contains("nothing is left to pick", "0 iterations, 0 labels;", "report: ");
    assertThat(nothing.resolve("result/data")).isEmptyDirectory();
    assertThat(nothing.resolve("result/graph.000.pb")).exists();
    assertThat(nothing.resolve("report.html")).exists();
    terminal.succeed("simplify", simplify, SmallRun.machine(), "--workdir", nothing);
  }

  /** Deviations in single precision come without standard deviations. */
  @Test
  void whatNobodyReadsIsNotComputed() throws IOException {
    Path machine = folder.resolve("machine.json");
    Files.writeString(
        machine,
        Files.readString(SmallRun.machine())
            .replace("\"jvm\"", "\"jvm\", \"precision\": \"float32\""));
    Path single = folder.resolve("single");
    String said = run("\"label_budget\": 24, \"old_labels\": \"ignore\"", machine, single);
    assertThat(said).contains("Stopped at label_budget").doesNotContain("expected error");
    assertThat(single.resolve("iter.000001/00.train/graph.000.pb")).exists();
    assertThat(single.resolve("iter.000001/00.train/uncertainty.json")).doesNotExist();
    assertThat(single.resolve("iter.000001/00.train/posterior.000.npy")).doesNotExist();
    assertThat(single.resolve("report.html"))
        .content()
        .contains("Standard deviations come with train's engine output-layer");
  }
}
