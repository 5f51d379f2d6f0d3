package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;

/** Reads the ener fitting of a frozen graph ({@code deepmd/tf/fit/ener.py}). */
final class EnergyFittingGraph {
  private static final String BIAS = "fitting_attr/t_bias_atom_e";

  private final FrozenGraph graph;
  private final LayerReader layers;

  EnergyFittingGraph(FrozenGraph graph) {
    this.graph = graph;
    this.layers = new LayerReader(graph);
  }

  static String outputMatrix(int type) {
    return "final_layer_type_%d/matrix".formatted(type);
  }

  static String outputBias(int type) {
    return "final_layer_type_%d/bias".formatted(type);
  }

  EnergyFitting read(int types) {
    Network[] networks = new Network[types];
    boolean[] vacuumSubtracted = new boolean[types];
    for (int type = 0; type < types; type++) {
      networks[type] = network(type);
      vacuumSubtracted[type] =
          layers.biasAdded(outputMatrix(type)).stream()
              .flatMap(node -> graph.consumers(node).stream())
              .anyMatch(node -> node.getOp().equals("Sub"));
    }
    Precision precision =
        graph.constant(outputMatrix(0)).type() == Tensor.FLOAT
            ? Precision.FLOAT32
            : Precision.FLOAT64;
    return new EnergyFitting(networks, vacuumSubtracted, zeroLevel(types), precision);
  }

  private Network network(int type) {
    List<Layer> found = new ArrayList<>();
    for (int i = 0; graph.has("layer_%d_type_%d/matrix".formatted(i, type)); i++) {
      String scope = "layer_%d_type_%d".formatted(i, type);
      found.add(layers.hidden(scope + "/matrix", scope + "/bias", scope + "/idt"));
    }
    found.add(layers.output(outputMatrix(type), outputBias(type)));
    return new Network(found);
  }

  private double[] zeroLevel(int types) {
    // Graphs of DeePMD-kit 1.x have no such constants: their last bias holds everything.
    double[] level =
        graph.has(BIAS) ? graph.constant(BIAS, types).values().clone() : new double[types];
    statistics("t_out_bias", types, values -> Arrays.setAll(level, i -> level[i] + values[i]));
    statistics(
        "t_out_std",
        types,
        values -> {
          if (Arrays.stream(values).anyMatch(v -> v != 1)) {
            throw new UnsupportedModelException(
                "%s: scaled atomic energies (t_out_std %s) cannot be read yet; expected 1"
                    .formatted(graph.file(), Arrays.toString(values)));
          }
        });
    return level;
  }

  private void statistics(String name, int types, java.util.function.Consumer<double[]> use) {
    for (String prefix : List.of("model_attr/model_attr/", "model_attr/")) {
      if (graph.has(prefix + name)) {
        use.accept(graph.constant(prefix + name, 1, types, 1).values());
      }
    }
  }
}
