package org.dpsieve.error;

/**
 * A model that gives no energies and forces of atoms alone (dipoles, densities of states, spins):
 * nothing that compares such models knows it, neither here nor {@code dp model-devi}.
 */
public final class NoPotentialException extends UnsupportedModelException {
  private static final long serialVersionUID = 1;

  public NoPotentialException(String feature) {
    super(feature);
  }

  /** As {@link UnsupportedModelException#UnsupportedModelException(String, String)}. */
  public NoPotentialException(String feature, String advice) {
    super(feature, advice);
  }
}
