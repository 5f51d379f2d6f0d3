package org.dpsieve.outputlayer.property;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.OrderedParallel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.text.Counted;

/**
 * A model of a property from a model of energies and few labels: descriptor and hidden layers stay
 * (or a layer made of the descriptor takes their place), and the output layer is the solution of a
 * ridge regression. What it stands on and the ridge are those with the smallest error on frames
 * left out, each in turn.
 */
public final class PropertyTransfer {
  /** Numbers of rows of frames, at most: 1 GB. */
  public static final long MOST_NUMBERS = 1L << 27;

  /** Labelled frames. */
  static final int LEAST = 3;

  /** Atoms that means and variances are taken of. */
  private static final int SAMPLED_ATOMS = 8192;

  private static final int ATOMS_AT_ONCE = 4096;

  /**
   * @param basis {@code hidden}, {@code descriptor}, {@code random}; {@code null} to let errors on
   *     frames left out choose
   * @param features of a layer made of the descriptor, at most
   * @param ridge as a part of the largest eigenvalue; empty to choose
   */
  public record Options(String basis, int features, OptionalDouble ridge) {
    public static final List<String> BASES = List.of("hidden", "descriptor", "random");

    public static final Options DEFAULT = new Options(null, 256, OptionalDouble.empty());
  }

  private PropertyTransfer() {}

  /**
   * What a model trained with labels of atoms is a model of: {@code dipole} of atomic dipoles.
   *
   * @throws InputException when that is the name of another quantity
   */
  public static Property ofFrames(Property label) {
    String name =
        label.atomic() ? label.name().replaceFirst("^(atomic_|atom_)(?=.)", "") : label.name();
    try {
      return new Property(name, label.intensive(), false);
    } catch (InputException e) {
      throw new InputException(
          "property '%s': the model's value of a frame would be called '%s', which is something else; expected another name of the array"
              .formatted(label, name),
          e);
    }
  }

  /** What turning a frame does to a property of this name. */
  public static Form form(Property property) {
    return switch (property.name()) {
      case "dipole" -> Form.DIPOLE;
      case "polarizability" -> Form.POLAR_DIAGONAL;
      default -> Form.INVARIANT;
    };
  }

  /** What a frame has to teach: its label, if that is all finite numbers. */
  public static Optional<double[]> label(Frame frame, Property label) {
    return frame.values(label).filter(value -> Arrays.stream(value).allMatch(Double::isFinite));
  }

  /**
   * Solves.
   *
   * @param energies model to start from, as it will be evaluated once it is one of the property
   * @param label of the frames; an atomic one trains by the values of atoms
   * @param frames those without the label, or with one that is no finite number, are left out
   * @param old labels of the same property at another level, of these frames or others; may be
   *     empty
   * @throws InputException when there are no labels, or they do not fit together
   */
  public static PropertySolution solve(
      DeepPotential energies,
      Property label,
      List<Frame> frames,
      List<Frame> old,
      Options options) {
    List<Frame> labelled =
        frames.stream().filter(frame -> label(frame, label).isPresent()).toList();
    if (labelled.size() < LEAST) {
      throw new InputException(
          "%,d of %s %s the label %s, in finite numbers; expected three or more, in set.*/%s or as a %s of an extxyz file%s"
              .formatted(
                  labelled.size(),
                  Counted.of(frames.size(), "frame"),
                  labelled.size() == 1 || frames.size() == 1 ? "has" : "have",
                  label,
                  label.file(),
                  label.atomic() ? "column" : "key",
                  label.orOfAtoms()));
    }
    List<Frame> before = old.stream().filter(frame -> label(frame, label).isPresent()).toList();
    Sampled sampled = sampled(energies, label, labelled, options);
    requireRoom(sampled.bases, labelled, before);
    return PropertySolver.solve(
        sampled.bases,
        rows(sampled, label, labelled),
        rows(sampled, label, before),
        options.ridge());
  }

