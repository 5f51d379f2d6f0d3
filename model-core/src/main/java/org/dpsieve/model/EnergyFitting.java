package org.dpsieve.model;

/**
 * The {@code ener} fitting: one net per centre type from descriptor to atomic energy (eV).
 *
 * @param networks [nTypes]; the last layer is linear with one output, its bias holds the type's
 *     energy bias
 * @param zeroLevel added to every atom of a type, eV, [nTypes]: 0, or what {@code atom_ener}
 *     (vacuum energies) fixes
 * @param precision the precision DeePMD-kit evaluates it in
 */
public record EnergyFitting(Network[] networks, double[] zeroLevel, Precision precision) {}
