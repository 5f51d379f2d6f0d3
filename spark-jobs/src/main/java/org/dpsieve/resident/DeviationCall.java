package org.dpsieve.resident;

/**
 * One {@code dp model-devi}, as its options name it.
 *
 * @param realError against the labels, missing ones as zeros
 * @param atomic the forces' deviation of every atom follows the seven numbers
 * @param relative eV/Å; {@code null} for the deviation as it is
 * @param relativeVirial eV; likewise
 */
public record DeviationCall(
    boolean realError, boolean atomic, Double relative, Double relativeVirial) {
  public static final DeviationCall PLAIN = new DeviationCall(false, false, null, null);

  public static final DeviationCall REAL_ERROR = new DeviationCall(true, false, null, null);
}
