package org.dpsieve.resident;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;
import org.dpsieve.model.format.ModelFiles;

/**
 * Model files on their way to the executors; a {@code .savedmodel} is a folder.
 *
 * @param names one per model, in order: DeePMD-kit tells formats by the suffix
 * @param files path below the folder of all models to content
 * @param branch of checkpoints of several models; empty for others
 * @param layers whether their output layers will be asked about
 * @param property whether they are of another quantity than energies
 * @param digest of all that
 */
public record PackedModels(
    ArrayList<String> names,
    LinkedHashMap<String, byte[]> files,
    String branch,
    boolean layers,
    boolean property,
    String digest)
    implements Serializable {
  /** Suffixes of models that are folders. */
  private static final List<String> FOLDERS = List.of(".savedmodel", ".savedmodeltf", ".jax");

  /**
   * @throws InputException when a file cannot be read
   */
  public static PackedModels of(List<Path> models) {
    return of(models, "", false);
  }

  /**
   * The same.
   *
   * @param branch of checkpoints of several models; empty for others
   * @param layers whether their output layers will be asked about
   */
  public static PackedModels of(List<Path> models, String branch, boolean layers) {
    return of(models, branch, layers, false);
  }

  /** Models of a property. */
  public static PackedModels ofProperty(List<Path> models) {
    return of(models, "", false, true);
  }

  private static PackedModels of(
      List<Path> models, String branch, boolean layers, boolean property) {
    ArrayList<String> names = new ArrayList<>();
    LinkedHashMap<String, byte[]> files = new LinkedHashMap<>();
    for (Path given : models) {
      Path model = file(given);
      String name = name(names.size(), model);
      names.add(name);
      try (Stream<Path> walk = Files.walk(model, FileVisitOption.FOLLOW_LINKS)) {
        for (Path one : (Iterable<Path>) walk.filter(Files::isRegularFile).sorted()::iterator) {
          String below = model.relativize(one).toString();
          files.put(below.isEmpty() ? name : name + "/" + below, Files.readAllBytes(one));
        }
      } catch (IOException e) {
        throw new InputException(model + ": cannot be read: " + e.getMessage(), e);
      }
    }
    String digest =
        digest(names, files) + (layers ? " layers " : " ") + (property ? "property " : "") + branch;
    return new PackedModels(names, files, branch, layers, property, digest);
  }

  /**
   * Files as they are, which are no models.
   *
   * @throws InputException when one cannot be read
   */
  public static PackedModels ofFiles(List<Path> given) {
    ArrayList<String> names = new ArrayList<>();
    LinkedHashMap<String, byte[]> files = new LinkedHashMap<>();
    for (Path file : given) {
      String name = name(names.size(), file);
      names.add(name);
      try {
        files.put(name, Files.readAllBytes(file));
      } catch (IOException e) {
        throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
      }
    }
    return new PackedModels(names, files, "", false, false, digest(names, files));
  }

  private static String digest(List<String> names, Map<String, byte[]> files) {
    MessageDigest all = Sha256.start();
    all.update(String.join("\n", names).getBytes(StandardCharsets.UTF_8));
    files.forEach(
        (name, content) -> {
          all.update((name + " " + content.length).getBytes(StandardCharsets.UTF_8));
          all.update(content);
        });
    return Sha256.hex(all);
  }

  /** The model itself where a path names the folder it is in; models that are folders stay. */
  public static Path file(Path model) {
    String name = model.getFileName() == null ? "" : model.getFileName().toString();
    return FOLDERS.stream().anyMatch(name::endsWith) ? model : ModelFiles.file(model);
  }

  /** Of the model at a place in the list. */
  static String name(int place, Path model) {
    String file = model.getFileName().toString();
    int suffix = file.lastIndexOf('.'); // a folder may have none
    return "%03d%s".formatted(place, suffix < 0 ? "" : file.substring(suffix));
  }

  void unpack(Path folder) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path target = folder.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      Files.write(target, file.getValue());
    }
  }
}
