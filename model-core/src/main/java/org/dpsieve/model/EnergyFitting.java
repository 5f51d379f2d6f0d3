package org.dpsieve.model;

import java.io.Serializable;

/**
 * The {@code ener} fitting: one net per centre type from descriptor D to atomic energy (eV), E =
 * net(D) + zeroLevel, or, with {@code atom_ener}, E = net(D) - net(0) + zeroLevel.
 *
 * @param networks [nTypes]; the last layer is linear with one output
 * @param vacuumSubtracted [nTypes]: net(0) is subtracted, so that the last layer's bias has no
 *     effect and a lone atom's energy is {@code zeroLevel}
 * @param zeroLevel constant energy of an atom of a type, eV, [nTypes]: from the statistics of the
 *     training data or fixed by {@code atom_ener}
 * @param precision the precision DeePMD-kit evaluates it in
 */
public record EnergyFitting(
    Network[] networks, boolean[] vacuumSubtracted, double[] zeroLevel, Precision precision)
    implements Serializable {}
