package org.dpsieve.model.format;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.format.proto.NodeDef;

/**
 * A DeePMD-kit model frozen by TensorFlow ({@code dp freeze}: {@code graph.pb}, {@code
 * frozen_model.pb}). Only what is understood as a whole is accepted: every operation on the way to
 * the energy is one of {@link #OPERATIONS}, and every floating-point constant was read.
 */
final class FrozenGraphReader {
  private static final Set<String> OPERATIONS =
      Set.of(
          ("Add AddN AddV2 BatchMatMul BatchMatMulV2 BiasAdd Cast ConcatV2 Const ExpandDims Fill GatherV2"
                  + " Gelu GeluCustom GreaterEqual Identity Less MatMul Maximum Minimum Mul Pack Placeholder"
                  + " Pow ProdEnvMatA Range RealDiv Relu Relu6 Reshape Select SelectV2 Shape Sigmoid Slice"
                  + " Softplus StridedSlice Sub Sum Tanh Tile ZerosLike")
              .split(" "));
  private static final Map<String, String> ENVIRONMENTS =
      Map.of(
          "ProdEnvMatA", "se_e2_a",
          "ProdEnvMatR", "se_e2_r",
          "ProdEnvMatAMix", "se_atten",
          "DescrptSeA", "se_a of DeePMD-kit 0.x or 1.x",
          "DescrptSeR", "se_r of DeePMD-kit 0.x or 1.x",
          "DescrptSeAEf", "se_a_ef",
          "DescrptSeAMask", "se_a_mask",
          "Descrpt", "loc_frame");

  private final FrozenGraph graph;

  private FrozenGraphReader(FrozenGraph graph) {
    this.graph = graph;
  }

  static DeepPotential read(FrozenGraph graph) {
    return new FrozenGraphReader(graph).read();
  }

  private DeepPotential read() {
    requireKnownFeatures();
    NodeDef environment = environment();
    SeE2A descriptor = new SeE2AGraph(graph).read(environment);
    int types = descriptor.sel().length;
    EnergyFitting fitting = new EnergyFittingGraph(graph).read(types);
    requireEverythingRead();
    return new DeepPotential(graph.file(), typeMap(types), descriptor, fitting);
  }

  private List<String> typeMap(int types) {
    String text =
        graph
            .text("model_attr/tmap")
            .orElseThrow(
                () ->
                    new InputException(
                        "%s: no type map (model_attr/tmap) in it".formatted(graph.file())));
    List<String> typeMap = text.isBlank() ? List.of() : List.of(text.trim().split("\\s+"));
    if (typeMap.size() != types) {
      throw new InputException(
          "%s: type map '%s' names %d types, its descriptor has %d; set type_map when training, or freeze again"
              .formatted(graph.file(), text, typeMap.size(), types));
    }
    return typeMap;
  }

  private NodeDef environment() {
    List<NodeDef> found =
        graph.energyNodes().stream()
            .filter(node -> ENVIRONMENTS.containsKey(node.getOp()))
            .toList();
    if (found.size() == 1 && found.get(0).getOp().equals("ProdEnvMatA")) {
      return found.get(0);
    }
    String names =
        found.isEmpty()
            ? "unknown"
            : String.join(" + ", found.stream().map(n -> ENVIRONMENTS.get(n.getOp())).toList());
    throw new UnsupportedModelException(
        "%s: descriptor '%s' cannot be read yet; readable: se_e2_a".formatted(graph.file(), names));
  }

  private void requireKnownFeatures() {
    refuse(
        graph.text("model_type").filter("compressed_model"::equals).isPresent(),
        "a compressed model cannot be read yet; give the model it was compressed from (dp compress -i)");
    graph
        .text("model_attr/model_type")
        .ifPresent(
            type -> refuse(!type.equals("ener"), "model type '" + type + "', expected ener"));
    refuse(
        graph.integer("fitting_attr/dfparam").orElse(0) > 0,
        "fitting with frame parameters (numb_fparam) cannot be read yet");
    refuse(
        graph.integer("fitting_attr/daparam").orElse(0) > 0,
        "fitting with atomic parameters (numb_aparam) cannot be read yet");
  }

  private void refuse(boolean present, String feature) {
    if (present) {
      throw new UnsupportedModelException("%s: %s".formatted(graph.file(), feature));
    }
  }

  private void requireEverythingRead() {
    for (NodeDef node : graph.energyNodes()) {
      if (!OPERATIONS.contains(node.getOp())) {
        throw new UnsupportedModelException(
            "%s: its energy goes through '%s' (%s), which cannot be read yet"
                .formatted(graph.file(), node.getName(), node.getOp()));
      }
      if (node.getOp().equals("Const")
          && Tensor.isFloating(graph.attribute(node, "dtype").getType())
          && !graph.wasRead(node)) {
        throw new UnsupportedModelException(
            "%s: its energy depends on the constant '%s', which is not understood"
                .formatted(graph.file(), node.getName()));
      }
    }
  }
}
