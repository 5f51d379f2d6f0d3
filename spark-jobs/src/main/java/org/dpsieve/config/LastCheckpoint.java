package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Whether DeePMD-kit's TensorFlow backend writes a checkpoint of the last step. It looks whether it
 * is time to save only in steps that it displays, and saves at the end only where {@code save_freq}
 * says that it was not time ({@code deepmd/tf/train/trainer.py}): with {@code save_freq} 30 and
 * {@code disp_freq} 20 a training of 30 steps leaves none, and {@code dp freeze} fails.
 */
public final class LastCheckpoint {
  /** Steps, of {@code disp_freq} and {@code save_freq}. */
  private static final int DEFAULT = 1000;

  private LastCheckpoint() {}

  /**
   * What to set in the block {@code training} so that there is one; empty where nothing is to be
   * done.
   *
   * @param steps {@code numb_steps}
   */
  public static Map<String, Integer> changes(JsonNode training, long steps) {
    int save = training.path("save_freq").asInt(DEFAULT);
    int display = training.path("disp_freq").asInt(DEFAULT);
    boolean displays = training.path("disp_training").asBoolean(true) && display > 0;
    if (steps <= 0 || save <= 0 || steps % save != 0 || displays && steps % display == 0) {
      return Map.of();
    }
    return displays ? Map.of("disp_freq", gcd(save, display)) : Map.of("save_freq", 0);
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
