package org.dpsieve.label.vasp;

import java.util.List;
import org.dpsieve.label.CellVolume;

/**
 * What an OUTCAR or a vasprun.xml says.
 *
 * @param elements symbol of each atom in POSCAR order; empty when the file ends before saying it
 * @param maxElectronicSteps NELM; 0 when the file ends before saying it
 * @param fixedDensity the setting by which the charge density is kept as it is given, {@code ICHARG
 *     = 11}; empty for a self-consistent calculation
 * @param steps the ionic steps that have an energy
 * @param complete whether the file has its proper end
 * @param problem what was not understood, for a person; empty if all was
 */
record VaspRun(
    List<String> elements,
    int maxElectronicSteps,
    String fixedDensity,
    List<Step> steps,
    boolean complete,
    String problem) {

  /**
   * One geometry and its label.
   *
   * @param cell lattice vectors as rows, Å, row-major [3, 3]
   * @param coord Cartesian, Å, row-major [nAtoms, 3]
   * @param energy free energy TOTEN, eV
   * @param force eV/Å, row-major [nAtoms, 3]
   * @param stress as VASP prints it, kB, positive under compression, row-major [3, 3]; {@code null}
   *     when not calculated (ISIF)
   * @param electronicSteps how many it took
   */
  record Step(
      double[] cell,
      double[] coord,
      double energy,
      double[] force,
      double[] stress,
      int electronicSteps) {

    /** kB Å³ to eV with the charge dpdata 1.1 takes ({@code plugins/vasp.py}), CODATA 2010. */
    private static final double EV_PER_KILOBAR_CUBIC_ANGSTROM = 1e3 / 1.602176621e6;

    /** Stress times volume, eV, positive under compression; {@code null} without stress. */
    double[] virial() {
      if (stress == null) {
        return null;
      }
      double volume = CellVolume.of(cell);
      double[] virial = new double[9];
      for (int i = 0; i < 9; i++) {
        virial[i] = stress[i] * volume * EV_PER_KILOBAR_CUBIC_ANGSTROM;
      }
      return virial;
    }
  }

  /** By ICHARG and IALGO: a band structure, a density of states, bands that are not optimised. */
  static String fixedDensity(int charge, int algorithm) {
    if (charge >= 10) {
      return "ICHARG = " + charge;
    }
    return algorithm == 2 || algorithm == 3 ? "IALGO = " + algorithm : "";
  }

  /**
   * As dpdata and DP-GEN: reaching NELM counts as unconverged, whatever VASP says of its last step.
   * One without electronic steps is by a machine-learned force field.
   */
  boolean converged(Step step) {
    return fixedDensity.isEmpty()
        && step.electronicSteps() > 0
        && step.electronicSteps() < maxElectronicSteps;
  }
}
