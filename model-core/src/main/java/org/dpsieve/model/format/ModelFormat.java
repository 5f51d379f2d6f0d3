package org.dpsieve.model.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.dpsieve.error.InputException;

/** How a model's file holds it, told from the file's first bytes. */
enum ModelFormat {
  /** TensorFlow's GraphDef, {@code .pb}. */
  GRAPH,
  /** DeePMD-kit's serialisation in HDF5, {@code .dp}. */
  HDF5,
  /** The same as text, {@code .yaml} or {@code .json}. */
  TEXT,
  /** PyTorch's archives, {@code .pth} and {@code .pt}. */
  TORCH;

  static ModelFormat of(byte[] bytes) {
    if (startsWith(bytes, "\u0089HDF\r\n")) {
      return HDF5;
    }
    if (startsWith(bytes, "PK\u0003\u0004")) {
      return TORCH;
    }
    return isText(bytes) ? TEXT : GRAPH;
  }

  /** The model as DeePMD-kit's nested dictionaries. */
  Section sections(String file, byte[] bytes) {
    return sections(file, bytes, "");
  }

  /**
   * The same.
   *
   * @param branch of a checkpoint of several models; empty for what holds one
   */
  Section sections(String file, byte[] bytes, String branch) {
    if (this != TORCH && !branch.isEmpty()) {
      throw new InputException(
          "%s: has no branches, found '%s'; expected a checkpoint of PyTorch (.pt) of several models"
              .formatted(file, branch));
    }
    return switch (this) {
      case HDF5 -> DpFile.read(file, bytes);
      case TEXT -> TextModel.read(file, bytes);
      case TORCH -> TorchModel.read(file, bytes, branch);
      case GRAPH -> throw new IllegalStateException("a graph holds no dictionaries");
    };
  }

  /** A graph's first kilobyte holds control characters, YAML and JSON none. */
  private static boolean isText(byte[] bytes) {
    int length = Math.min(bytes.length, 1024);
    boolean letters = false;
    for (int i = 0; i < length; i++) {
      int b = bytes[i] & 0xff;
      if (b < 32 && b != '\n' && b != '\r' && b != '\t') {
        return false;
      }
      letters |= b == ':';
    }
    return letters;
  }

  private static boolean startsWith(byte[] bytes, String magic) {
    byte[] expected = magic.getBytes(StandardCharsets.ISO_8859_1);
    return bytes.length >= expected.length
        && Arrays.equals(bytes, 0, expected.length, expected, 0, expected.length);
  }
}
