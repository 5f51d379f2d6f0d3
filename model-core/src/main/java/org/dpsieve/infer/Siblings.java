package org.dpsieve.infer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.dpsieve.digest.Sha256;
import org.dpsieve.kernel.ModelKernel;
import org.dpsieve.kernel.Readout;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;

/**
 * Models that differ in their output layers alone, as those of one model's trainings do: evaluated
 * together by the kernel of the first, each of the others for half of an evaluation, to the same
 * bits as by itself.
 */
final class Siblings {
  private final ModelKernel kernel;
  private final List<Integer> places = new ArrayList<>();

  /** Of all but the first. */
  private final List<Readout.Layer> outputs = new ArrayList<>();

  private Siblings(ModelKernel kernel, int place) {
    this.kernel = kernel;
    places.add(place);
  }

  /** All models, in groups. */
  static List<Siblings> of(
      List<DeepPotential> models, Function<DeepPotential, ModelKernel> kernelOf) {
    List<Siblings> all = new ArrayList<>();
    Map<String, Siblings> byBody = new LinkedHashMap<>();
    for (int m = 0; m < models.size(); m++) {
      DeepPotential model = models.get(m);
      String body = models.size() == 1 ? "" : body(model);
      Siblings known = byBody.get(body);
      Readout.Layer output = known == null ? null : known.kernel.outputOf(model);
      if (output != null) {
        known.places.add(m);
        known.outputs.add(output);
      } else {
        Siblings group = new Siblings(kernelOf.apply(model), m);
        all.add(group);
        byBody.putIfAbsent(body, group);
      }
    }
    return all;
  }

  /** The same for models that differ in nothing but output layers, constants and name. */
  private static String body(DeepPotential model) {
    EnergyFitting fitting = model.fitting();
    Network[] networks =
        Arrays.stream(fitting.networks()).map(Siblings::withoutOutput).toArray(Network[]::new);
    EnergyFitting bare =
        new EnergyFitting(
            networks,
            fitting.vacuumSubtracted(),
            new double[fitting.zeroLevel().length],
            fitting.extraInputs(),
            fitting.precision());
    DeepPotential nameless =
        new DeepPotential(
            "",
            model.typeMap(),
            model.descriptor(),
            bare,
            model.neighborRules(),
            model.excludedTypes(),
            model.additions());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(nameless);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Sha256.hex(bytes.toByteArray());
  }

  private static Network withoutOutput(Network network) {
    List<Layer> layers = new ArrayList<>(network.layers());
    int at = layers.size() - 1;
    Layer last = layers.get(at);
    layers.set(
        at,
        new Layer(
            last.inputs(),
            last.outputs(),
            new double[last.weight().length],
            new double[last.bias().length],
            last.idt(),
            last.activation(),
            last.shortcut()));
    return new Network(layers);
  }

  ModelKernel kernel() {
    return kernel;
  }

  /** Places of the models in the ensemble; the first is the kernel's own. */
  List<Integer> places() {
    return places;
  }

  /**
   * What is to be read while the kernel evaluates: the siblings' output layers, then what is asked
   * of each model.
   *
   * @param asked changes of the output layer of each model of the ensemble; {@code null} for
   *     nothing
   * @return {@code null} where there is nothing to read
   */
  Readout readout(double[][][][] asked, int atoms, int frames, int types) {
    if (asked == null && outputs.isEmpty()) {
      return null;
    }
    List<Readout.Layer> layers = new ArrayList<>(outputs);
    for (int place : places) {
      for (int k = 0; asked != null && k < asked[place].length; k++) {
        layers.add(kernel.change(asked[place][k]));
      }
    }
    return new Readout(layers, atoms, frames, types);
  }

  /** Where the first layer that is asked of a model of the group is read. */
  int firstAsked(int sibling, double[][][][] asked) {
    int first = outputs.size();
    for (int k = 0; k < sibling; k++) {
      first += asked[places.get(k)].length;
    }
    return first;
  }
}
