package org.dpsieve.model;

import java.io.Serializable;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The {@code ener} fitting: one net per centre type from descriptor D, and what else it takes, to
 * atomic energy (eV), E = net(D, x) + zeroLevel, or, with {@code atom_ener}, E = net(D, x) - net(0,
 * x) + zeroLevel.
 *
 * @param networks [nTypes], the same object for all types where one net serves them ({@code
 *     mixed_types}); the last layer is linear with one output
 * @param vacuumSubtracted [nTypes]: net(0, x) is subtracted, so that the last layer's bias has no
 *     effect and a lone atom's energy is {@code zeroLevel}
 * @param zeroLevel constant energy of an atom of a type, eV, [nTypes]: from the statistics of the
 *     training data or fixed by {@code atom_ener}
 * @param extraInputs x, what follows D
 * @param precision the precision DeePMD-kit evaluates it in
 */
public record EnergyFitting(
    Network[] networks,
    boolean[] vacuumSubtracted,
    double[] zeroLevel,
    ExtraInputs extraInputs,
    Precision precision)
    implements Serializable {
  /** Of descriptors alone. */
  public EnergyFitting(
      Network[] networks, boolean[] vacuumSubtracted, double[] zeroLevel, Precision precision) {
    this(networks, vacuumSubtracted, zeroLevel, ExtraInputs.NONE, precision);
  }

  public EnergyFitting withNetworks(Network[] others) {
    return new EnergyFitting(others, vacuumSubtracted, zeroLevel, extraInputs, precision);
  }

  /**
   * With more energy for every atom.
   *
   * @param more by type, eV, [nTypes]
   */
  public EnergyFitting raised(double[] more) {
    double[] level = zeroLevel.clone();
    Arrays.setAll(level, t -> level[t] + more[t]);
    return new EnergyFitting(networks, vacuumSubtracted, level, extraInputs, precision);
  }

  /**
   * By how much each type's last bias is more than the first type's, eV, [nTypes]; 0 where it has
   * no effect.
   */
  public double[] biasesBeyondFirst() {
    double[] more = new double[networks.length];
    double first = networks[0].outputLayer().bias()[0];
    Arrays.setAll(more, t -> vacuumSubtracted[t] ? 0 : networks[t].outputLayer().bias()[0] - first);
    return more;
  }

  /** With all energies multiplied; nets that types share stay shared. */
  EnergyFitting times(double factor) {
    Map<Network, Network> scaled = new IdentityHashMap<>();
    Network[] others =
        Arrays.stream(networks)
            .map(net -> scaled.computeIfAbsent(net, key -> key.times(factor)))
            .toArray(Network[]::new);
    double[] level = Arrays.stream(zeroLevel).map(e -> factor * e).toArray();
    return new EnergyFitting(others, vacuumSubtracted, level, extraInputs, precision);
  }
}
