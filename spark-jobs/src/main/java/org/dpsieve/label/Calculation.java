package org.dpsieve.label;

import java.util.List;

/**
 * What the output of one calculation says, as far as it goes.
 *
 * @param elements symbol of each atom, in the output's order; empty when it does not say
 * @param steps the geometries that have an energy and forces
 * @param outcome how the calculation ended
 * @param reason one sentence for a person, without the file's name; empty when finished
 */
public record Calculation(
    List<String> elements, List<Step> steps, TaskOutcome outcome, String reason) {

  /**
   * One geometry and its label.
   *
   * @param cell lattice vectors as rows, Å, row-major [3, 3]; {@code null} when not periodic
   * @param coord Cartesian, Å, row-major [nAtoms, 3]
   * @param energy eV
   * @param force eV/Å, row-major [nAtoms, 3]
   * @param virial eV, positive under compression, row-major [3, 3]; {@code null} when not
   *     calculated
   * @param converged whether it is self-consistent: others are no labels
   */
  public record Step(
      double[] cell,
      double[] coord,
      double energy,
      double[] force,
      double[] virial,
      boolean converged) {}

  /** Of an output that has no label. */
  public static Calculation failed(TaskOutcome outcome, String reason) {
    return new Calculation(List.of(), List.of(), outcome, reason);
  }
}
