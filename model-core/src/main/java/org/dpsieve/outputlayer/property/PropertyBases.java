package org.dpsieve.outputlayer.property;

import java.io.Serializable;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Equivariant;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.PropertyHead.Form;

/**
 * What an output layer of a property may stand on, all made of one model: a frame is evaluated once
 * for all of them, up to what they have in common.
 *
 * @param label of frames, or of their atoms
 * @param common what is evaluated: the descriptor or, where that is all there is, the hidden layers
 * @param all in the order in which they are tried
 */
public record PropertyBases(Property label, DeepPotential common, List<Base> all)
    implements Serializable {
  /** Parameters of each component, at most: what one core solves for in some seconds. */
  private static final int MOST_PARAMETERS = 1200;

  private static final int ATOMS_AT_ONCE = 1024;

  private static final String OWN = "own";
  private static final String LINEAR = "linear";
  private static final String TANH = "tanh";

  public PropertyBases {
    all = List.copyOf(all);
  }

  /**
   * One of them.
   *
   * @param name for reports
   * @param layer as {@link Shape#layer}
   * @param body descriptor and hidden layers
   * @param layers which lead from what is evaluated to the last hidden layer, by type; empty where
   *     that is it
   * @param design rows of frames
   */
  public record Base(
      String name, String layer, DeepPotential body, List<Network> layers, PropertyDesign design)
      implements Serializable {
    public Base {
      layers = List.copyOf(layers);
    }
  }

  /** What is evaluated of a model. */
  static DeepPotential common(DeepPotential energies, PropertyTransfer.Options options) {
    return isHiddenAlone(options)
        ? PropertyBodies.hidden(energies)
        : PropertyBodies.descriptor(energies);
  }

  private static boolean isHiddenAlone(PropertyTransfer.Options options) {
    return "hidden".equals(options.basis());
  }

  /**
   * @param energies model to start from
   * @param common of {@link #common}
   * @param sample what it makes of some frames: means and principal components are theirs
   * @throws InputException when the model has no directions that a vector could be made from, or no
   *     atom has a value
   */
  static PropertyBases of(
      DeepPotential energies,
      DeepPotential common,
      Property label,
      PropertyTransfer.Options options,
      List<AtomFeatures> sample) {
    Property property = PropertyTransfer.ofFrames(label);
    Form form = PropertyTransfer.form(property);
    int width = form.isEquivariant() ? Equivariant.width(energies.descriptor()) : 1;
    if (width == 0) {
      throw new InputException(
          "%s: its descriptor %s has no directions, from which a %s could be made; expected se_e2_a or se_atten"
              .formatted(energies.name(), energies.descriptor().kind(), property.name()));
    }
    int[] groups = PropertyBodies.groups(energies);
    Maker maker = new Maker(energies, property, form, groups, width, together(sample));
    if (isHiddenAlone(options)) {
      return new PropertyBases(
          label, common, List.of(maker.base("hidden layer", OWN, common, List.of())));
    }
    List<Base> all = new ArrayList<>();
    if (options.basis() == null) {
      all.add(maker.base("hidden layer", OWN, PropertyBodies.hidden(energies)));
    }
    HiddenMoments[] moments = maker.moments(List.of());
    if (options.basis() == null || options.basis().equals("descriptor")) {
      all.add(
          maker.base(
              "descriptor",
              LINEAR,
              PropertyBodies.components(energies, moments, options.features())));
    }
    if (options.basis() == null ? !form.isEquivariant() : options.basis().equals("random")) {
      for (double sharpness : new double[] {1, 3}) {
        all.add(
            maker.base(
                "%d random features (%.0f)".formatted(options.features(), sharpness),
                TANH,
                PropertyBodies.random(energies, moments, options.features(), sharpness)));
      }
    }
    return new PropertyBases(label, common, all);
  }

  /** Atoms of many frames as if of one: nets are for many atoms at once. */
  private static List<AtomFeatures> together(List<AtomFeatures> frames) {
    List<AtomFeatures> all = new ArrayList<>();
    for (int from = 0; from < frames.size(); ) {
      int to = from;
      for (int atoms = 0; to < frames.size() && atoms < ATOMS_AT_ONCE; to++) {
        atoms += frames.get(to).types().length;
      }
      List<AtomFeatures> some = frames.subList(from, to);
      all.add(
          new AtomFeatures(
              some.stream().flatMapToInt(frame -> Arrays.stream(frame.types())).toArray(),
              some.stream()
                  .flatMap(frame -> Arrays.stream(frame.hidden()))
                  .toArray(double[][]::new),
              some.stream()
                  .flatMap(frame -> Arrays.stream(frame.equivariant()))
                  .toArray(double[][]::new)));
      from = to;
    }
    return all;
  }

  /** Of one model and sample. */
  private record Maker(
      DeepPotential energies,
      Property property,
      Form form,
      int[] groups,
      int width,
      List<AtomFeatures> sample) {

    Base base(String name, String layer, DeepPotential body) {
      return base(name, layer, body, List.of(body.fitting().networks()));
    }

    Base base(String name, String layer, DeepPotential body, List<Network> layers) {
      return new Base(name, layer, body, layers, design(moments(layers)));
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

    /** Of the last hidden layer, by net; of a net without atoms in the sample those of all. */
    HiddenMoments[] moments(List<Network> layers) {
      HiddenMoments[] moments = new HiddenMoments[Arrays.stream(groups).max().orElseThrow() + 1];
      List<double[]> all = new ArrayList<>();
      for (AtomFeatures common : sample) {
        AtomFeatures features = HiddenLayers.apply(layers, common);
        for (int i = 0; i < features.types().length; i++) {
          double[] hidden = features.hidden()[i];
          if (hidden != null) {
            int g = groups[features.types()[i]];
            moments[g] = moments[g] == null ? new HiddenMoments(hidden) : moments[g];
            moments[g].add(hidden);
            all.add(hidden);
          }
        }
      }
      if (all.isEmpty()) {
        throw new InputException(
            "%s: no frame has an atom that the model gives a value".formatted(energies.name()));
      }
      if (Arrays.asList(moments).contains(null)) {
        HiddenMoments ofAll = new HiddenMoments(all.get(0));
        all.forEach(ofAll::add);
        Arrays.setAll(moments, g -> moments[g] == null ? ofAll : moments[g]);
      }
      return moments;
    }
  }

  /**
   * How the numbers of a base are cut.
   *
   * @param layer what its hidden layer is: {@code own} of the model, {@code linear} or {@code tanh}
   *     of the descriptor
   * @param hidden its width
   * @param kept of it
   */
  public record Shape(String name, String layer, int hidden, int kept) {}

  /** Of all bases, in their order. */
  public List<Shape> shapes() {
    return all.stream()
        .map(
            base ->
                new Shape(
                    base.name(),
                    base.layer(),
                    base.design().centre()[0].length,
                    base.design().kept()))
        .toList();
  }

  /** What beside {@link #shapes} and the model makes them. */
  public double[] numbers() {
    List<double[]> parts = new ArrayList<>();
    List<Shape> shapes = shapes();
    for (int b = 0; b < all.size(); b++) {
      PropertyDesign design = all.get(b).design();
      for (int g = 0; g < design.centre().length; g++) {
        parts.add(design.centre()[g]);
        parts.add(design.projection()[g]);
        if (!shapes.get(b).layer().equals(OWN)) {
          int type = Arrays.stream(design.group()).boxed().toList().indexOf(g);
          Layer layer = all.get(b).body().fitting().networks()[type].layers().get(0);
          parts.add(layer.weight());
          parts.add(layer.bias());
        }
      }
    }
    return parts.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  /**
   * The same again.
   *
   * @param energies model that they were made of
   * @param numbers of {@link #numbers}
   */
  public static PropertyBases of(
      DeepPotential energies,
      Property label,
      PropertyTransfer.Options options,
      List<Shape> shapes,
      double[] numbers) {
    Property property = PropertyTransfer.ofFrames(label);
    Form form = PropertyTransfer.form(property);
    int width = form.isEquivariant() ? Equivariant.width(energies.descriptor()) : 1;
    int[] groups = PropertyBodies.groups(energies);
    int nets = Arrays.stream(groups).max().orElseThrow() + 1;
    int size = energies.descriptor().size();
    DeepPotential common = common(energies, options);
    DoubleBuffer rest = DoubleBuffer.wrap(numbers);
    List<Base> all = new ArrayList<>();
    for (Shape shape : shapes) {
      double[][] centre = new double[nets][shape.hidden];
      double[][] projection = new double[nets][shape.hidden * shape.kept];
      List<Layer> layers = new ArrayList<>();
      for (int g = 0; g < nets; g++) {
        rest.get(centre[g]).get(projection[g]);
        if (!shape.layer.equals(OWN)) {
          double[] weight = new double[size * shape.hidden];
          double[] bias = new double[shape.hidden];
          rest.get(weight).get(bias);
          layers.add(
              shape.layer.equals(TANH)
                  ? PropertyBodies.tanh(size, weight, bias)
                  : Layer.linear(size, shape.hidden, weight, bias));
        }
      }
      DeepPotential body =
          layers.isEmpty()
              ? PropertyBodies.hidden(energies)
              : PropertyBodies.ofLayers(energies, layers::get);
      all.add(
          new Base(
              shape.name,
              shape.layer,
              body,
              isHiddenAlone(options) ? List.of() : List.of(body.fitting().networks()),
              new PropertyDesign(property, form, groups, centre, projection, width)));
    }
    return new PropertyBases(label, common, all);
  }

  static double[] identity(int size) {
    double[] identity = new double[size * size];
    for (int i = 0; i < size; i++) {
      identity[i * size + i] = 1;
    }
    return identity;
  }

  /** Numbers of a row of all bases together. */
  public int size() {
    return all.stream().mapToInt(base -> base.design().size()).sum();
  }

  /** Rows that a label of a frame or atom has. */
  public int rowsOfEntry() {
    return all.get(0).design().rows();
  }

  /** Rows that a frame has. */
  int rowsOf(Frame frame) {
    return rowsOfEntry() * (label.atomic() ? frame.atomCount() : 1);
  }

  /**
   * What a frame says.
   *
   * @param values its label, of the frame or all its atoms
   * @param features of it by {@link #common}
   */
  public PropertyRows rows(Frame frame, double[] values, AtomFeatures features) {
    List<double[]> x = new ArrayList<>();
    for (Base base : all) {
      AtomFeatures own = HiddenLayers.apply(base.layers(), features);
      x.add(label.atomic() ? base.design().ofAtoms(own) : base.design().ofFrame(own));
    }
    int types = common.typeCount();
    Property property = PropertyTransfer.ofFrames(label);
    return label.atomic()
        ? PropertyRows.ofAtoms(frame.name(), values, features, types, x)
        : new PropertyRows(
            frame.name(),
            1,
            values,
            LabelStandard.counts(features, types, property.intensive()),
            x);
  }
}
