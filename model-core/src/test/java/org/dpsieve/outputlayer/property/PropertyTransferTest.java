package org.dpsieve.outputlayer.property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.PropertyEnsemble;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.model.format.PropertyFiles;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models of properties made of a model of energies. */
class PropertyTransferTest {
  @TempDir private Path folder;
  private Path source;
  private DeepPotential start;

  @BeforeEach
  void model() throws IOException {
    GoldenModel golden = new GoldenModel("plain", false);
    source = Files.write(folder.resolve("graph.pb"), golden.graph());
    start = PropertyFiles.start(source, List.of());
  }

  private static List<Frame> frames(int count) {
    return Stream.iterate(1, i -> i + 1)
        .limit(count)
        .map(seed -> RandomModels.agAuFrame(seed, 5 + seed % 3))
        .toList();
  }

  /** A model like those that are to be found, with an output layer at random. */
  private PropertyModel truth(Property property, int components) {
    PropertyDesign design =
        PropertyDesignTest.design(start, property, PropertyTransfer.form(property));
    Random random = new Random(5);
    double[] parameters = random.doubles((long) design.size() * components, -1, 1).toArray();
    return new PropertyModel(PropertyBodies.hidden(start), design.head(parameters, components));
  }

  private static List<Frame> labelled(PropertyModel truth, Property label, List<Frame> frames) {
    List<Frame> labelled = new ArrayList<>();
    try (PropertyEnsemble ensemble = PropertyEnsemble.of(List.of(truth))) {
      for (Frame frame : frames) {
        PropertyPrediction said = ensemble.evaluate(List.of(frame)).get(0)[0];
        labelled.add(
            frame.withProperties(Map.of(label, label.atomic() ? said.atomic() : said.value())));
      }
    }
    return labelled;
  }

