package org.dpsieve.outputlayer.property;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalDouble;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.OrderedParallel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Equivariant;
import org.dpsieve.model.PropertyHead;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.model.PropertyModel;

/**
 * A model of a property from a model of energies and few labels: descriptor and hidden layers stay
 * (or a layer made of the descriptor takes their place), and the output layer is the solution of a
 * ridge regression. What it stands on and the ridge are those with the smallest error on frames
 * left out, each in turn.
 */
public final class PropertyTransfer {
  /** Parameters of each component, at most: what one core solves for in some seconds. */
  private static final int MOST_PARAMETERS = 1200;

  /** Numbers of a design matrix, at most: 1 GB. */
  private static final long MOST_NUMBERS = 1L << 27;

  /** Rows of a frame's atoms that are left out together. */
  private static final int LARGEST_BLOCK = 64;

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

  private final Property label;
  private final Property property;
  private final Form form;
  private final Options options;
  private final DeepPotential energies;
  private final int[] groups;
  private final int width;

  private PropertyTransfer(DeepPotential energies, Property label, Options options) {
    this.energies = energies;
    this.label = label;
    this.options = options;
    this.property = ofFrames(label);
    this.form = form(property);
    this.groups = PropertyBodies.groups(energies);
    this.width = form.isEquivariant() ? Equivariant.width(energies.descriptor()) : 1;
    if (width == 0) {
      throw new InputException(
          "%s: its descriptor %s has no directions, from which a %s could be made; expected se_e2_a or se_atten"
              .formatted(energies.name(), energies.descriptor().kind(), property.name()));
    }
  }

  /** What a model trained with labels of atoms is a model of: {@code dipole} of atomic dipoles. */
  public static Property ofFrames(Property label) {
    String name =
        label.atomic() ? label.name().replaceFirst("^(atomic_|atom_)(?=.)", "") : label.name();
    return new Property(name, label.intensive(), false);
  }

  /** What turning a frame does to a property of this name. */
  public static Form form(Property property) {
    return switch (property.name()) {
      case "dipole" -> Form.DIPOLE;
      case "polarizability" -> Form.POLAR_DIAGONAL;
      default -> Form.INVARIANT;
    };
  }

