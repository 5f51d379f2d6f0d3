package org.dpsieve.spark.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.frame.Certainty;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.outputlayer.LabelWeights;

/**
 * What {@code dp train} can weigh frame by frame are forces, by {@code atom_pref.npy}: each atom's
 * squared error counts as {@link LabelWeights} says.
 */
final class ForceWeights {
  private static final String WEIGHTS = "atom_pref.npy";

  private ForceWeights() {}

  /**
   * Writes the weights of all systems in a folder, where one of them has standard deviations; exact
   * labels count 1.
   *
   * @param error ρ, eV/Å
   * @return whether there are weights
   */
  static boolean write(Path data, double error) throws IOException {
    List<Path> forces;
    try (Stream<Path> walk = Files.walk(data)) {
      forces = walk.filter(path -> path.endsWith("force.npy")).toList();
    }
    if (forces.stream().noneMatch(force -> Files.exists(sigma(force)))) {
      return false;
    }
    for (Path force : forces) {
      boolean known = Files.exists(sigma(force));
      NpyArray array = NpyArray.open(known ? sigma(force) : force);
      int frames = Math.toIntExact(array.shape()[0]);
      double[] weights = known ? array.read() : new double[array.read().length / 3];
      if (known) {
        for (int k = 0; k < weights.length; k++) {
          weights[k] = LabelWeights.of(weights[k], error);
        }
      } else {
        Arrays.fill(weights, 1);
      }
      NpyWriter.write(
          new LocalStorage(),
          force.resolveSibling(WEIGHTS).toString(),
          weights,
          frames,
          weights.length / frames);
    }
    return true;
  }

  private static Path sigma(Path force) {
    return force.resolveSibling(Certainty.FORCE_FILE);
  }
}
