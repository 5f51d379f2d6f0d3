package org.dpsieve.model.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnnamedTypesException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.RegularFile;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Layer;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.model.TypeMaps;
import org.dpsieve.model.format.graph.GraphFiles;

/** Trained models on disk, whatever their format. */
public final class ModelFiles {
  /** How a message about a model that is not understood ends. */
  static final String ELSEWHERE =
      "; DeePMD-kit itself may know it: --engine dp (model-devi, eval, rescreen), SET"
          + " dpsieve.engine = dp in SQL, engine dp in machine.json, or its own dp model-devi";

  /** How a message about a model that is no potential ends. */
  private static final String NOWHERE =
      "; nor does dp model-devi know such models. Expected one of the fitting ener, without spin;"
          + " for a property, model-devi --property NAME: docs/models.md";

  /** Of numbers that a file has in single precision. */
  private static final double ROUNDING = 1e-6;

  private static final Pattern OTHER_THAN_GRAPHS =
      Pattern.compile(".*\\.(dp|ya?ml|json|pth?|pt2|pte|jax|hlo|savedmodel)");

  private ModelFiles() {}

  /**
   * @param path a file, or a folder that holds one frozen model, maybe beside a checkpoint
   * @throws InputException when the file is missing, unreadable or no model
   * @throws UnsupportedModelException when it is a model with a feature that is not understood; a
   *     {@link NoPotentialException} when DeePMD-kit has no deviation of such models, either
   */
  public static DeepPotential read(Path path) {
    return read(path, List.of());
  }

  /**
   * @param names of types 0, 1 ..., for a model that does not name its own; empty for unknown
   * @throws UnnamedTypesException when neither does
   */
  public static DeepPotential read(Path path, List<String> names) {
    return read(path, names, "");
  }

  /**
   * The same.
   *
   * @param branch of a checkpoint of several models; empty for what holds one
   */
  public static DeepPotential read(Path path, List<String> names, String branch) {
    Path file = ModelPath.file(path);
    return read(file.toString(), bytes(file), names, branch);
  }

  /**
   * @param name for messages
   * @param bytes the file's content
   */
  public static DeepPotential read(String name, byte[] bytes) {
    return read(name, bytes, List.of());
  }

  /** As {@link #read(Path, List)}. */
  public static DeepPotential read(String name, byte[] bytes, List<String> names) {
    return read(name, bytes, names, "");
  }

  /**
   * The same.
   *
   * @param branch of a checkpoint of several models; empty for what holds one
   */
  static DeepPotential read(String name, byte[] bytes, List<String> names, String branch) {
    ModelFormat format = ModelFormat.of(bytes);
    try {
      return format == ModelFormat.GRAPH && branch.isEmpty()
          ? GraphFiles.read(name, bytes, names)
          : SerializedModelReader.read(name, format.sections(name, bytes, branch), names);
    } catch (NoPotentialException e) {
      throw new NoPotentialException(e.feature(), NOWHERE);
    } catch (UnsupportedModelException e) {
      throw new UnsupportedModelException(e.feature(), ELSEWHERE);
    }
  }

  /**
   * A model of a property: of the fitting {@code property}, {@code dos}, {@code dipole} or {@code
   * polar}.
   *
   * @param path as for {@link #read(Path)}
   * @param names as for {@link #read(Path, List)}
   * @throws InputException when the file is missing, unreadable or no such model
   * @throws UnsupportedModelException when it is one with a feature that is not understood
   */
  public static PropertyModel readProperty(Path path, List<String> names) {
    Path file = ModelPath.file(path);
    return readProperty(file.toString(), bytes(file), names);
  }

  /** As {@link #readProperty(Path, List)}, of a file's content. */
  public static PropertyModel readProperty(String name, byte[] bytes, List<String> names) {
    ModelFormat format = ModelFormat.of(bytes);
    return format == ModelFormat.GRAPH
        ? GraphFiles.readProperty(name, bytes, names)
        : SerializedModelReader.readProperty(name, format.sections(name, bytes), names);
  }

