package org.dpsieve.outputlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Test;

class PickOrdersTest {
  private static final int KINDS = 12;

  private final DeepPotential model = RandomModels.agAu(1);
  private final OutputParameters parameters =
      OutputParameters.of(model, new boolean[] {true, true});

  private FrameSketch sketch(String id, Frame frame) {
    try (GemmFeatures kernel = new GemmFeatures(model, parameters)) {
      return FrameSketch.of(id, "Ag", kernel.of(frame));
    }
  }

  /** Frame 0 twenty times, slightly displaced, and eleven others. */
  private List<FrameSketch> mostlyNearDuplicates() {
    List<FrameSketch> sketches = new ArrayList<>();
    for (int k = 1; k < KINDS; k++) {
      sketches.add(sketch("other " + k, RandomModels.agAuFrame(k, 8)));
    }
    Random random = new Random(1);
    for (int copy = 0; copy < 20; copy++) {
      Frame frame = RandomModels.agAuFrame(0, 8);
      for (int k = 0; k < frame.coord().length; k++) {
        frame.coord()[k] += 1e-5 * random.nextGaussian();
      }
      sketches.add(sketch("copy " + copy, frame));
    }
    return sketches;
  }

  private static List<Integer> informed(
      List<FrameSketch> frames, Stream<FrameSketch> labelled, int number, long seed) {
    double[] unknown = new double[frames.size()];
    Arrays.fill(unknown, Double.NaN);
    return InformationOrder.of(frames, labelled, number, seed, unknown);
  }

  private static long copies(List<FrameSketch> frames, List<Integer> picks) {
    return picks.stream().filter(k -> frames.get(k).id().startsWith("copy")).count();
  }

  @Test
  void nearDuplicatesInABatchAreSeenAsSuch() {
    List<FrameSketch> frames = mostlyNearDuplicates();
    List<Integer> diverse = DiverseOrder.of(frames, Stream.empty(), KINDS, 3);
    assertThat(copies(frames, diverse)).isEqualTo(1);
    long random = 0;
    long informed = 0;
    for (int seed = 0; seed < 10; seed++) {
      List<Integer> picks = informed(frames, Stream.empty(), 10, seed);
      // the first five are drawn together, before anything is known of one another
      informed += copies(frames, picks.subList(5, 10));
      List<Integer> any = new ArrayList<>();
      for (int k = 0; k < frames.size(); k++) {
        any.add(k);
      }
      Collections.shuffle(any, new Random(seed));
      random += copies(frames, any.subList(5, 10));
    }
    assertThat(random).isGreaterThan(25);
    assertThat(informed).isLessThan(random * 2 / 3);
  }

  /** Copies are alike for the posterior; those that are expected to be far off come first. */
  @Test
  void whereHiddenLayersFailThereIsMoreToLearn() {
    List<FrameSketch> frames = mostlyNearDuplicates();
    double[] sigma = new double[frames.size()];
    Arrays.fill(sigma, 0.1);
    sigma[0] = Double.NaN;
    List<Integer> far = List.of(KINDS + 1, KINDS + 4, KINDS + 9);
    far.forEach(k -> sigma[k] = 1);
    int drawn = 0;
    int unweighted = 0;
    for (int seed = 0; seed < 20; seed++) {
      List<Integer> first = InformationOrder.of(frames, Stream.empty(), 5, seed, sigma);
      drawn += (int) first.stream().filter(far::contains).count();
      unweighted +=
          (int) informed(frames, Stream.empty(), 5, seed).stream().filter(far::contains).count();
      double[] doubled = Arrays.stream(sigma).map(value -> 8 * value).toArray(); // in another unit
      assertThat(InformationOrder.of(frames, Stream.empty(), 5, seed, doubled)).isEqualTo(first);
    }
    assertThat(drawn).isGreaterThan(2 * unweighted);
  }

