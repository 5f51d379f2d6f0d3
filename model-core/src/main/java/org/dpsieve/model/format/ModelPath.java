package org.dpsieve.model.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;

/** Which file is meant where a path names a folder, or a part of a checkpoint. */
final class ModelPath {
  /** The newest weights in a folder where DeePMD-kit's PyTorch backends trained. */
  private static final String PYTORCH_CHECKPOINT = "model.ckpt.pt";

  private ModelPath() {}

  /**
   * The frozen model in a folder, or where there is none what PyTorch trained there; any other path
   * as it is.
   *
   * @throws UnsupportedModelException for folders that are models of DeePMD-kit's JAX and
   *     TensorFlow 2 backends
   * @throws InputException for a checkpoint that was not frozen, and for a folder without a model,
   *     or with several
   */
  static Path file(Path path) {
    if (!Files.isDirectory(path)) {
      requireNoCheckpoint(path);
      return path;
    }
    List<Path> entries = entries(path);
    refuse(
        path,
        Files.exists(path.resolve("saved_model.pb")),
        "a SavedModel of DeePMD-kit's JAX or TensorFlow 2 backend (.savedmodel, .savedmodeltf), which cannot be read; convert the model that it was made from: dp convert-backend MODEL model.dp");
    refuse(
        path,
        Files.exists(path.resolve("_METADATA"))
            || Files.exists(path.resolve("_CHECKPOINT_METADATA")),
        "a checkpoint of DeePMD-kit's JAX backend (.jax), which cannot be read; convert it: dp convert-backend %s model.dp"
            .formatted(path));
    List<Path> frozen = entries.stream().filter(ModelPath::isFrozenModel).toList();
    if (frozen.size() == 1) {
      return frozen.get(0);
    }
    if (frozen.isEmpty() && Files.exists(path.resolve(PYTORCH_CHECKPOINT))) {
      return path.resolve(PYTORCH_CHECKPOINT);
    }
    if (frozen.isEmpty() && entries.stream().anyMatch(ModelPath::isTensorFlowCheckpoint)) {
      throw new InputException(
          "%s: a folder with a checkpoint, but no frozen model; freeze it: dp freeze -c %s -o %s"
              .formatted(path, path, path.resolve("frozen_model.pb")));
    }
    throw new InputException(
        "%s: is a directory with %s, expected a model file such as frozen_model.pb, or a folder that holds one"
            .formatted(
                path,
                frozen.isEmpty()
                    ? "no model"
                    : "several models ("
                        + String.join(", ", frozen.stream().map(ModelPath::name).sorted().toList())
                        + ")"));
  }

  private static void requireNoCheckpoint(Path path) {
    if (isTensorFlowCheckpoint(path) || Files.exists(Path.of(path + ".index"))) {
      throw new InputException(
          "%s: belongs to a checkpoint of TensorFlow, which only DeePMD-kit can read; freeze it: dp freeze -c %s -o frozen_model.pb, or name the frozen model"
              .formatted(path, path.toAbsolutePath().getParent()));
    }
  }

  private static boolean isTensorFlowCheckpoint(Path file) {
    String name = name(file);
    return name.equals("checkpoint") || name.matches(".*\\.(index|meta|data-\\d+-of-\\d+)");
  }

  private static boolean isFrozenModel(Path file) {
    return Files.isRegularFile(file)
        && ModelSuffix.of(file).filter(ModelSuffix::isFrozen).isPresent();
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static List<Path> entries(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static void refuse(Path path, boolean present, String what) {
    if (present) {
      throw new UnsupportedModelException("%s: %s".formatted(path, what), ModelFiles.ELSEWHERE);
    }
  }
}
