package org.dpsieve.kernel.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeMap;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.infer.Prediction;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Descriptor;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.ExtraInputs;
import org.dpsieve.model.Hybrid;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.PairTable;
import org.dpsieve.model.ShortRange;
import org.dpsieve.model.Surroundings;
import org.dpsieve.model.View;
import org.dpsieve.neighbor.NeighborRules;

/**
 * Energy, force and virial of a Deep Potential in plain double loops over all pairs of atoms and
 * images: the definition of the numbers, against which faster kernels are checked. Zhang et al.,
 * NeurIPS 2018, arXiv:1805.09003, equations 4 to 9, with DeePMD-kit's details.
 */
public final class ReferenceModel {
  private final DeepPotential model;

  public ReferenceModel(DeepPotential model) {
    this.model = model;
  }

  /**
   * @throws InputException when an element of the frame is not in the model's type map, its cell
   *     has no volume, or it lacks parameters that the model needs
   */
  public Prediction evaluate(Frame frame) {
    int[] types = types(frame);
    double rcut =
        model.views().stream().mapToDouble(view -> view.surroundings().rcut()).max().orElseThrow();
    Images images = Images.of(image(frame), rcut);
    int atoms = frame.atomCount();
    double[] extra = model.fitting().extraInputs().of(frame, model.name());
    double[] force = new double[3 * atoms];
    double[] virial = new double[9];
    double[] atomEnergy = new double[atoms];
    for (int i = 0; i < atoms; i++) {
      if (!model.excludedTypes().contains(types[i])) {
        double[] more =
            Arrays.copyOfRange(extra, i * extra.length / atoms, (i + 1) * extra.length / atoms);
        atomEnergy[i] = addAtom(images, types, i, more, force, virial);
      }
    }
    for (DeepPotential other : model.additions().models()) {
      Prediction more = new ReferenceModel(other).evaluate(frame);
      add(more.atomEnergy(), atomEnergy);
      add(more.force(), force);
      add(more.virial(), virial);
    }
    return new Prediction(Arrays.stream(atomEnergy).sum(), force, virial, atomEnergy);
  }

  /** What the atoms have before the output layer, without tables and other models. */
  AtomFeatures features(Frame frame) {
    int[] types = types(frame);
    double rcut =
        model.views().stream().mapToDouble(view -> view.surroundings().rcut()).max().orElseThrow();
    Images images = Images.of(image(frame), rcut);
    int atoms = frame.atomCount();
    double[] extra = model.fitting().extraInputs().of(frame, model.name());
    AtomFeatures features = new AtomFeatures(types, new double[atoms][], new double[atoms][]);
    for (int i = 0; i < atoms; i++) {
      if (!model.excludedTypes().contains(types[i])) {
        double[] more =
            Arrays.copyOfRange(extra, i * extra.length / atoms, (i + 1) * extra.length / atoms);
        Surrounded atom = surrounded(images, types, i, more);
        List<Layer> layers = model.fitting().networks()[types[i]].layers();
        features.hidden()[i] =
            new Network(layers.subList(0, layers.size() - 1)).apply(atom.input());
        features.equivariant()[i] = atom.directions();
      }
    }
    return features;
  }

  private static void add(double[] more, double[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += more[i];
    }
  }

  /** One atom's energy by nets and tables, eV; its forces and virial are added. */
  private double addAtom(
      Images images, int[] types, int i, double[] more, double[] force, double[] virial) {
    ShortRange shortRange = model.additions().shortRange();
    double energy;
    if (shortRange == null) {
      energy = addNets(images, types, i, more, 1, force, virial);
    } else {
      List<Neighbor> near = neighbors(images, types, i, model.ofPairs(shortRange.surroundings()));
      ShortRange.SoftMinimum soft = softMinimum(shortRange, near);
      double w = soft.weight();
      double nets = addNets(images, types, i, more, 1 - w, force, virial);
      double table = addTable(shortRange.table(), images, types, i, w, force, virial);
      table += shortRange.level()[types[i]];
      double[][] gradient = new double[near.size()][];
      for (int n = 0; n < gradient.length; n++) {
        double r = near.get(n).distance();
        gradient[n] = near.get(n).along((table - nets) * soft.slope(r));
      }
      addForces(i, near, gradient, force, virial);
      energy = (1 - w) * nets + w * table;
    }
    for (PairTable table : model.additions().tables()) {
      energy += addTable(table, images, types, i, 1, force, virial);
    }
    return energy;
  }

