package org.dpsieve.config;

import java.util.OptionalDouble;

/**
 * {@code target_error}: the run ends once models are expected to be this accurate on the pool, root
 * mean square; what is not given may be anything.
 *
 * @param energy {@code energy}, eV per atom
 * @param force {@code force}, eV/Å, of a component
 * @param property {@code property}, of a component in its unit
 */
public record TargetError(OptionalDouble energy, OptionalDouble force, OptionalDouble property) {
  /** Of energies and forces. */
  public TargetError(OptionalDouble energy, OptionalDouble force) {
    this(energy, force, OptionalDouble.empty());
  }
}
