package org.dpsieve.model.format;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What names of model files end in: the one list of them. */
public enum ModelSuffix {
  PB("tensorflow", true, true),
  PTH("pytorch", true, true),
  /** A checkpoint of PyTorch. */
  PT("pytorch", true, false),
  DP("", true, true),
  YAML("", true, true),
  YML("", true, true),
  JSON("", true, false),
  /** A folder. */
  SAVEDMODEL("jax", false, false),
  PT2("pytorch", false, false),
  PTE("pytorch", false, false);

  private final String backend;
  private final boolean read;
  private final boolean frozen;

  ModelSuffix(String backend, boolean read, boolean frozen) {
    this.backend = backend;
    this.read = read;
    this.frozen = frozen;
  }

  /** Of a path; empty for other names. */
  public static Optional<ModelSuffix> of(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(suffix -> name.endsWith(suffix.dotted())).findFirst();
  }

  /** By its name, {@code pth}. */
  public static Optional<ModelSuffix> named(String name) {
    return Arrays.stream(values()).filter(suffix -> suffix.key().equals(name)).findFirst();
  }

  /** All names, {@code pb, pth ...}. */
  public static List<String> keys() {
    return Arrays.stream(values()).map(ModelSuffix::key).toList();
  }

  /** Those of one backend of DeePMD-kit, the one it freezes into first. */
  public static List<ModelSuffix> ofBackend(String backend) {
    return Arrays.stream(values()).filter(suffix -> suffix.backend.equals(backend)).toList();
  }

  /** Without the dot. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  private String dotted() {
    return "." + key();
  }

  /** DeePMD-kit's name of the backend that has this format; empty where all have it. */
  public Optional<String> backend() {
    return backend.isEmpty() ? Optional.empty() : Optional.of(backend);
  }

  /** Whether models of this format are read here, and output layers written back into it. */
  public boolean isRead() {
    return read;
  }

  /** Whether a file in a folder is a frozen model by this alone: other files end so, too. */
  boolean isFrozen() {
    return frozen;
  }
}