  /**
   * What an output layer may stand on.
   *
   * @param energies as for {@link #solve}
   * @param frames like those that the model will be asked about; some of them are looked at
   * @throws InputException when the model cannot be one of such a property
   */
  public static PropertyBases bases(
      DeepPotential energies, Property label, List<Frame> frames, Options options) {
    return sampled(energies, label, frames, options).bases;
  }

  /** With what was evaluated for it. */
  private record Sampled(PropertyBases bases, Map<Frame, AtomFeatures> known) {}

  private static Sampled sampled(
      DeepPotential energies, Property label, List<Frame> frames, Options options) {
    DeepPotential common = PropertyBases.common(energies, options);
    Map<Frame, AtomFeatures> known = new IdentityHashMap<>();
    List<AtomFeatures> sample = new ArrayList<>();
    evaluate(
        common,
        sample(frames),
        (frame, features) -> {
          known.put(frame, features);
          sample.add(features);
        });
    return new Sampled(PropertyBases.of(energies, common, label, options, sample), known);
  }

  /** Some of the frames, at equal distances, of not too many atoms. */
  private static List<Frame> sample(List<Frame> frames) {
    long atoms = frames.stream().mapToLong(Frame::atomCount).sum();
    int step = (int) Math.max(1, atoms / SAMPLED_ATOMS);
    List<Frame> sample = new ArrayList<>();
    for (int i = 0; i < frames.size(); i += step) {
      sample.add(frames.get(i));
    }
    return sample;
  }

  private static void requireRoom(PropertyBases bases, List<Frame> labelled, List<Frame> before) {
    long rows = Stream.concat(labelled.stream(), before.stream()).mapToLong(bases::rowsOf).sum();
    if (rows * bases.size() > MOST_NUMBERS) {
      throw new InputException(
          "%s of %s need more than the %d GB that are set aside; leave frames out of -s, or take --basis hidden"
              .formatted(
                  Counted.of(rows, "row"),
                  Counted.of(bases.size(), "parameter"),
                  8 * MOST_NUMBERS >> 30));
    }
  }

  /** Of those that can be evaluated, in their order. */
  private static List<PropertyRows> rows(Sampled sampled, Property label, List<Frame> frames) {
    Map<Frame, PropertyRows> rows = new IdentityHashMap<>();
    List<Frame> others = new ArrayList<>();
    for (Frame frame : frames) {
      AtomFeatures features = sampled.known.get(frame);
      if (features == null) {
        others.add(frame);
      } else {
        rows.put(frame, sampled.bases.rows(frame, frame.values(label).orElseThrow(), features));
      }
    }
    evaluate(
        sampled.bases.common(),
        others,
        (frame, features) ->
            rows.put(
                frame, sampled.bases.rows(frame, frame.values(label).orElseThrow(), features)));
    return frames.stream().map(rows::get).filter(Objects::nonNull).toList();
  }

  private interface Sink {
    void accept(Frame frame, AtomFeatures features);
  }

  private static void evaluate(DeepPotential common, List<Frame> frames, Sink sink) {
    if (frames.isEmpty()) {
      return; // tables are made for no frame
    }
    try (Ensemble ensemble = Ensemble.of(List.of(common))) {
      OrderedParallel.map(
          new Chunks(frames),
          chunk -> new Evaluated(chunk, ensemble.features(chunk)),
          evaluated -> {
            for (int i = 0; i < evaluated.frames.size(); i++) {
              if (evaluated.features.get(i) != null) { // else its geometry makes no sense
                sink.accept(evaluated.frames.get(i), evaluated.features.get(i)[0]);
              }
            }
          });
    }
  }

  private record Evaluated(List<Frame> frames, List<AtomFeatures[]> features) {}

  private static final class Chunks implements Iterator<List<Frame>> {
    private final List<Frame> frames;
    private int next;

    Chunks(List<Frame> frames) {
      this.frames = frames;
    }

    @Override
    public boolean hasNext() {
      return next < frames.size();
    }

    @Override
    public List<Frame> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      int from = next;
      for (int atoms = 0; next < frames.size() && atoms < ATOMS_AT_ONCE; next++) {
        atoms += frames.get(next).atomCount();
      }
      return frames.subList(from, next);
    }
  }
}
