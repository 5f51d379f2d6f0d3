package org.dpsieve.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.io.RegularFile;

/** Checkpoints that {@code dp train} leaves. */
public final class Checkpoint {
  private static final int MOST_CHECKPOINT_BYTES = 1 << 20;

  private Checkpoint() {}

  /** TensorFlow's file {@code checkpoint} names the last; {@code model.ckpt.*} are links to it. */
  public static String prefix(Path folder) throws IOException {
    Path file = folder.resolve("checkpoint");
    if (Files.exists(file)) {
      for (String line : RegularFile.text(file, MOST_CHECKPOINT_BYTES).lines().toList()) {
        String[] parts = line.split("\"");
        if (line.startsWith("model_checkpoint_path:")
            && parts.length > 1
            && parts[1].matches("[^/\\x00]+")
            && Files.exists(folder.resolve(parts[1] + ".index"))) {
          return parts[1];
        }
      }
    }
    return "model.ckpt";
  }
}