  private static ShortRange.SoftMinimum softMinimum(ShortRange shortRange, List<Neighbor> near) {
    double sum = 0;
    double weighted = 0;
    for (Neighbor j : near) {
      sum += shortRange.near(j.distance());
      weighted += j.distance() * shortRange.near(j.distance());
    }
    return new ShortRange.SoftMinimum(shortRange, sum, weighted);
  }

  /** Half of the energies of an atom's pairs, eV; forces and virial, times {@code weight}. */
  private double addTable(
      PairTable table,
      Images images,
      int[] types,
      int i,
      double weight,
      double[] force,
      double[] virial) {
    List<Neighbor> neighbors = neighbors(images, types, i, model.ofPairs(table.surroundings()));
    double[][] gradient = new double[neighbors.size()][];
    double energy = 0;
    for (int n = 0; n < gradient.length; n++) {
      Neighbor j = neighbors.get(n);
      energy += 0.5 * table.value(types[i], j.type(), j.distance());
      gradient[n] = j.along(0.5 * weight * table.slope(types[i], j.type(), j.distance()));
    }
    addForces(i, neighbors, gradient, force, virial);
    return energy;
  }

  /** Energy by descriptor and fitting, eV; forces and virial, times {@code weight}. */
  private double addNets(
      Images images,
      int[] types,
      int i,
      double[] more,
      double weight,
      double[] force,
      double[] virial) {
    Surrounded atom = surrounded(images, types, i, more);
    List<Descriptor> parts = parts();
    NetworkPass net = new NetworkPass(model.fitting().networks()[types[i]], atom.input());
    double[] byInput = net.inputGradient(new double[] {weight});
    int from = 0;
    for (int p = 0; p < parts.size(); p++) {
      int to = from + parts.get(p).size();
      double[][] gradient = atom.parts().get(p).gradient(Arrays.copyOfRange(byInput, from, to));
      addForces(i, atom.neighbors().get(p), gradient, force, virial);
      from = to;
    }
    return net.output()[0] + constant(types[i], more);
  }

  private List<Descriptor> parts() {
    return model.descriptor() instanceof Hybrid hybrid
        ? hybrid.parts()
        : List.of(model.descriptor());
  }

  /**
   * An atom among its neighbors.
   *
   * @param neighbors by part of the descriptor
   * @param input of the fitting net
   */
  private record Surrounded(
      List<List<Neighbor>> neighbors, List<AtomDescriptor> parts, double[] input) {
    /** Row-major [3, width], the parts' one after the other. */
    double[] directions() {
      int width = parts.stream().mapToInt(part -> part.directions().length / 3).sum();
      double[] all = new double[3 * width];
      int column = 0;
      for (AtomDescriptor part : parts) {
        int own = part.directions().length / 3;
        for (int a = 0; a < 3; a++) {
          System.arraycopy(part.directions(), a * own, all, a * width + column, own);
        }
        column += own;
      }
      return all;
    }
  }

  private Surrounded surrounded(Images images, int[] types, int i, double[] more) {
    List<List<Neighbor>> neighbors = new ArrayList<>();
    List<AtomDescriptor> descriptors = new ArrayList<>();
    double[] input = fittingInput(new double[0], more);
    int size = 0;
    for (Descriptor part : parts()) {
      neighbors.add(
          neighbors(images, types, i, View.of(part.surroundings().get(0), model.neighborRules())));
      descriptors.add(AtomDescriptor.of(part, types[i], neighbors.get(neighbors.size() - 1)));
      double[] own = descriptors.get(descriptors.size() - 1).descriptor();
      System.arraycopy(own, 0, input, size, own.length);
      size += own.length;
    }
    return new Surrounded(neighbors, descriptors, input);
  }

