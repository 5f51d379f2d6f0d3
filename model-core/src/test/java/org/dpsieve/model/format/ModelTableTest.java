package org.dpsieve.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The table of architectures in docs/models.md and formats says what the goldens of scripts/goldens
 * show: what is read with which errors, what is written, what is refused. A failure prints the
 * table as it should be.
 */
@Tag("slow")
class ModelTableTest {
  private static final Pattern NUMBER = Pattern.compile("1e-\\d+");

  private static final String HEAD =
      """
      | | `.pb` | `.dp` | `.yaml`, `.json` | `.pth`, `.pt` |
      |---|---|---|---|---|
      """;

  private record Row(String title, List<String> graphs, List<String> architectures) {}

  private static Row row(String title, String graphs, String architectures) {
    return new Row(title, names(graphs), names(architectures));
  }

  private static List<String> names(String names) {
    return names.isEmpty() ? List.of() : List.of(names.split(" "));
  }

  private static final List<Row> ROWS =
      List.of(
          row(
              "`se_e2_a`",
              "plain one-side resnet-dt four-types silut",
              "se_e2_a se_e2_a-one-side se_e2_a-silut"),
          row(
              "in single precision",
              "float32 float32-descriptor float32-fitting",
              "se_e2_a-float32"),
          row(
              "with `exclude_types`",
              "exclude-types exclude-types-one-side",
              "se_e2_a-exclude se_e2_a-exclude-one-side"),
          row("with `type_embedding`", "type-embedding", ""),
          row("after `dp compress`", "compressed compressed-exclude-types compressed-beyond", ""),
          row("`se_a_ebd_v2`", "se-a-ebd-v2 se-a-ebd-v2-exclude-types", ""),
          row("with `type_one_side` and `exclude_types`", "se-a-ebd-v2-one-side", ""),
          row("after `dp compress`", "compressed-se-a-ebd-v2 compressed-se-a-ebd-v2-one-side", ""),
          row("`env_protection`", "", "se_e2_a-env-protection"),
          row(
              "`se_e2_r`",
              "se-e2-r se-e2-r-one-side se-e2-r-exclude-types-one-side",
              "se_e2_r se_e2_r-exclude"),
          row("`se_e3`", "se-e3 se-e3-three-types", "se_e3 se_e3-resnet-dt"),
          row("`se_e3_tebd`", "", "se_e3_tebd-concat se_e3_tebd-strip"),
          row(
              "`se_atten` without attention",
              "se-atten se-atten-one-side",
              "se_atten se_atten-one-side"),
          row("with `strip`", "se-atten-strip", "se_atten-strip"),
          row("after `dp compress`", "compressed-se-atten compressed-se-atten-exclude-types", ""),
          row(
              "with attention (DPA-1)",
              "se-atten-attention se-atten-attention-exclude",
              "se_atten-attention se_atten-attention-exclude"),
          row("with a mean (`set_davg_zero` false)", "se-atten-mean se-atten-attention-mean", ""),
          row("`se_atten_v2`", "se-atten-v2", "se_atten_v2"),
          row(
              "DPA4C",
              "",
              "../dpa4c/plain ../dpa4c/lmax-3-modes ../dpa4c/lmax-4-gaussian ../dpa4c/channels-64"),
          row("in single precision", "", "../dpa4c/float32"),
          row("`hybrid`", "hybrid hybrid-three-types hybrid-se-atten", "hybrid hybrid-mixed"),
          row(
              "`hybrid` in a `hybrid`",
              "",
              "../dpmodel/hybrid-nested ../dpmodel/hybrid-nested-mixed"),
          row(
              "first fitting layer as wide as the descriptor (residual)",
              "",
              "../dpmodel/first-residual ../dpmodel/first-residual-fparam-case"),
          row(
              "0.12, 1.x and 2.0, after `dp convert-from`",
              "old-0.12 old-1.0 old-1.0-one-type old-1.3-exclude old-2.0",
              ""),
          row("with `atom_ener` and `numb_fparam`", "old-1.3-atom-ener", ""),
          row("with `se_r` (now `se_e2_r`)", "old-1.3-se-r", ""),
          row("`atom_ener`", "atom-ener", "../dpmodel/atom_ener"),
          row(
              "`numb_fparam`, `numb_aparam`, `use_ele_temp`",
              "numb-fparam-and-aparam",
              "fparam-aparam"),
          row("`default_fparam`", "", "default-fparam"),
          row("`dim_case_embd`", "", "case-embedding"),
          row("`pair_exclude_types`, `atom_exclude_types`", "", "exclude-pairs-and-atoms"),
          row("`use_srtab`", "srtab srtab-hybrid srtab-se-atten", "zbl zbl-exclude"),
          row(
              "`linear_ener`, with `pairtab`",
              "linear-ener linear-ener-mean",
              "linear_ener ../dpmodel/linear_ener"),
          row("DPA-2", "", "refused-dpa2"),
          row("`se_a_mask`", "refused-se-a-mask", ""),
          row("`spin`", "refused-spin", "refused-spin"),
          row("other fittings than `ener`", "refused-dipole refused-dos", "refused-dipole"));

