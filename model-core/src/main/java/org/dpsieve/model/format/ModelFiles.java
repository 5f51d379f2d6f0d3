package org.dpsieve.model.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.DeepPotential;

/** Trained models on disk, whatever their format. */
public final class ModelFiles {
  private ModelFiles() {}

  /**
   * @throws InputException when the file is missing, unreadable or no model
   * @throws UnsupportedModelException when it is a model with a feature that is not understood
   */
  public static DeepPotential read(Path file) {
    return read(file.toString(), bytes(file));
  }

  /**
   * @param name for messages
   * @param bytes the file's content
   */
  public static DeepPotential read(String name, byte[] bytes) {
    requireGraph(name, bytes);
    return FrozenGraphReader.read(FrozenGraph.of(name, FrozenGraph.parse(name, bytes)));
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new InputException(
            "%s: is a directory, expected a model file such as frozen_model.pb".formatted(file));
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new InputException("%s: no such file; expected a model".formatted(file), e);
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Other formats of DeePMD-kit are named, with the command that makes a readable file of them. */
  private static void requireGraph(String name, byte[] bytes) {
    String format = null;
    if (startsWith(bytes, "\u0089HDF\r\n")) {
      format = "a DeePMD-kit .dp file (HDF5)";
    } else if (startsWith(bytes, "PK\u0003\u0004")) {
      format = "a PyTorch .pth or .pt file (zip)";
    }
    if (format != null) {
      throw new UnsupportedModelException(
          "%s: %s cannot be read yet; make a TensorFlow graph of it: dp convert-backend %s frozen_model.pb"
              .formatted(name, format, name));
    }
  }

  private static boolean startsWith(byte[] bytes, String magic) {
    byte[] expected = magic.getBytes(StandardCharsets.ISO_8859_1);
    return bytes.length >= expected.length
        && java.util.Arrays.equals(bytes, 0, expected.length, expected, 0, expected.length);
  }
}
