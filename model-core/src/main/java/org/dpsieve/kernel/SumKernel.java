package org.dpsieve.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.Additions;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.PairTable;
import org.dpsieve.model.ShortRange;

/** A model with {@link Additions}: its nets, tables, and other models. */
final class SumKernel extends ModelKernel {
  private final ModelKernel nets;
  private final int netViews;
  private final Additions additions;
  private final List<ModelKernel> models = new ArrayList<>();
  private final List<Integer> excluded;

  /** The short range with energies of zero; {@code null} where there is none. */
  private final ShortRange nothingNear;

  SumKernel(DeepPotential model, boolean tabulated, DoubleArithmetic arithmetic) {
    DeepPotential alone = model.with(Additions.NONE);
    nets = arithmetic.kernel(alone, tabulated);
    netViews = alone.views().size();
    additions = model.additions();
    excluded = model.excludedTypes();
    nothingNear = additions.shortRange() == null ? null : additions.shortRange().times(0);
    additions.models().forEach(other -> models.add(arithmetic.kernel(other, tabulated)));
  }

  /** What one thread works with: per atom, atom, frame. */
  private static final class Scratch {
    double[] weight = new double[0];
    double[] netWeight = new double[0];
    double[] atomEnergy = new double[0];
    double[] force = new double[0];
    double[] virial = new double[0];

    void room(int atoms, int frames) {
      if (weight.length < atoms) {
        weight = new double[atoms];
        netWeight = new double[atoms];
        atomEnergy = new double[atoms];
        force = new double[3 * atoms];
      }
      if (virial.length < 9 * frames) {
        virial = new double[9 * frames];
      }
    }
  }

  @Override
  public void evaluate(
      Environment[] environments,
      double[] extras,
      Workspace workspace,
      double[] atomEnergy,
      double[] force,
      double[] virial) {
    int atoms = environments[0].atomCount();
    Scratch scratch = workspace.scratch(this, Scratch.class, Scratch::new);
    scratch.room(atoms, environments[0].frameCount());
    Environment[] own = Arrays.copyOf(environments, netViews);
    ShortRange shortRange = additions.shortRange();
    if (shortRange != null) {
      for (int i = 0; i < atoms; i++) {
        scratch.weight[i] = softMinimum(shortRange, environments[netViews], i).weight();
        scratch.netWeight[i] = 1 - scratch.weight[i];
      }
      workspace.weigh(scratch.netWeight);
    }
    nets.evaluate(own, extras, workspace, atomEnergy, force, virial);
    workspace.weigh(null);
    Readout readout = workspace.readout();
    int layers = readout == null ? 0 : readout.layers();
    workspace.read(null);
    int view = pairs(environments, scratch, atomEnergy, force, virial, true);
    for (int k = 0; k < layers; k++) {
      pairs(
          environments,
          scratch,
          readout.atomEnergy(k),
          readout.force(k),
          readout.virial(k),
          readout.layer(k).whole());
    }
    for (int m = 0; m < models.size(); m++) {
      int end = view + additions.models().get(m).views().size();
      Environment[] seen = Arrays.copyOfRange(environments, view, end);
      models
          .get(m)
          .evaluate(seen, extras, workspace, scratch.atomEnergy, scratch.force, scratch.virial);
      int frames = environments[0].frameCount();
      add(scratch, atoms, frames, atomEnergy, force, virial);
      for (int k = 0; k < layers; k++) {
        if (readout.layer(k).whole()) {
          add(scratch, atoms, frames, readout.atomEnergy(k), readout.force(k), readout.virial(k));
        }
      }
      view = end;
    }
    workspace.read(readout);
  }

