package org.dpsieve.outputlayer;

import java.nio.ByteBuffer;
import org.dpsieve.digest.Sha256;

/** Chance that follows from texts alone: the same in every run, on any machine. */
public final class RandomKey {
  private RandomKey() {}

  /**
   * Uniform between 0 and 1, neither included: the first 52 bits of SHA-256 of the text, as a
   * sorted order the same as that of the digests.
   */
  public static double uniform(String text) {
    long bits = ByteBuffer.wrap(Sha256.of(text)).getLong();
    return ((bits >>> 12) + 0.5) / (1L << 52);
  }
}
