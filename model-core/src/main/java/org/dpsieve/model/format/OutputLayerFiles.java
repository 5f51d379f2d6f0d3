package org.dpsieve.model.format;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Foreign;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;

/**
 * Models whose output layers are to be solved for: those that are read whole, and those of which
 * only the output layer is read, for DeePMD-kit alone evaluates them. Of the latter the parameters
 * are the weights of the last hidden layer and, for each type, the energy that is added to an atom
 * ({@code out_bias}), for many of them have no bias, or one for all types.
 */
public final class OutputLayerFiles {
  private static final List<String> FITTINGS = List.of("ener", "dpa4_ener", "sezm_ener");

  private OutputLayerFiles() {}

  /**
   * @param path a file, or a folder that holds one frozen model
   * @param names of types 0, 1 ..., for a model that does not name its own; empty for unknown
   * @param branch of a checkpoint of several models; empty for what holds one
   * @param elsewhere evaluates what is not read here
   * @throws org.dpsieve.error.InputException when it is no such model
   * @throws UnsupportedModelException when its output layer is not found, either
   */
  public static DeepPotential read(
      Path path, List<String> names, String branch, Supplier<Foreign.Evaluator> elsewhere) {
    Path file = ModelPath.file(path);
    byte[] bytes = ModelFiles.bytes(file);
    try {
      return ModelFiles.read(file.toString(), bytes, names, branch);
    } catch (NoPotentialException e) {
      throw e;
    } catch (UnsupportedModelException e) {
      if (ModelFormat.of(bytes) == ModelFormat.GRAPH) {
        throw e;
      }
      return foreign(file.toString(), bytes, branch, elsewhere, e);
    }
  }

  private static DeepPotential foreign(
      String file,
      byte[] bytes,
      String branch,
      Supplier<Foreign.Evaluator> elsewhere,
      UnsupportedModelException why) {
    Section model = ModelFormat.of(bytes).sections(file, bytes, branch).section("model");
    if (!model.has("descriptor") || !model.has("fitting")) {
      throw why;
    }
    List<String> typeMap = model.texts("type_map");
    List<StoredTensor> weights = weights(model, typeMap.size(), why);
    double[] levels = levels(model, typeMap.size()).values();
    double[][] shared = weights.stream().map(StoredTensor::values).toArray(double[][]::new);
    Network[] networks = new Network[typeMap.size()];
    for (int type = 0; type < networks.length; type++) {
      double[] weight = shared[shared.length == 1 ? 0 : type];
      Layer unknown = Layer.linear(0, weight.length, new double[0], new double[weight.length]);
      Layer last = Layer.linear(weight.length, 1, weight, new double[] {levels[type]});
      networks[type] = new Network(List.of(unknown, last));
    }
    boolean single = weights.stream().anyMatch(StoredTensor::single);
    return new DeepPotential(
        file,
        typeMap,
        new Foreign(model.section("descriptor").text("type", "unknown"), elsewhere.get()),
        new EnergyFitting(
            networks,
            new boolean[networks.length],
            new double[networks.length],
            single ? Precision.FLOAT32 : Precision.FLOAT64));
  }

  /** Of one net for all types, or of one for each. */
  private static List<StoredTensor> weights(
      Section model, int types, UnsupportedModelException why) {
    Section fitting = model.section("fitting");
    if (!FITTINGS.contains(fitting.text("type", "ener"))) {
      throw why;
    }
    List<StoredTensor> weights = new ArrayList<>();
    for (Section net : fitting.section("nets").sections("networks")) {
      List<Section> layers = net == null || !net.has("layers") ? List.of() : net.sections("layers");
      if (layers.isEmpty()) {
        throw why;
      }
      weights.add(layers.get(layers.size() - 1).section("@variables").tensor("w"));
    }
    boolean one = weights.stream().allMatch(w -> w.shape().length == 2 && w.shape()[1] == 1);
    if (!one || weights.size() != 1 && weights.size() != types || weights.isEmpty()) {
      throw why;
    }
    return weights;
  }

  private static StoredTensor levels(Section model, int types) {
    return model.section("@variables").tensor("out_bias", 1, types, 1);
  }

  /** The name of a copy of a model, {@code graph} with the suffix it has. */
  public static String copyName(Path path) {
    return ModelFiles.copyName(path);
  }

  /**
   * Writes a copy of a model with another output layer, as {@link ModelFiles#writeWithOutputLayer},
   * other branches of a checkpoint untouched.
   *
   * @param path what {@code changed} was once read from
   * @param branch likewise
   * @param target appears whole or not at all
   */
  public static void write(Path path, String branch, DeepPotential changed, Path target) {
    Path source = ModelPath.file(path);
    byte[] bytes = ModelFiles.bytes(source);
    ModelFormat format = ModelFormat.of(bytes);
    ModelFiles.requireSuffix(source, format, target);
    ModelFiles.write(
        changed.descriptor() instanceof Foreign
            ? withForeignLayer(source.toString(), bytes, format, branch, changed)
            : ModelFiles.withOutputLayer(source.toString(), bytes, branch, changed),
        target);
  }

  private static byte[] withForeignLayer(
      String file, byte[] source, ModelFormat format, String branch, DeepPotential changed) {
    Section model = format.sections(file, source, branch).section("model");
    Network[] networks = changed.fitting().networks();
    UnsupportedModelException other =
        new UnsupportedModelException(file + ": has another output layer than it had");
    List<StoredTensor> weights = weights(model, networks.length, other);
    Map<String, double[]> patches = new HashMap<>();
    for (int net = 0; net < weights.size(); net++) {
      SerializedOutputLayer.put(
          patches, file, weights.get(net), networks[net].outputLayer().weight(), 1);
    }
    double[] levels =
        Arrays.stream(networks).mapToDouble(net -> net.outputLayer().bias()[0]).toArray();
    SerializedOutputLayer.put(patches, file, levels(model, networks.length), levels, 1);
    return SerializedOutputLayer.patched(file, source, format, patches);
  }
}