  /** Whether a file is a model of a property that is read, not one of energies. */
  public static boolean isOfProperty(Path path) {
    Path file = ModelPath.file(path);
    byte[] bytes = bytes(file);
    ModelFormat format = ModelFormat.of(bytes);
    if (format == ModelFormat.GRAPH) {
      return GraphFiles.isOfProperty(file.toString(), bytes);
    }
    Section model = format.sections(file.toString(), bytes).section("model");
    return model.has("fitting") && SerializedPropertyFitting.isOne(model.section("fitting"));
  }

  /**
   * A model of energies, or what is before the output layer of one of a property.
   *
   * @param names as for {@link #read(Path, List)}
   */
  public static DeepPotential readBody(Path path, List<String> names) {
    return isOfProperty(path) ? readProperty(path, names).body() : read(path, names);
  }

  /**
   * Whether a descriptor is one that models frozen by a backend are read with, other settings
   * aside.
   *
   * @param backend of DeePMD-kit, as {@link ModelSuffix#backend} names it
   * @param type as {@code input.json} spells it; a hybrid is as its parts are
   */
  public static boolean readsDescriptor(String backend, String type) {
    return switch (type) {
      case "se_e2_a",
          "se_a",
          "se_e2_r",
          "se_r",
          "se_e3",
          "se_t",
          "se_at",
          "se_a_3be",
          "se_atten",
          "dpa1",
          "se_atten_v2",
          "hybrid" ->
          true;
      case "se_a_ebd_v2", "se_a_tpe_v2" -> backend.equals("tensorflow");
      case "se_e3_tebd" -> backend.equals("pytorch");
      default -> false;
    };
  }

  /**
   * The file that a path means: of a folder the one frozen model in it.
   *
   * @throws InputException for a checkpoint that was not frozen, and for a folder without a model,
   *     or with several
   */
  public static Path file(Path path) {
    return ModelPath.file(path);
  }

  /**
   * How many types a model has that does not name them; empty where it does, and for formats whose
   * models always do. Looks at no more of the model, which may be one that cannot be read.
   */
  public static Optional<Integer> unnamedTypes(Path path) {
    if (Files.isDirectory(path)) {
      return Optional.empty();
    }
    byte[] bytes = bytes(path);
    try {
      return switch (ModelFormat.of(bytes)) {
        case GRAPH -> GraphFiles.unnamedTypes(path.toString(), bytes);
        case HDF5, TEXT ->
            SerializedModelReader.unnamedTypes(
                ModelFormat.of(bytes).sections(path.toString(), bytes));
        case TORCH -> Optional.empty();
      };
    } catch (InputException e) {
      return Optional.empty(); // whoever evaluates it will say what it is
    }
  }

  /**
   * What the types of models are where one of them does not say it, in order; empty where all do.
   *
   * @param given by a person; may be empty where all do
   * @throws UnnamedTypesException when one does not and nothing is given
   * @throws InputException when as many names are not given as it has types
   */
  public static List<String> unnamed(List<Path> models, List<String> given) {
    List<String> names = List.of();
    for (Path model : models) {
      Optional<Integer> types = unnamedTypes(model);
      if (types.isPresent()) {
        names = TypeMaps.named(model.toString(), List.of(), given, types.get());
      }
    }
    return names;
  }

  /**
   * Writes a copy of a model in which only the output layer of its fitting net, matrix and bias, is
   * that of {@code changed}; DeePMD-kit reads it. The same arguments give the same bytes. Where the
   * source holds its fitting net in single precision, the numbers are rounded to it.
   *
   * @param path what {@code changed} was once read from
   * @param target appears whole or not at all
   * @throws InputException when source is no such model or target cannot be written
   */
  public static void writeWithOutputLayer(Path path, DeepPotential changed, Path target) {
    Path source = ModelPath.file(path);
    byte[] bytes = bytes(source);
    requireSuffix(source, ModelFormat.of(bytes), target);
    write(withOutputLayer(source.toString(), bytes, changed), target);
  }

  /** DeePMD-kit tells formats by the names of files. */
  static void requireSuffix(Path source, ModelFormat format, Path target) {
    String suffix = suffix(source);
    String name = target.getFileName().toString();
    boolean named =
        format == ModelFormat.GRAPH
            ? !OTHER_THAN_GRAPHS.matcher(name).matches() // any other name is TensorFlow's
            : name.endsWith(suffix);
    if (!named) {
      throw new InputException(
          "%s: the new model is written in the format of %s; give it a name that ends in '%s'"
              .formatted(target, source, suffix));
    }
  }

