package org.dpsieve.frame;

import java.io.Serializable;

/**
 * What one level of theory says of a frame. Each part may be missing ({@code null}).
 *
 * @param energy eV
 * @param force eV/Å, row-major [nAtoms, 3]
 * @param virial eV, row-major [3, 3], positive under compression
 */
public record Labels(Double energy, double[] force, double[] virial) implements Serializable {
  public static final Labels NONE = new Labels(null, null, null);
}