  private static void addForces(
      int i, List<Neighbor> neighbors, double[][] gradient, double[] force, double[] virial) {
    for (int n = 0; n < gradient.length; n++) {
      Neighbor j = neighbors.get(n);
      for (int a = 0; a < 3; a++) {
        force[3 * i + a] += gradient[n][a];
        force[3 * j.atom() + a] -= gradient[n][a];
        for (int b = 0; b < 3; b++) {
          virial[3 * a + b] -= gradient[n][a] * j.difference()[b];
        }
      }
    }
  }

  /** The descriptor, zeros behind what is given of it, and what follows it. */
  private double[] fittingInput(double[] descriptor, double[] more) {
    ExtraInputs extra = model.fitting().extraInputs();
    int size = model.descriptor().size();
    double[] input = Arrays.copyOf(descriptor, size + extra.size());
    System.arraycopy(more, 0, input, size, more.length);
    System.arraycopy(
        extra.caseEmbedding(), 0, input, size + more.length, extra.caseEmbedding().length);
    return input;
  }

  private Frame image(Frame frame) {
    double[] cell = model.neighborRules().cell(frame.cell());
    return new Frame(
        frame.system(),
        frame.index(),
        frame.z(),
        frame.coord(),
        cell,
        frame.labels(),
        null,
        null,
        frame.names());
  }

  private double constant(int type, double[] more) {
    EnergyFitting fitting = model.fitting();
    double level = fitting.zeroLevel()[type];
    if (fitting.vacuumSubtracted()[type]) {
      double[] vacuum = fittingInput(new double[0], more);
      level -= new NetworkPass(fitting.networks()[type], vacuum).output()[0];
    }
    return level;
  }

  private int[] types(Frame frame) {
    return TypeMap.of(model.typeMap(), "the type map of " + model.name()).types(frame);
  }

  /**
   * Neighbors of atom {@code i}, by type, as many of each as the descriptor takes, nearest first.
   * DeePMD-kit compares squared distances in single precision, and takes the earlier image of two
   * at the same ({@code source/lib/src/fmt_nlist.cc: format_nlist_i_cpu}).
   */
  private List<Neighbor> neighbors(Images images, int[] types, int i, View view) {
    Surroundings seen = view.surroundings();
    float limit = (float) seen.rcut() * (float) seen.rcut();
    List<Neighbor> inReach = new ArrayList<>();
    double[] x = images.coord()[i];
    for (int j = 0; j < images.atom().length; j++) {
      double[] y = images.coord()[j];
      float dx = (float) y[0] - (float) x[0];
      float dy = (float) y[1] - (float) x[1];
      float dz = (float) y[2] - (float) x[2];
      float square = dx * dx + dy * dy + dz * dz;
      if (j != i && square <= limit) {
        int atom = images.atom()[j];
        inReach.add(
            new Neighbor(
                atom, types[atom], square, new double[] {y[0] - x[0], y[1] - x[1], y[2] - x[2]}));
      }
    }
    NeighborRules rules = view.rules();
    if (inReach.size() > rules.total()) {
      inReach.sort(Comparator.comparing(Neighbor::square));
      inReach.subList(rules.total(), inReach.size()).clear();
    }
    inReach.sort(Comparator.comparingInt(Neighbor::type).thenComparing(Neighbor::square));
    int[] taken = new int[model.typeCount()];
    inReach.removeIf(n -> ++taken[n.type()] > seen.sel()[n.type()]);
    inReach.removeIf(n -> !rules.sees(types[i], n.type()));
    return inReach;
  }
}
