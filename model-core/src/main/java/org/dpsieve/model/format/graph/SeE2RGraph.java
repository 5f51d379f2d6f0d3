package org.dpsieve.model.format.graph;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.SeE2R;
import org.dpsieve.model.format.proto.NodeDef;

/** Reads the se_e2_r descriptor of a frozen graph ({@code deepmd/tf/descriptor/se_r.py}). */
final class SeE2RGraph {
  private final FrozenGraph graph;

  SeE2RGraph(FrozenGraph graph) {
    this.graph = graph;
  }

  SeE2R read(NodeDef environment) {
    DescriptorGraph parts = new DescriptorGraph(graph, environment);
    int[] sel = parts.slots("sel");
    int types = sel.length;
    int slots = Arrays.stream(sel).sum();
    boolean oneSide = graph.hasNode(parts.scope("all") + "/Mean");
    double[] mask = oneSide ? parts.mask(parts.scope("all"), types) : null;
    Network[][] embedding = new Network[types][types];
    Precision precision = Precision.FLOAT64;
    for (int centre = 0; centre < types; centre++) {
      String scope = parts.scope(oneSide ? "all" : centre);
      if (centre == 0 || !oneSide) {
        understandMean(scope, parts);
      }
      for (int n = 0; n < types; n++) {
        if (oneSide && centre > 0) {
          embedding[centre][n] = embedding[0][n];
        } else if (parts.has(scope, "" + n)) {
          embedding[centre][n] = parts.network(scope, "" + n);
          precision = parts.precision(scope, "" + n);
        }
      }
    }
    for (int i = 0; mask != null && i < mask.length; i++) {
      if (mask[i] == 0) {
        embedding[i / types][i % types] = ofNothing(embedding[i / types][i % types]);
      }
    }
    parts.requireOneWidth(embedding);
    graph.understand(environment);
    return new SeE2R(
        parts.smoothing("rcut_smth", "rcut"),
        0,
        sel,
        slots,
        column(parts.statistics(5, types, slots, 1)),
        column(parts.statistics(6, types, slots, 1)),
        embedding,
        null,
        precision);
  }

  /** Of an excluded pair, whose slots, filled or empty, have s = 0 after normalisation. */
  private static Network ofNothing(Network net) {
    int width = net.outputSize();
    return new Network(
        List.of(Layer.linear(1, width, new double[width], net.apply(new double[] {0}))));
  }

  /** D = 1/5 of the mean over all slots. */
  private void understandMean(String scope, DescriptorGraph parts) {
    if (!graph.hasNode(scope + "/Mean")) {
      throw parts.notA("se_e2_r", scope);
    }
    NodeDef mean = graph.node(scope + "/Mean");
    List<NodeDef> consumers = graph.consumers(mean);
    NodeDef scaled = consumers.size() == 1 ? consumers.get(0) : mean;
    boolean known =
        mean.getOp().equals("Mean")
            && Arrays.equals(graph.constant(graph.input(mean, 1)).values(), new double[] {1})
            && scaled.getOp().equals("Mul")
            && graph.origin(graph.input(scaled, 0)).getName().equals(mean.getName());
    double factor = known ? graph.constant(graph.input(scaled, 1)).values()[0] : 0;
    if (Math.abs(factor - SeE2R.RESCALE) > 1e-7) {
      throw parts.notA("se_e2_r", scope);
    }
    List.of(mean, scaled).forEach(graph::understand);
  }

  private static double[] column(double[][] rows) {
    return Arrays.stream(rows).mapToDouble(row -> row[0]).toArray();
  }
}
