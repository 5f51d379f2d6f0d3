package org.dpsieve.kernel.reference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Prediction;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;

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
   * @throws InputException when an element of the frame is not in the model's type map, or its cell
   *     has no volume
   */
  public Prediction evaluate(Frame frame) {
    int[] types = types(frame);
    Images images = Images.of(image(frame), model.descriptor().rcut());
    int atoms = frame.atomCount();
    double[] force = new double[3 * atoms];
    double[] virial = new double[9];
    double[] atomEnergy = new double[atoms];
    double energy = 0;
    for (int i = 0; i < atoms; i++) {
      List<Neighbour> neighbours = neighbours(images, types, i);
      SeE2AEnvironment surroundings =
          new SeE2AEnvironment(model.descriptor(), types[i], neighbours);
      NetworkPass net =
          new NetworkPass(model.fitting().networks()[types[i]], surroundings.descriptor());
      atomEnergy[i] = net.output()[0] + constant(types[i]);
      energy += atomEnergy[i];
      double[][] gradient = surroundings.gradient(net.inputGradient(new double[] {1}));
      for (int n = 0; n < neighbours.size(); n++) {
        Neighbour j = neighbours.get(n);
        for (int a = 0; a < 3; a++) {
          force[3 * i + a] += gradient[n][a];
          force[3 * j.atom() + a] -= gradient[n][a];
          for (int b = 0; b < 3; b++) {
            virial[3 * a + b] -= gradient[n][a] * j.difference()[b];
          }
        }
      }
    }
    return new Prediction(energy, force, virial, atomEnergy);
  }

  private Frame image(Frame frame) {
    double[] cell = model.neighborRules().cell(frame.cell());
    return new Frame(frame.system(), frame.index(), frame.z(), frame.coord(), cell, frame.labels());
  }

  private double constant(int type) {
    EnergyFitting fitting = model.fitting();
    double level = fitting.zeroLevel()[type];
    if (fitting.vacuumSubtracted()[type]) {
      double[] vacuum = new double[model.descriptor().size()];
      level -= new NetworkPass(fitting.networks()[type], vacuum).output()[0];
    }
    return level;
  }

  private int[] types(Frame frame) {
    int[] types = new int[frame.atomCount()];
    for (int i = 0; i < types.length; i++) {
      types[i] = model.typeMap().indexOf(Elements.symbol(frame.z()[i]));
      if (types[i] < 0) {
        throw new InputException(
            "Frame %s: element %s of atom %d is not in the type map %s of %s"
                .formatted(
                    frame.name(), Elements.symbol(frame.z()[i]), i, model.typeMap(), model.name()));
      }
    }
    return types;
  }

  /**
   * Neighbours of atom {@code i}, by type, at most {@code sel} of each, nearest first. DeePMD-kit
   * compares squared distances in single precision, and takes the earlier image of two at the same
   * ({@code source/lib/src/fmt_nlist.cc: format_nlist_i_cpu}).
   */
  private List<Neighbour> neighbours(Images images, int[] types, int i) {
    float limit = (float) model.descriptor().rcut() * (float) model.descriptor().rcut();
    List<Neighbour> inReach = new ArrayList<>();
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
            new Neighbour(
                atom, types[atom], square, new double[] {y[0] - x[0], y[1] - x[1], y[2] - x[2]}));
      }
    }
    if (inReach.size() > model.neighborRules().total()) {
      inReach.sort(Comparator.comparing(Neighbour::square));
      inReach.subList(model.neighborRules().total(), inReach.size()).clear();
    }
    inReach.sort(Comparator.comparingInt(Neighbour::type).thenComparing(Neighbour::square));
    int[] taken = new int[model.typeCount()];
    inReach.removeIf(n -> ++taken[n.type()] > model.descriptor().sel()[n.type()]);
    return inReach;
  }
}
