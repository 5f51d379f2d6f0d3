package org.dpsieve.model.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.model.DeepPotential;

/** Trained models on disk, whatever their format. */
public final class ModelFiles {
  /** How a message about a model that is not understood ends. */
  public static final String ELSEWHERE =
      "; DeePMD-kit itself may know it: engine dp (machine.json, rescreen), or its own dp model-devi";

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
    ModelFormat format = ModelFormat.of(bytes);
    try {
      return format == ModelFormat.GRAPH
          ? FrozenGraphReader.read(FrozenGraph.of(name, FrozenGraph.parse(name, bytes)))
          : SerializedModelReader.read(name, format.sections(name, bytes));
    } catch (UnsupportedModelException e) {
      throw new UnsupportedModelException(e.getMessage() + ELSEWHERE);
    }
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
    byte[] bytes = bytes(source);
    requireSuffix(source, ModelFormat.of(bytes), target);
    byte[] written = withOutputLayer(source.toString(), bytes, changed);
    Path staged = target.resolveSibling(target.getFileName() + ".part");
    try {
      Files.write(staged, written);
      Files.move(
          staged, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new InputException("%s: cannot be written: %s".formatted(target, e.getMessage()), e);
    }
  }

  /** DeePMD-kit tells formats by the names of files. */
  private static void requireSuffix(Path source, ModelFormat format, Path target) {
    String name = source.getFileName().toString();
    String suffix = name.substring(Math.max(0, name.lastIndexOf('.')));
    if (format != ModelFormat.GRAPH && !target.getFileName().toString().endsWith(suffix)) {
      throw new InputException(
          "%s: the new model is written in the format of %s; give it a name that ends in '%s'"
              .formatted(target, source, suffix));
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
    ModelFormat format = ModelFormat.of(source);
    return format == ModelFormat.GRAPH
        ? OutputLayerWriter.write(FrozenGraph.parse(name, source), changed.fitting())
        : SerializedOutputLayer.write(name, source, format, changed.fitting());
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
}