  @Test
  void docsSayWhatGoldensShow() throws IOException {
    String page = Files.readString(Shared.repository().resolve("docs/models.md"));
    String table =
        HEAD
            + ROWS.stream()
                .map(ModelTableTest::line)
                .map(cells -> "| " + String.join(" | ", cells) + " |\n")
                .collect(Collectors.joining());
    int from = page.indexOf(HEAD);
    String told = from < 0 ? "" : page.substring(from, page.indexOf("\n\n", from) + 1);
    assertThat(words(told)).as("docs/models.md should have\n" + table).isEqualTo(words(table));
    List<Double> stated = numbers(told);
    List<Double> measured = numbers(table);
    for (int i = 0; i < stated.size(); i++) {
      // Rounding differs from machine to machine.
      assertThat(measured.get(i))
          .as("number %d; docs/models.md should have\n%s", i, table)
          .isBetween(stated.get(i) / 101, stated.get(i) * 10.1);
    }
  }

  private static String words(String table) {
    return NUMBER.matcher(table).replaceAll("#");
  }

  private static List<Double> numbers(String table) {
    return NUMBER.matcher(table).results().map(found -> Double.valueOf(found.group())).toList();
  }

  private static List<String> line(Row row) {
    List<String> cells = new ArrayList<>(List.of(row.title()));
    cells.add(graphs(row.graphs()));
    for (List<String> suffixes : List.of(List.of("dp"), List.of("yaml"), List.of("pth", "pt"))) {
      cells.add(files(row.architectures(), suffixes));
    }
    return cells;
  }

  private static String graphs(List<String> names) {
    Cell cell = new Cell();
    for (String name : names) {
      boolean refused = name.startsWith("refused-");
      GoldenModel golden = new GoldenModel(name.replace("refused-", ""), refused);
      cell.add(
          name + ".pb",
          golden.graph(),
          refused ? List.of() : golden.names(),
          refused ? null : golden.goldens());
    }
    return cell.text();
  }

  private static String files(List<String> names, List<String> suffixes) {
    Cell cell = new Cell();
    for (String name : names) {
      GoldenArchitecture golden = new GoldenArchitecture(name);
      for (String suffix : suffixes) {
        if (golden.has(suffix)) {
          Goldens goldens = name.startsWith("refused-") ? null : golden.goldens();
          cell.add(name + "." + suffix, golden.file(suffix), List.of(), goldens);
        }
      }
    }
    String text = cell.text();
    return text.isEmpty() && !names.isEmpty() && suffixes.contains("yaml") ? "as `.dp`" : text;
  }

  /** What all goldens of one architecture and format have in common. */
  private static final class Cell {
    private double energy;
    private double force;
    private int read;
    private final List<String> written = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private boolean byDp;

    void add(String file, byte[] content, List<String> names, Goldens goldens) {
      DeepPotential model;
      try {
        model = ModelFiles.read(file, content, names);
      } catch (UnsupportedModelException e) {
        refused.add(file);
        byDp |= !(e instanceof NoPotentialException);
        return;
      }
      read++;
      if (isWritten(file, content, model)) {
        written.add(file);
      }
      try (Ensemble ensemble = Ensemble.of(List.of(model))) {
        for (Goldens.Evaluated evaluated : goldens.frames()) {
          // Equally near neighbors that sel has no room for: PyTorch keeps any.
          if (!evaluated.frame().system().matches("crystal|one-element")) {
            add(
                ensemble.evaluate(List.of(evaluated.frame())).get(0)[0],
                evaluated.expected().get(0));
          }
        }
      }
    }

    private void add(Prediction ours, Prediction expected) {
      energy = Math.max(energy, largest(ours.atomEnergy(), expected.atomEnergy()));
      if (expected.force().length == ours.force().length) { // DeePMD-kit's NumPy has none
        force = Math.max(force, largest(ours.force(), expected.force()));
      }
    }

    private static boolean isWritten(String file, byte[] content, DeepPotential model) {
      try {
        OutputParameters.requireSolvable(model);
        ModelFiles.withOutputLayer(file, content, model);
        return true;
      } catch (UnsupportedModelException e) {
        return false;
      }
    }

    private static double largest(double[] ours, double[] expected) {
      double[] difference = new double[ours.length];
      Arrays.setAll(difference, i -> Math.abs(ours[i] - expected[i]));
      return Arrays.stream(difference).max().orElseThrow();
    }

    String text() {
      if (!refused.isEmpty()) {
        assertThat(read).as("read, though others are refused: " + refused).isZero();
        return byDp ? "`dp`" : "refused";
      }
      if (read == 0) {
        return "";
      }
      assertThat(written.size()).as("some written, others not: " + written).isIn(0, read);
      return bound(energy)
          + (force > 0 ? ", " + bound(force) : "")
          + (written.isEmpty() ? "" : ", written");
    }

    private static String bound(double error) {
      return "1e%d".formatted((int) Math.ceil(Math.log10(Math.max(3 * error, 1e-15))));
    }
  }
}
