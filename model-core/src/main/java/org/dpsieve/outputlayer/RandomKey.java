package org.dpsieve.outputlayer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Chance that follows from texts alone: the same in every run, on any machine. */
public final class RandomKey {
  private RandomKey() {}

  /**
   * Uniform between 0 and 1, neither included: the first 52 bits of SHA-256 of the text, as a
   * sorted order the same as that of the digests.
   */
  public static double uniform(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      long bits = 0;
      for (int k = 0; k < Long.BYTES; k++) {
        bits = bits << Byte.SIZE | digest[k] & 0xff;
      }
      return ((bits >>> 12) + 0.5) / (1L << 52);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