  private static double spread(List<Frame> frames, Property label) {
    double[] all =
        frames.stream().flatMapToDouble(f -> Arrays.stream(f.properties().get(label))).toArray();
    double mean = Arrays.stream(all).average().orElseThrow();
    return Math.sqrt(Arrays.stream(all).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
  }

  /** What the hidden layer can say it learns, and the file says the same. */
  @ParameterizedTest
  @CsvSource({
    "gap:intensive, 2, dp",
    "volume, 1, yaml",
    "dos, 3, dp",
    "dipole, 1, dp",
    "atomic_dipole, 1, yaml",
    "polarizability, 1, dp"
  })
  void learnsWhatItsFeaturesCanSayAndIsWrittenAsItIs(String asked, int components, String suffix) {
    Property label = Property.of(asked);
    Property property = PropertyTransfer.ofFrames(label);
    PropertyModel truth = truth(property, components);
    int count = truth.head().form().isEquivariant() ? 200 : 60; // a layer of directions is larger
    List<Frame> train = labelled(truth, label, frames(count));
    List<Frame> test = labelled(truth, property, frames(count + 15).subList(count, count + 15));
    PropertySolution solution =
        PropertyTransfer.solve(
            start,
            label,
            train,
            List.of(),
            new PropertyTransfer.Options("hidden", 8, java.util.OptionalDouble.empty()));
    Path file = folder.resolve("model." + suffix);
    PropertyFiles.write(source, solution.model(), solution.bias(), solution.deviation(), file);
    PropertyModel read = ModelFiles.readProperty(file, List.of());
    assertThat(read.head().property()).isEqualTo(property);
    double worst = 0;
    try (PropertyEnsemble both = PropertyEnsemble.of(List.of(solution.model(), read))) {
      for (Frame frame : test) {
        PropertyPrediction[] said = both.evaluate(List.of(frame)).get(0);
        double[] expected = frame.properties().get(property);
        for (int k = 0; k < expected.length; k++) {
          assertThat(said[1].value()[k]).isCloseTo(said[0].value()[k], within(1e-9));
          worst = Math.max(worst, Math.abs(said[0].value()[k] - expected[k]));
        }
      }
    }
    assertThat(worst).isLessThan(0.05 * spread(test, property));
    assertThat(solution.error()).isLessThan(0.05 * spread(test, property));
  }

  /** By errors on frames left out alone; the intervals cover other frames. */
  @Test
  void choosesWhatToStandOnAndKnowsHowWell() {
    Property gap = Property.of("gap:intensive");
    List<Frame> all = new ArrayList<>();
    for (Frame frame : frames(120)) { // of distances, which no layer knows
      double sum = 0;
      for (int i = 3; i < frame.coord().length; i++) {
        sum += Math.sin(frame.coord()[i] - frame.coord()[i - 3]);
      }
      all.add(frame.withProperties(Map.of(gap, new double[] {sum / frame.atomCount()})));
    }
    PropertySolution solution =
        PropertyTransfer.solve(
            start, gap, all.subList(0, 60), List.of(), PropertyTransfer.Options.DEFAULT);
    assertThat(solution.tried()).hasSize(4);
    double best =
        solution.tried().stream().mapToDouble(PropertySolution.Tried::error).min().orElseThrow();
    assertThat(Math.sqrt(solution.loss())).isEqualTo(best);
    int covered = 0;
    try (org.dpsieve.infer.Ensemble body =
            org.dpsieve.infer.Ensemble.of(List.of(solution.model().body()));
        PropertyEnsemble ensemble = PropertyEnsemble.of(List.of(solution.model()))) {
      for (Frame frame : all.subList(60, 120)) {
        double sigma = solution.spread().sigma(body.features(List.of(frame)).get(0)[0])[0];
        double error =
            ensemble.evaluate(List.of(frame)).get(0)[0].value()[0] - frame.properties().get(gap)[0];
        covered += Math.abs(error) <= solution.spread().quantile() * sigma ? 1 : 0;
      }
    }
    assertThat(covered).isBetween(50, 60);
  }

  /** As a run keeps them. */
  @ParameterizedTest
  @CsvSource({"gap:intensive, ", "dipole, ", "gap, hidden", "gap, random"})
  void basesComeBackFromTheirNumbers(String asked, String basis) {
    Property label = Property.of(asked);
    PropertyTransfer.Options options =
        new PropertyTransfer.Options(basis, 8, java.util.OptionalDouble.empty());
    List<Frame> frames = frames(6);
    PropertyBases bases = PropertyTransfer.bases(start, label, frames, options);
    PropertyBases again = PropertyBases.of(start, label, options, bases.shapes(), bases.numbers());
    try (org.dpsieve.infer.Ensemble ensemble =
        org.dpsieve.infer.Ensemble.of(List.of(bases.common()))) {
      org.dpsieve.infer.AtomFeatures features = ensemble.features(frames).get(5)[0];
      double[] value = new double[label.name().equals("gap") ? 2 : 3];
      PropertyRows rows = bases.rows(frames.get(5), value, features);
      PropertyRows same = again.rows(frames.get(5), value, features);
      assertThat(same.x()).hasSameSizeAs(rows.x());
      for (int b = 0; b < rows.x().size(); b++) {
        assertThat(same.x().get(b)).isEqualTo(rows.x().get(b));
        assertThat(rows.x().get(b))
            .hasSize(bases.rowsOfEntry() * bases.all().get(b).design().size());
      }
    }
  }

  @Test
  void saysWhatIsMissing() {
    Property gap = Property.of("gap");
    List<Frame> none = frames(5);
    assertThatThrownBy(
            () ->
                PropertyTransfer.solve(
                    start, gap, none, List.of(), PropertyTransfer.Options.DEFAULT))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("0 of 5 frames have the label gap")
        .hasMessageContaining("gap.npy");
    Property dipole = Property.of("dipole");
    List<Frame> wrong =
        none.stream().map(frame -> frame.withProperties(Map.of(dipole, new double[2]))).toList();
    assertThatThrownBy(
            () ->
                PropertyTransfer.solve(
                    start, dipole, wrong, List.of(), PropertyTransfer.Options.DEFAULT))
        .hasMessageContaining("dipole:extensive has 2 numbers, expected 3");
    assertThatThrownBy(() -> PropertyFiles.requireSuffix(Path.of("model.pb")))
        .hasMessageContaining("give it a name that ends so");
  }

  /** DeePMD-kit reads what is written, and says the same. */
  @ParameterizedTest
  @Tag("peer")
  @CsvSource({
    "gap:intensive, 2, deep_property.DeepProperty",
    "dos, 3, deep_dos.DeepDOS",
    "dipole, 1, deep_dipole.DeepDipole",
    "polarizability, 1, deep_polar.DeepPolar"
  })
  void deepmdKitSaysTheSame(String asked, int components, String reader)
      throws IOException, InterruptedException {
    Property property = Property.of(asked);
    PropertyModel truth = truth(property, components);
    List<Frame> train = labelled(truth, property, frames(30));
    PropertySolution solution =
        PropertyTransfer.solve(start, property, train, List.of(), PropertyTransfer.Options.DEFAULT);
    Path file = folder.resolve("model.dp");
    PropertyFiles.write(source, solution.model(), solution.bias(), solution.deviation(), file);
    Frame frame = frames(31).get(30);
    String types =
        frame.types().isEmpty()
            ? ""
            : Arrays.toString(
                Arrays.stream(frame.z())
                    .map(z -> start.typeMap().indexOf(z == 47 ? "Ag" : "Au"))
                    .toArray());
    String script =
        """
        import sys
        import numpy as np
        from deepmd.infer.%s import %s as Reader
        said = Reader(sys.argv[1]).eval(np.array([%s]), np.array([%s]), %s, atomic=False)
        said = np.asarray(said[0] if isinstance(said, (list, tuple)) else said)
        open(sys.argv[2], "w").write(" ".join(repr(float(x)) for x in said.ravel()))
        """
            .formatted(
                reader.replaceFirst("[.].*", ""),
                reader.replaceFirst(".*[.]", ""),
                Arrays.toString(frame.coord()),
                frame.cell() == null ? "" : Arrays.toString(frame.cell()),
                types);
    Path answer = folder.resolve("answer");
    DeepmdKit.python(folder.resolve("log"), script, List.of(file.toString(), answer.toString()));
    double[] theirs =
        Arrays.stream(Files.readString(answer).split(" "))
            .mapToDouble(Double::parseDouble)
            .toArray();
    try (PropertyEnsemble ensemble = PropertyEnsemble.of(List.of(solution.model()))) {
      double[] ours = ensemble.evaluate(List.of(frame)).get(0)[0].value();
      assertThat(theirs).hasSameSizeAs(ours);
      for (int k = 0; k < ours.length; k++) {
        assertThat(ours[k]).isCloseTo(theirs[k], within(1e-9));
      }
    }
  }
}
