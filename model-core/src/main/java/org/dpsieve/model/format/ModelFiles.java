package org.dpsieve.model.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.ElementMap;
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

  /**
   * Writes a copy of a model in which only the output layer of its fitting net, matrix and bias, is
   * that of {@code changed}; DeePMD-kit reads it. The same arguments give the same bytes. Where the
   * source holds its fitting net in single precision, the numbers are rounded to it.
   *
   * @param source the file that {@code changed} was once read from
   * @param target appears whole or not at all
   * @throws InputException when source is no such model or target cannot be written
   */
  public static void writeWithOutputLayer(Path source, DeepPotential changed, Path target) {
    byte[] written = withOutputLayer(source.toString(), bytes(source), changed);
    Path staged = target.resolveSibling(target.getFileName() + ".part");
    try {
      Files.write(staged, written);
      Files.move(
          staged, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new InputException("%s: cannot be written: %s".formatted(target, e.getMessage()), e);
    }
  }

  /** {@link #writeWithOutputLayer} from bytes to bytes. */
  public static byte[] withOutputLayer(String name, byte[] source, DeepPotential changed) {
    DeepPotential original = read(name, source);
    if (!original.typeMap().equals(changed.typeMap())) {
      throw new InputException(
          "%s: type map %s, expected that of the changed model, %s"
              .formatted(name, original.typeMap(), changed.typeMap()));
    }
    return OutputLayerWriter.write(FrozenGraph.parse(name, source), changed.fitting());
  }

  /**
   * Writes a copy of a model whose elements are replaced; nothing else in it changes.
   *
   * @param target appears whole or not at all
   * @throws InputException when source is no model that can be read, does not have the elements, or
   *     target cannot be written
   */
  public static void writeMapped(Path source, ElementMap elements, Path target) {
    byte[] bytes = bytes(source);
    List<String> before = read(source.toString(), bytes).typeMap();
    List<String> after = elements.apply(before, source.toString());
    byte[] written =
        OutputLayerWriter.bytes(
            TypeMapWriter.write(
                source.toString(), FrozenGraph.parse(source.toString(), bytes), before, after));
    Path staged = target.resolveSibling(target.getFileName() + ".part");
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
      Files.write(staged, written);
      Files.move(
          staged, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new InputException("%s: cannot be written: %s".formatted(target, e.getMessage()), e);
    }
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
        && Arrays.equals(bytes, 0, expected.length, expected, 0, expected.length);
  }
}