  private static String suffix(Path source) {
    String name = source.getFileName().toString();
    return name.substring(Math.max(0, name.lastIndexOf('.')));
  }

  /** {@link #writeWithOutputLayer} from bytes to bytes. */
  public static byte[] withOutputLayer(String name, byte[] source, DeepPotential changed) {
    return withOutputLayer(name, source, "", changed);
  }

  static byte[] withOutputLayer(String name, byte[] source, String branch, DeepPotential changed) {
    DeepPotential original = read(name, source, changed.typeMap(), branch);
    if (!original.typeMap().equals(changed.typeMap())) {
      throw new InputException(
          "%s: type map %s, expected that of the changed model, %s"
              .formatted(name, original.typeMap(), changed.typeMap()));
    }
    ModelFormat format = ModelFormat.of(source);
    byte[] written =
        format == ModelFormat.GRAPH
            ? GraphFiles.withOutputLayer(name, source, changed.fitting())
            : SerializedOutputLayer.write(name, source, format, branch, changed.fitting());
    requireWritten(changed, read(name, written, changed.typeMap(), branch));
    return written;
  }

  /** Rounded at most, and of every type. */
  private static void requireWritten(DeepPotential changed, DeepPotential written) {
    for (int type = 0; type < changed.typeCount(); type++) {
      Layer expected = changed.fitting().networks()[type].outputLayer();
      Layer found = written.fitting().networks()[type].outputLayer();
      for (int k = 0; k < expected.weight().length; k++) {
        double value = expected.weight()[k];
        if (!(Math.abs(found.weight()[k] - value) <= ROUNDING * Math.max(1, Math.abs(value)))) {
          throw new UnsupportedModelException(
              "%s: the output layer of %s cannot be replaced in such a file"
                  .formatted(changed.name(), changed.typeMap().get(type)));
        }
      }
    }
  }

  /** The name of a copy of a model: {@code graph.pb}, else {@code graph} with the suffix it has. */
  public static String copyName(Path path) {
    Path source = ModelPath.file(path);
    return ModelFormat.of(bytes(source)) == ModelFormat.GRAPH
        ? "graph.pb"
        : "graph" + suffix(source);
  }

  /**
   * Writes a copy of a model whose elements are replaced; nothing else in it changes.
   *
   * @param names as for {@link #read(Path, List)}
   * @param target appears whole or not at all
   * @throws InputException when source is no model that can be read, does not have the elements, or
   *     target cannot be written
   * @throws UnsupportedModelException when source is of PyTorch
   */
  public static void writeMapped(Path path, List<String> names, ElementMap elements, Path target) {
    Path source = ModelPath.file(path);
    byte[] bytes = bytes(source);
    String name = source.toString();
    List<String> before = read(name, bytes, names).typeMap();
    List<String> after = elements.apply(before, name);
    ModelFormat format = ModelFormat.of(bytes);
    requireSuffix(source, format, target);
    byte[] written =
        switch (format) {
          case GRAPH -> GraphFiles.withTypeMap(name, bytes, before, after);
          case HDF5 -> DpFile.withTypeMap(name, bytes, before, after);
          case TEXT -> TextModelWriter.withTypeMap(name, bytes, before, after);
          case TORCH ->
              throw new UnsupportedModelException(
                  "%s: elements of a PyTorch model cannot be replaced; convert it first: dp convert-backend %s %s.dp"
                      .formatted(name, name, name.replaceFirst("\\.[^./]*$", "")));
        };
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new InputException("%s: cannot be written: %s".formatted(target, e.getMessage()), e);
    }
    write(written, target);
  }

  static void write(byte[] content, Path target) {
    try {
      OwnFiles.replace(target, content);
    } catch (IOException e) {
      throw new InputException("%s: cannot be written: %s".formatted(target, e.getMessage()), e);
    }
  }

  static byte[] bytes(Path file) {
    try (InputStream in = RegularFile.open(file, Integer.MAX_VALUE - 8)) {
      return in.readAllBytes();
    } catch (NoSuchFileException e) {
      throw new InputException("%s: no such file; expected a model".formatted(file), e);
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }
}