  /**
   * Solves.
   *
   * @param energies model to start from, as it will be evaluated once it is one of the property
   * @param label of the frames; an atomic one trains by the values of atoms
   * @param frames those without the label are left out
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
    return new PropertyTransfer(energies, label, options).solve(frames, old);
  }

  private PropertySolution solve(List<Frame> frames, List<Frame> old) {
    List<Frame> labelled = labelled(frames);
    if (labelled.size() < 3) {
      throw new InputException(
          "%d of %d frames have the label %s; expected three or more, in set.*/%s or as a key of an extxyz file"
              .formatted(labelled.size(), frames.size(), label, label.file()));
    }
    List<Frame> oldLabelled = labelled(old);
    requireSameDimension(labelled, oldLabelled);
    List<Candidate> candidates = candidates(labelled);
    Rows[] rows = rows(candidates, labelled);
    LabelStandard standard = LabelStandard.of(form, rows[0].counts, rows[0].labels);
    Rows[] oldRows = oldLabelled.size() < 3 ? null : rows(candidates, oldLabelled);
    PropertySolution best = null;
    List<PropertySolution.Tried> tried = new ArrayList<>();
    for (int c = 0; c < rows.length; c++) {
      Candidate candidate = candidates.get(c);
      DesignRows fresh = rows[c].standardised(standard);
      DesignRows before =
          oldRows == null
              ? null
              : oldRows[c].standardised(
                  standard.withBias(
                      LabelStandard.of(form, oldRows[c].counts, oldRows[c].labels).bias()));
      PropertyFit fit = PropertyFit.best(fresh, before, options.ridge());
      tried.add(new PropertySolution.Tried(candidate.name, fit.usesOld(), Math.sqrt(fit.loss())));
      if (best == null || fit.loss() < best.loss()) {
        best = solution(candidate, fit, standard, rows[c].labels, labelled.size());
      }
    }
    return best.with(tried);
  }

  private PropertySolution solution(
      Candidate candidate,
      PropertyFit fit,
      LabelStandard standard,
      List<double[]> labels,
      int frames) {
    int components = form == Form.INVARIANT ? standard.deviation().length : 1;
    PropertyHead head = candidate.design.head(fit.parameters(), components);
    return PropertySolution.of(
        new PropertyModel(candidate.body, inUnits(head, standard)),
        candidate.design,
        fit,
        standard,
        labels,
        frames);
  }

  /** From standardised labels to their units. */
  private PropertyHead inUnits(PropertyHead head, LabelStandard standard) {
    int outputs = head.outputs();
    double[][] weight = new double[groups.length][];
    double[][] bias = new double[groups.length][outputs];
    double[] shift = head.shift().clone();
    boolean own = form == Form.INVARIANT;
    for (int t = 0; t < groups.length; t++) {
      for (int other = 0; other < t && weight[t] == null; other++) {
        weight[t] = groups[other] == groups[t] ? weight[other] : null;
      }
      if (weight[t] == null) {
        weight[t] = head.weight()[t].clone();
        for (int k = 0; k < weight[t].length; k++) {
          weight[t][k] *= standard.deviation()[own ? k % outputs : 0];
        }
      }
      for (int k = 0; k < outputs; k++) {
        double deviation = standard.deviation()[own ? k : 0];
        bias[t][k] = head.bias()[t][k] * deviation + (own ? standard.bias()[t][k] : 0);
      }
      shift[t] *= standard.deviation()[0];
    }
    return new PropertyHead(property, form, head.dimension(), weight, bias, shift);
  }

  private List<Frame> labelled(List<Frame> frames) {
    return frames.stream().filter(frame -> values(frame) != null).toList();
  }

  private double[] values(Frame frame) {
    return frame.properties().entrySet().stream()
        .filter(
            entry ->
                entry.getKey().name().equals(label.name())
                    && entry.getKey().atomic() == label.atomic())
        .map(java.util.Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  private void requireSameDimension(List<Frame> labelled, List<Frame> old) {
    int first = label.dimension(values(labelled.get(0)), labelled.get(0).atomCount());
    for (Frame frame : concat(labelled, old)) {
      int dimension = label.dimension(values(frame), frame.atomCount());
      int expected = form == Form.DIPOLE ? 3 : form == Form.POLAR_DIAGONAL ? 9 : first;
      if (dimension != expected || dimension == 0) {
        throw new InputException(
            "Frame %s: %s has %d numbers, expected %d"
                .formatted(frame.name(), label, dimension, expected));
      }
    }
  }

  private static List<Frame> concat(List<Frame> one, List<Frame> other) {
    List<Frame> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  /**
   * One way to make rows.
   *
   * @param name for reports
   */
  private record Candidate(String name, DeepPotential body, PropertyDesign design) {}

  private List<Candidate> candidates(List<Frame> labelled) {
    List<Frame> sample = sample(labelled);
    List<String> names = new ArrayList<>();
    List<DeepPotential> bodies = new ArrayList<>();
    if (options.basis() == null || options.basis().equals("hidden")) {
      names.add("hidden layer");
      bodies.add(PropertyBodies.hidden(energies));
    }
    if (options.basis() == null || !options.basis().equals("hidden")) {
      HiddenMoments[] moments = moments(PropertyBodies.descriptor(energies), sample);
      if (options.basis() == null || options.basis().equals("descriptor")) {
        names.add("descriptor");
        bodies.add(PropertyBodies.components(energies, moments, options.features()));
      }
      boolean random =
          options.basis() == null ? !form.isEquivariant() : options.basis().equals("random");
      if (random) {
        for (double sharpness : new double[] {1, 3}) {
          names.add("%d random features (%.0f)".formatted(options.features(), sharpness));
          bodies.add(PropertyBodies.random(energies, moments, options.features(), sharpness));
        }
      }
    }
    List<Candidate> candidates = new ArrayList<>();
    for (int c = 0; c < bodies.size(); c++) {
      candidates.add(
          new Candidate(names.get(c), bodies.get(c), design(moments(bodies.get(c), sample))));
    }
    return candidates;
  }

  private PropertyDesign design(HiddenMoments[] moments) {
    int hidden = moments[0].size();
    int room = (MOST_PARAMETERS / width - groups.length) / moments.length;
    int kept = Math.max(1, Math.min(hidden, room));
    double[][] centre = new double[moments.length][];
    double[][] projection = new double[moments.length][];
    for (int g = 0; g < moments.length; g++) {
      centre[g] = moments[g].mean();
      projection[g] = kept < hidden ? moments[g].directions(kept) : identity(hidden);
    }
    return new PropertyDesign(property, form, groups, centre, projection, width);
  }

  private static double[] identity(int size) {
    double[] identity = new double[size * size];
    for (int i = 0; i < size; i++) {
      identity[i * size + i] = 1;
    }
    return identity;
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

  /** Of the last hidden layer, by net; of a net without atoms in the sample those of all. */
  private HiddenMoments[] moments(DeepPotential body, List<Frame> sample) {
    HiddenMoments[] moments = new HiddenMoments[Arrays.stream(groups).max().orElseThrow() + 1];
    List<double[]> all = new ArrayList<>();
    evaluate(
        List.of(body),
        sample,
        (frame, features) -> {
          for (int i = 0; i < features[0].types().length; i++) {
            double[] hidden = features[0].hidden()[i];
            if (hidden != null) {
              int g = groups[features[0].types()[i]];
              moments[g] = moments[g] == null ? new HiddenMoments(hidden) : moments[g];
              moments[g].add(hidden);
              all.add(hidden);
            }
          }
        });
    if (all.isEmpty()) {
      throw new InputException(
          "%s: no frame has an atom that the model gives a value".formatted(energies.name()));
    }
    for (int g = 0; g < moments.length; g++) {
      if (moments[g] == null) {
        moments[g] = new HiddenMoments(all.get(0));
        all.forEach(moments[g]::add);
      }
    }
    return moments;
  }

  private interface Sink {
    void accept(Frame frame, AtomFeatures[] features);
  }

  private static void evaluate(List<DeepPotential> bodies, List<Frame> frames, Sink sink) {
    try (Ensemble ensemble = Ensemble.of(bodies)) {
      OrderedParallel.map(
          new Chunks(frames),
          chunk -> new Evaluated(chunk, ensemble.features(chunk)),
          evaluated -> {
            for (int i = 0; i < evaluated.frames.size(); i++) {
              if (evaluated.features.get(i) != null) { // else its geometry makes no sense
                sink.accept(evaluated.frames.get(i), evaluated.features.get(i));
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

  /** Of one candidate: rows, and labels before they are standardised. */
  private final class Rows {
    final int size;
    final List<double[]> x = new ArrayList<>();
    final List<double[]> labels = new ArrayList<>(); // one per entry of counts
    final List<double[]> counts = new ArrayList<>();

    /** Entries of {@link #labels} that make a block. */
    final List<Integer> blocks = new ArrayList<>();

    Rows(int size) {
      this.size = size;
    }

    DesignRows standardised(LabelStandard standard) {
      boolean own = form == Form.INVARIANT;
      int components = own ? standard.deviation().length : 1;
      List<DesignRows.Block> made = new ArrayList<>();
      int entry = 0;
      for (int i = 0; i < blocks.size(); i++) {
        double[] y = new double[0];
        for (int k = 0; k < blocks.get(i); k++, entry++) {
          double[] one = standard.of(labels.get(entry), counts.get(entry));
          int at = y.length;
          y = Arrays.copyOf(y, at + one.length);
          System.arraycopy(one, 0, y, at, one.length);
        }
        made.add(new DesignRows.Block(x.get(i), y));
      }
      return new DesignRows(size, components, made);
    }
  }

  private Rows[] rows(List<Candidate> candidates, List<Frame> frames) {
    Rows[] rows = candidates.stream().map(c -> new Rows(c.design.size())).toArray(Rows[]::new);
    long numbers =
        frames.stream()
            .mapToLong(
                frame ->
                    (long) candidates.get(0).design.rows()
                        * (label.atomic() ? frame.atomCount() : 1))
            .sum();
    int largest = candidates.stream().mapToInt(c -> c.design.size()).max().orElseThrow();
    if (numbers * largest > MOST_NUMBERS) {
      throw new InputException(
          "%d labels and %d parameters need more than the %d GB that are set aside; leave frames out of -s, or take --basis hidden"
              .formatted(numbers, largest, 8 * MOST_NUMBERS >> 30));
    }
    evaluate(
        candidates.stream().map(Candidate::body).toList(),
        frames,
        (frame, features) -> {
          for (int c = 0; c < rows.length; c++) {
            add(candidates.get(c).design, frame, features[c], rows[c]);
          }
        });
    if (rows[0].blocks.size() < 3) {
      throw new InputException(
          "%d frames with the label %s can be evaluated, expected three or more"
              .formatted(rows[0].blocks.size(), label));
    }
    return rows;
  }

  private void add(PropertyDesign design, Frame frame, AtomFeatures features, Rows rows) {
    double[] values = values(frame);
    int types = groups.length;
    if (!label.atomic()) {
      rows.x.add(design.ofFrame(features));
      rows.labels.add(values);
      rows.counts.add(LabelStandard.counts(features, types, property.intensive()));
      rows.blocks.add(1);
      return;
    }
    int atoms = frame.atomCount();
    int dimension = values.length / atoms;
    boolean together = atoms * design.rows() <= LARGEST_BLOCK;
    double[] block = new double[0];
    int inBlock = 0;
    for (int i = 0; i < atoms; i++) {
      if (features.hidden()[i] == null) {
        continue;
      }
      double[] one = design.ofAtom(features, i);
      rows.labels.add(Arrays.copyOfRange(values, i * dimension, (i + 1) * dimension));
      double[] count = new double[types];
      count[features.types()[i]] = 1;
      rows.counts.add(count);
      if (together) {
        int at = block.length;
        block = Arrays.copyOf(block, at + one.length);
        System.arraycopy(one, 0, block, at, one.length);
        inBlock++;
      } else {
        rows.x.add(one);
        rows.blocks.add(1);
      }
    }
    if (inBlock > 0) {
      rows.x.add(block);
      rows.blocks.add(inBlock);
    }
  }
}