  /**
   * What tables make of the nets' energies, forces and virials.
   *
   * @param whole without, the nets' are a change: tables count for the nets' weights alone
   * @return how many views have been used
   */
  private int pairs(
      Environment[] environments,
      Scratch scratch,
      double[] atomEnergy,
      double[] force,
      double[] virial,
      boolean whole) {
    int view = netViews;
    if (additions.shortRange() != null) {
      ShortRange shortRange = whole ? additions.shortRange() : nothingNear;
      Environment near = environments[view++];
      Environment pairs = environments[view++];
      takeOver(shortRange, near, pairs, scratch, atomEnergy, force, virial);
    }
    for (PairTable table : additions.tables()) {
      Environment pairs = environments[view++];
      for (int i = 0; whole && i < pairs.atomCount(); i++) {
        if (!excluded.contains(pairs.type(i))) {
          atomEnergy[i] += add(table, pairs, i, 1, force, virial);
        }
      }
    }
    return view;
  }

  private static void add(
      Scratch more, int atoms, int frames, double[] atomEnergy, double[] force, double[] virial) {
    add(more.atomEnergy, atomEnergy, atoms);
    add(more.force, force, 3 * atoms);
    add(more.virial, virial, 9 * frames);
  }

  private static void add(double[] more, double[] sum, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += more[i];
    }
  }

  private static ShortRange.SoftMinimum softMinimum(
      ShortRange shortRange, Environment near, int centre) {
    double sum = 0;
    double weighted = 0;
    int end = near.firstPair(centre, near.typeCount());
    for (int p = near.firstPair(centre, 0); p < end; p++) {
      double r = near.distance()[p];
      double e = shortRange.near(r);
      sum += e;
      weighted += r * e;
    }
    return new ShortRange.SoftMinimum(shortRange, sum, weighted);
  }

  /** From the nets' energies to (1 - w) E_nets + w E_table, with forces of w itself. */
  private void takeOver(
      ShortRange shortRange,
      Environment near,
      Environment pairs,
      Scratch scratch,
      double[] atomEnergy,
      double[] force,
      double[] virial) {
    for (int i = 0; i < near.atomCount(); i++) {
      int type = near.type(i);
      if (excluded.contains(type)) {
        continue;
      }
      double w = scratch.weight[i];
      double energy = add(shortRange.table(), pairs, i, w, force, virial);
      double difference = energy + shortRange.level()[type] - atomEnergy[i];
      ShortRange.SoftMinimum soft = softMinimum(shortRange, near, i);
      int end = near.firstPair(i, near.typeCount());
      for (int p = near.firstPair(i, 0); p < end; p++) {
        pull(near, i, p, difference * soft.slope(near.distance()[p]), force, virial);
      }
      atomEnergy[i] += w * difference;
    }
  }

  /**
   * Adds a table's forces and virial on behalf of one centre.
   *
   * @param weight of its energy
   * @return that energy, not weighted, eV
   */
  private static double add(
      PairTable table,
      Environment pairs,
      int centre,
      double weight,
      double[] force,
      double[] virial) {
    int type = pairs.type(centre);
    double energy = 0;
    for (int t = 0; t < pairs.typeCount(); t++) {
      int end = pairs.firstPair(centre, t + 1);
      for (int p = pairs.firstPair(centre, t); p < end; p++) {
        double r = pairs.distance()[p];
        energy += 0.5 * table.value(type, t, r);
        pull(pairs, centre, p, 0.5 * weight * table.slope(type, t, r), force, virial);
      }
    }
    return energy;
  }

  /** Of an energy whose derivative by the distance of a pair is {@code slope}, eV/Å. */
  private static void pull(
      Environment environment,
      int centre,
      int pair,
      double slope,
      double[] force,
      double[] virial) {
    int c = 3 * centre;
    int j = 3 * environment.neighbor()[pair];
    int v = 9 * environment.frameOf(centre);
    double r = environment.distance()[pair];
    for (int a = 0; a < 3; a++) {
      double f = slope * environment.unit(a)[pair];
      force[c + a] += f;
      force[j + a] -= f;
      for (int b = 0; b < 3; b++) {
        virial[v + 3 * a + b] -= f * r * environment.unit(b)[pair];
      }
    }
  }

  @Override
  public boolean reads() {
    return nets.reads();
  }

  @Override
  public Readout.Layer outputOf(DeepPotential sibling) {
    return nets.outputOf(sibling.with(Additions.NONE));
  }

  @Override
  public Readout.Layer change(double[][] layer) {
    return nets.change(layer);
  }
}
