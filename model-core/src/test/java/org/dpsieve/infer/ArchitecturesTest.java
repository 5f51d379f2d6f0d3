package org.dpsieve.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.kernel.Arithmetic;
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Precision;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every descriptor, for one small model of each. */
class ArchitecturesTest {
  private static DeepPotential model(String architecture) {
    return ModelFiles.read(architecture, new GoldenArchitecture(architecture).file("dp"));
  }

  private static List<Frame> frames(String architecture) {
    return new GoldenArchitecture(architecture)
        .goldens().frames().stream().map(Goldens.Evaluated::frame).toList();
  }

  private static Frame frame(String architecture, String id) {
    return frames(architecture).stream()
        .filter(frame -> frame.system().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static Prediction evaluate(Ensemble ensemble, Frame frame) {
    return ensemble.evaluate(List.of(frame)).get(0)[0];
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "se_e2_a-exclude",
        "se_e2_a-env-protection",
        "fparam-aparam",
        "exclude-pairs-and-atoms",
        "se_e2_r-exclude",
        "se_e3",
        "se_e3_tebd-concat",
        "se_e3_tebd-strip",
        "se_atten",
        "se_atten-strip",
        "se_atten-attention",
        "se_atten-attention-exclude",
        "hybrid-mixed",
        "zbl",
        "../dpmodel/zbl-hybrid",
        "../dpmodel/first-residual",
        "../dpmodel/first-residual-fparam-case",
        "../dpmodel/first-residual-doubled-se_atten",
        "../dpmodel/hybrid-nested",
        "../dpmodel/hybrid-nested-mixed",
        "../dpmodel/linear_ener",
        "../dpa4c/plain",
        "../dpa4c/lmax-4-gaussian",
        "../dpa4c/zbl"
      })
  void forcesAreSlopesAndTurnWithTheFrame(String architecture) {
    Frame frame = frame(architecture, "triclinic");
    try (Ensemble ensemble = Ensemble.of(List.of(model(architecture)))) {
      Prediction exact = evaluate(ensemble, frame);
      double step = 1e-4;
      for (int k : new int[] {0, 4, 11}) {
        double[] up = frame.coord().clone();
        double[] down = frame.coord().clone();
        up[k] += step;
        down[k] -= step;
        double slope =
            (evaluate(ensemble, frame.withGeometry(up, frame.cell())).energy()
                    - evaluate(ensemble, frame.withGeometry(down, frame.cell())).energy())
                / (2 * step);
        assertThat(-exact.force()[k]).as("force %d", k).isCloseTo(slope, within(1e-5));
      }
      double strain =
          1e-5; // with ten times as much, another neighbor takes a place where sel is full
      // x' = x (1 + strain): dE/d(strain)_ab = - virial_ab
      double[] up = strained(frame.coord(), strain);
      double[] down = strained(frame.coord(), -strain);
      double slope =
          (evaluate(ensemble, frame.withGeometry(up, strained(frame.cell(), strain))).energy()
                  - evaluate(ensemble, frame.withGeometry(down, strained(frame.cell(), -strain)))
                      .energy())
              / (2 * strain);
      assertThat(-exact.virial()[1]).as("virial xy").isCloseTo(slope, within(1e-4));

      double[] coord = turned(frame.coord());
      Prediction turned = evaluate(ensemble, frame.withGeometry(coord, turned(frame.cell())));
      assertThat(turned.energy()).isCloseTo(exact.energy(), within(1e-9));
      assertThat(turned.force()).containsExactly(turned(exact.force()), within(1e-9));
    }
  }

  /** x += strain * y. */
  private static double[] strained(double[] rows, double strain) {
    double[] result = rows.clone();
    for (int i = 0; i < rows.length; i += 3) {
      result[i] += strain * rows[i + 1];
    }
    return result;
  }

  /** By an angle around (1, 1, 1), which keeps the hand. */
  private static double[] turned(double[] rows) {
    double c = Math.cos(0.7);
    double s = Math.sin(0.7) / Math.sqrt(3);
    double d = (1 - c) / 3;
    double[] r = {c + d, d - s, d + s, d + s, c + d, d - s, d - s, d + s, c + d};
    double[] result = new double[rows.length];
    for (int i = 0; i < rows.length; i += 3) {
      for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
          result[i + a] += r[3 * a + b] * rows[i + b];
        }
      }
    }
    return result;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fparam-aparam",
        "se_e2_r",
        "se_e3",
        "se_atten-attention",
        "hybrid-mixed",
        "zbl",
        "../dpmodel/linear_ener",
        "../dpa4c/lmax-3-modes"
      })
  void aFramesBitsDoNotDependOnTheBatch(String architecture) {
    List<Frame> frames = new ArrayList<>(frames(architecture));
    try (Ensemble ensemble = Ensemble.of(List.of(model(architecture)))) {
      List<Prediction[]> together = ensemble.evaluate(frames);
      for (int i = 0; i < frames.size(); i++) {
        Prediction alone = evaluate(ensemble, frames.get(i));
        assertThat(together.get(i)[0].force()).containsExactly(alone.force());
        assertThat(together.get(i)[0].virial()).containsExactly(alone.virial());
        assertThat(together.get(i)[0].atomEnergy()).containsExactly(alone.atomEnergy());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "se_e2_r",
        "se_e3",
        "se_e3_tebd-strip",
        "se_atten",
        "se_atten-strip",
        "hybrid",
        "../dpmodel/zbl-hybrid",
        "../dpmodel/linear_ener",
        "../dpa4c/lmax-3-modes",
        "../dpa4c/lmax-4-gaussian",
        "../dpa4c/exclude",
        "../dpa4c/channels-64"
      })
  void plainLoopsAndTheNetsThemselvesGiveTheSame(String architecture) {
    DeepPotential model = model(architecture);
    Frame frame = frame(architecture, "outside");
    Prediction expected = new ReferenceModel(model).evaluate(frame);
    for (boolean tabulated : new boolean[] {true, false}) {
      EnsembleOptions options = new EnsembleOptions(tabulated, Precision.FLOAT64);
      try (Ensemble ensemble =
          Ensemble.of(List.of(model), options, Arithmetic.loops(new Nd4jGemm()))) {
        Predictions.assertClose(
            evaluate(ensemble, frame), expected, 1, architecture + ", tables: " + tabulated);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"se_e2_r", "se_atten", "se_atten-attention", "fparam-aparam", "zbl"})
  void singlePrecisionIsNearOrDouble(String architecture) {
    DeepPotential model = model(architecture);
    Frame frame = frame(architecture, "triclinic");
    EnsembleOptions options = new EnsembleOptions(true, Precision.FLOAT32);
    try (Ensemble ensemble = Ensemble.of(List.of(model), options)) {
      Predictions.assertClose(
          evaluate(ensemble, frame), new ReferenceModel(model).evaluate(frame), 1e6, architecture);
    }
  }

  @Test
  void whatIsSubtractedAsVacuumMayVaryWithTheFrame() {
    DeepPotential model = model("fparam-aparam");
    EnergyFitting old = model.fitting();
    DeepPotential vacuum =
        model.withFitting(
            new EnergyFitting(
                old.networks(),
                new boolean[] {true, false, true},
                old.zeroLevel(),
                old.extraInputs(),
                old.precision()));
    for (Frame frame : frames("fparam-aparam")) {
      try (Ensemble ensemble = Ensemble.of(List.of(vacuum))) {
        Predictions.assertClose(
            evaluate(ensemble, frame), new ReferenceModel(vacuum).evaluate(frame), 1, frame.name());
      }
    }
  }

  @Test
  void missingParametersAreSaidByName() {
    Frame frame = frame("fparam-aparam", "triclinic");
    double[] tooFew = Arrays.copyOf(frame.aparam(), 3);
    Frame none = new Frame("pool/a", 7, frame.z(), frame.coord(), frame.cell(), frame.labels());
    Frame few =
        new Frame(
            "pool/a",
            7,
            frame.z(),
            frame.coord(),
            frame.cell(),
            frame.labels(),
            frame.fparam(),
            tooFew);
    try (Ensemble ensemble = Ensemble.of(List.of(model("fparam-aparam")))) {
      assertThatThrownBy(() -> ensemble.evaluate(List.of(none)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("pool/a#7")
          .hasMessageContaining("fparam.npy");
      assertThatThrownBy(() -> ensemble.evaluate(List.of(few)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("3 numbers in aparam")
          .hasMessageContaining("needs 8");
    }
    try (Ensemble ensemble = Ensemble.of(List.of(model("default-fparam")))) {
      assertThat(evaluate(ensemble, none).energy()).isFinite();
    }
  }
}
