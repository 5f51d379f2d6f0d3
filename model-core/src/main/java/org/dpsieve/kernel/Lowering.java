package org.dpsieve.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Descriptor;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.ExtraInputs;
import org.dpsieve.model.Hybrid;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeAtten;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.SeE3Tebd;
import org.dpsieve.model.TypedEmbedding;

/**
 * Another way to write the same model, of which fewer kinds need a kernel of their own. What
 * depends on types alone becomes constants: type and case embeddings at the fitting net's entry
 * become part of its first bias, by type; an embedding net that knows types becomes one net of one
 * input per pair of types, which a table can hold. So se_atten without attention is se_e2_a.
 */
public final class Lowering {
  private Lowering() {}

  /** The same energies, by descriptors as they are called there, in the same order. */
  public static DeepPotential of(DeepPotential model) {
    List<Descriptor> parts = new ArrayList<>();
    for (Descriptor part : parts(model.descriptor())) {
      parts.add(lowered(part));
    }
    Descriptor descriptor = parts.size() == 1 ? parts.get(0) : new Hybrid(parts);
    return new DeepPotential(
        model.name(),
        model.typeMap(),
        descriptor,
        fitting(model),
        model.neighborRules(),
        model.excludedTypes(),
        model.additions());
  }

  /** The descriptors of a hybrid, or the one. */
  public static List<Descriptor> parts(Descriptor descriptor) {
    return descriptor instanceof Hybrid hybrid ? hybrid.parts() : List.of(descriptor);
  }

  private static Descriptor lowered(Descriptor part) {
    if (part instanceof SeE3Tebd tebd && tebd.concatenated()) {
      return new SeE3Tebd(
          tebd.smoothing(),
          tebd.protection(),
          tebd.sel(),
          tebd.dstd(),
          tebd.embedding(),
          false,
          tebd.masked(),
          tebd.precision());
    }
    if (part instanceof Dpa4c dpa4c) {
      return dpa4c.unconcatenated();
    }
    if (part instanceof SeAtten atten) {
      return atten.attention().isEmpty() && !gated(atten.embedding()) && !atten.hasMean()
          ? pairwise(atten)
          : new SeAtten(
              atten.smoothing(),
              atten.protection(),
              atten.sel(),
              atten.axisNeuron(),
              atten.mean(),
              atten.dstd(),
              atten.gateRadius(),
              atten.embedding(),
              atten.attention(),
              false,
              atten.masked(),
              atten.precision());
    }
    return part;
  }

  private static boolean gated(TypedEmbedding embedding) {
    return embedding.strip() != null && embedding.smooth();
  }

  private static SeE2A pairwise(SeAtten atten) {
    int types = atten.embedding().typeCount();
    Embedding[][] nets = new Embedding[types][types];
    for (int neighbor = 0; neighbor < types; neighbor++) {
      Network shared = atten.embedding().oneSide() ? atten.embedding().of(neighbor, 0) : null;
      for (int centre = 0; centre < types; centre++) {
        if (!atten.isMasked(centre, neighbor)) {
          nets[centre][neighbor] = shared == null ? atten.embedding().of(neighbor, centre) : shared;
        }
      }
    }
    int[] sel = new int[types];
    Arrays.fill(sel, atten.sel());
    return new SeE2A(
        atten.smoothing(),
        atten.protection(),
        sel,
        atten.sel(),
        atten.axisNeuron(),
        atten.embedding().oneSide(),
        new double[types][4],
        atten.dstd(),
        atten.embedding().width(),
        nets,
        null,
        null,
        atten.precision());
  }

  private static EnergyFitting fitting(DeepPotential model) {
    EnergyFitting fitting = withoutFirstShortcuts(model.fitting());
    ExtraInputs extra = fitting.extraInputs();
    int types = model.typeCount();
    Network[] networks = new Network[types];
    boolean[] subtracted = fitting.vacuumSubtracted().clone();
    double[] level = fitting.zeroLevel().clone();
    boolean concatenated = concatenated(model.descriptor());
    if (!concatenated && extra.caseEmbedding().length == 0) {
      return fitting;
    }
    for (int type = 0; type < types; type++) {
      Network net = fitting.networks()[type];
      networks[type] = folded(net, constants(model, type));
      if (subtracted[type] && concatenated) {
        // DeePMD-kit's vacuum has no type embedding either
        double[] vacuum = new double[net.inputSize()];
        System.arraycopy(
            extra.caseEmbedding(),
            0,
            vacuum,
            vacuum.length - extra.caseEmbedding().length,
            extra.caseEmbedding().length);
        level[type] -= net.apply(vacuum)[0];
        subtracted[type] = false;
      }
    }
    ExtraInputs left =
        new ExtraInputs(
            extra.fparamMean(),
            extra.fparamScale(),
            extra.fparamDefault(),
            extra.aparamMean(),
            extra.aparamScale(),
            new double[0]);
    return new EnergyFitting(networks, subtracted, level, left, fitting.precision());
  }

  /** The kernels have descriptors in another order than a net that passes them by. */
  private static EnergyFitting withoutFirstShortcuts(EnergyFitting fitting) {
    Map<Network, Network> changed = new IdentityHashMap<>();
    Network[] networks =
        Arrays.stream(fitting.networks())
            .map(net -> changed.computeIfAbsent(net, Network::withoutFirstShortcut))
            .toArray(Network[]::new);
    return fitting.withNetworks(networks);
  }

  /** Whether a centre's type embedding is part of the descriptor. */
  static boolean concatenated(Descriptor descriptor) {
    return parts(descriptor).stream().anyMatch(part -> part.ofType(0).length > 0);
  }

  /** What inputs of the fitting net are constant for a type; NaN where they are not. */
  private static double[] constants(DeepPotential model, int type) {
    ExtraInputs extra = model.fitting().extraInputs();
    double[] constants = new double[model.descriptor().size() + extra.size()];
    Arrays.fill(constants, Double.NaN);
    int end = 0;
    for (Descriptor part : parts(model.descriptor())) {
      end += part.size();
      double[] own = part.ofType(type);
      System.arraycopy(own, 0, constants, end - own.length, own.length);
    }
    double[] last = extra.caseEmbedding();
    System.arraycopy(last, 0, constants, constants.length - last.length, last.length);
    return constants;
  }

  private static Network folded(Network network, double[] constants) {
    Layer first = network.layers().get(0);
    int outputs = first.outputs();
    int inputs = (int) Arrays.stream(constants).filter(Double::isNaN).count();
    double[] weight = new double[inputs * outputs];
    double[] bias = first.bias().clone();
    int to = 0;
    for (int k = 0; k < constants.length; k++) {
      if (Double.isNaN(constants[k])) {
        System.arraycopy(first.weight(), k * outputs, weight, to * outputs, outputs);
        to++;
      } else {
        for (int j = 0; j < outputs; j++) {
          bias[j] += constants[k] * first.weight()[k * outputs + j];
        }
      }
    }
    List<Layer> layers = new ArrayList<>(network.layers());
    layers.set(
        0,
        new Layer(
            inputs, outputs, weight, bias, first.idt(), first.activation(), first.shortcut()));
    return new Network(layers);
  }
}