  /** Each pick is by what the picks before it leave open, so no duplicate is worth anything. */
  @Test
  void aChangesOrderTakesFewOfNearDuplicates() {
    List<FrameSketch> frames = mostlyNearDuplicates();
    List<Integer> picks = ChangeOrder.of(frames, Stream.empty(), KINDS);
    assertThat(picks).doesNotHaveDuplicates().hasSize(KINDS);
    // two in three of the frames are copies
    assertThat(copies(frames, picks)).isLessThanOrEqualTo(KINDS / 3);
    assertThat(ChangeOrder.of(frames, Stream.empty(), KINDS)).isEqualTo(picks);
    FrameSketch copy = frames.get(frames.size() - 1);
    List<Integer> after = ChangeOrder.of(frames, Stream.of(copy), KINDS - 2);
    assertThat(copies(frames, after)).isLessThan(KINDS / 3);
    assertThat(ChangeOrder.of(frames, Stream.empty(), 1000)).hasSize(frames.size());
  }

  @Test
  void whatIsLabelledIsNotPickedAgainUnderAnotherName() {
    List<FrameSketch> frames = mostlyNearDuplicates();
    List<FrameSketch> labelled = List.of(frames.get(KINDS)); // one of the copies
    assertThat(copies(frames, DiverseOrder.of(frames, labelled.stream(), KINDS - 1, 3))).isZero();
    long informed = 0;
    for (int seed = 0; seed < 10; seed++) {
      informed += copies(frames, informed(frames, labelled.stream(), 5, seed));
    }
    assertThat(informed).isLessThan(10); // of 50
  }

  @Test
  void eachFrameOnceTheSameWhateverTheirOrder() {
    List<FrameSketch> frames = mostlyNearDuplicates();
    List<FrameSketch> turned = new ArrayList<>(frames);
    Collections.reverse(turned);
    List<Integer> picks = informed(frames, Stream.empty(), 10, 5);
    assertThat(new HashSet<>(picks)).hasSize(10);
    List<String> ids = picks.stream().map(k -> frames.get(k).id()).toList();
    List<String> turnedIds =
        informed(turned, Stream.empty(), 10, 5).stream().map(k -> turned.get(k).id()).toList();
    assertThat(turnedIds).isEqualTo(ids);
    assertThat(informed(frames, Stream.empty(), 10, 6)).isNotEqualTo(picks);
    assertThat(informed(frames, Stream.empty(), 1000, 5)).hasSize(frames.size());
    assertThat(Set.copyOf(DiverseOrder.of(frames, Stream.empty(), 1000, 5))).hasSize(frames.size());
    assertThat(informed(List.of(), Stream.empty(), 3, 5)).isEmpty();
    assertThat(DiverseOrder.of(List.of(), Stream.empty(), 3, 5)).isEmpty();
  }

  /** The sketch's variance of the forces against that of all components, under unit covariance. */
  @Test
  void aSketchKeepsTheMeanSquareOfTheForceRows() {
    double ratio = 0;
    int count = 40;
    try (GemmFeatures kernel = new GemmFeatures(model, parameters)) {
      for (int k = 0; k < count; k++) {
        FrameFeatures features = kernel.of(RandomModels.agAuFrame(k, 10));
        double exact = Vectors.dot(features.force(), features.force()) / 30;
        FrameSketch sketch = FrameSketch.of("frame " + k, "Ag", features);
        ratio += Vectors.dot(sketch.force(), sketch.force()) / exact / count;
      }
    }
    assertThat(ratio).isCloseTo(1, within(0.15)); // 0.5 / sqrt(40) is 0.08
  }

  @Test
  void aLabelTakesTheVarianceOfItsOwnFrame() {
    List<FrameSketch> frames = mostlyNearDuplicates();
    Posterior posterior = new Posterior(frames);
    double before = posterior.variances(frames.get(0).energy().clone())[0];
    double other = posterior.variances(frames.get(5).energy().clone())[0];
    posterior.add(frames.get(0));
    double after = posterior.variances(frames.get(0).energy().clone())[0];
    assertThat(after).isLessThan(0.003 * 0.003).isLessThan(before / 100);
    assertThat(posterior.variances(frames.get(5).energy().clone())[0]).isLessThan(other);
  }
}
