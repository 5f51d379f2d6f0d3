package org.dpsieve.model.format.graph;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Additions;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Descriptor;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Hybrid;
import org.dpsieve.model.Network;
import org.dpsieve.model.Surroundings;
import org.dpsieve.model.TypeMaps;
import org.dpsieve.model.format.proto.AttrValue;
import org.dpsieve.model.format.proto.GraphDef;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.neighbor.NeighborRules;
import org.dpsieve.text.Counted;

/**
 * A DeePMD-kit model frozen by TensorFlow ({@code dp freeze}: {@code graph.pb}, {@code
 * frozen_model.pb}). Only what is understood as a whole is accepted: on the way to the energy,
 * every operation on floating-point numbers was claimed by a reader or only moves them, and every
 * floating-point constant was read.
 */
final class FrozenGraphReader {
  /** Operations that compute no new numbers. */
  private static final Set<String> MOVING =
      Set.of(
          ("Cast ConcatV2 Const ExpandDims Fill GatherV2 GreaterEqual Identity Pack Placeholder"
                  + " Range Reshape Select SelectV2 Shape Slice StridedSlice Tile ZerosLike")
              .split(" "));

  /** Operations on atom counts and types. */
  private static final Set<String> COUNTING =
      Set.of("Add", "AddV2", "FloorDiv", "Maximum", "Minimum", "Mul", "Prod", "Sub", "Sum");

  private static final String OLD = "of DeePMD-kit 0.x or 1.x";

  private static final Map<String, String> ENVIRONMENTS =
      Map.of(
          "ProdEnvMatA", "se_e2_a",
          "ProdEnvMatR", "se_e2_r",
          "ProdEnvMatAMix", "se_atten",
          "DescrptSeAEf", "se_a_ef",
          "DescrptSeAMask", "se_a_mask",
          "Descrpt", "loc_frame",
          "DescrptSeA", OLD,
          "DescrptNorot", OLD,
          "DescrptSeR", OLD);

  private static final Set<String> READABLE = Set.of("se_e2_a", "se_e2_r", "se_e3", "se_atten");

  private final FrozenGraph graph;
  private final List<String> names;

  private FrozenGraphReader(FrozenGraph graph, List<String> names) {
    this.graph = graph;
    this.names = names;
  }

  /**
   * @param names of the types, where the graph names none
   */
  static DeepPotential read(FrozenGraph graph, List<String> names) {
    return LinearGraph.isOne(graph)
        ? new LinearGraph(graph, names).read()
        : new FrozenGraphReader(graph, names).read();
  }

  /**
   * All but the fitting.
   *
   * @param rules which neighbors the descriptor sees
   */
  record Described(Descriptor descriptor, NeighborRules rules, List<String> typeMap) {}

  /** Of a graph whose output is none of energies. */
  static Described describe(FrozenGraph graph, List<String> names) {
    FrozenGraphReader reader = new FrozenGraphReader(graph, names);
    List<NodeDef> environments = reader.environments();
    List<Descriptor> parts = environments.stream().map(reader::descriptor).toList();
    Descriptor descriptor = parts.size() == 1 ? parts.get(0) : reader.hybrid(parts);
    int types = descriptor.surroundings().get(0).sel().length;
    return new Described(descriptor, reader.rules(environments, descriptor), reader.typeMap(types));
  }

  private DeepPotential read() {
    List<NodeDef> environments = environments();
    requireKnownFeatures();
    List<Descriptor> parts = environments.stream().map(this::descriptor).toList();
    Descriptor descriptor = parts.size() == 1 ? parts.get(0) : hybrid(parts);
    int types = descriptor.surroundings().get(0).sel().length;
    EnergyFitting fitting =
        new EnergyFittingGraph(graph)
            .read(types, descriptor.size(), new TypeEmbeddingGraph(graph).read());
    for (Network net : fitting.networks()) {
      int inputs = descriptor.size() + fitting.extraInputs().size();
      if (net.inputSize() != inputs || net.outputSize() != 1) {
        throw new InputException(
            "%s: a fitting net of %s and %s, expected %d and 1; damaged file?"
                .formatted(
                    graph.file(),
                    Counted.of(net.inputSize(), "input"),
                    Counted.of(net.outputSize(), "output"),
                    inputs));
      }
    }
    Additions additions = additions(environments, parts, types);
    requireEverythingUnderstood(graph);
    return new DeepPotential(
            graph.file(), typeMap(types), descriptor, fitting, rules(environments, descriptor))
        .with(additions);
  }

  private Additions additions(List<NodeDef> environments, List<Descriptor> parts, int types) {
    PairTableGraph tables = new PairTableGraph(graph);
    if (tables.lookup().isEmpty()) {
      return Additions.NONE;
    }
    NodeDef lookup = tables.lookup().get();
    int part = environments.indexOf(tables.environment(lookup));
    if (part < 0) {
      throw new UnsupportedModelException(
          "%s: a table of pair energies with neighbors of its own cannot be read"
              .formatted(graph.file()));
    }
    double[] bias = graph.constant("fitting_attr/t_bias_atom_e", types).values();
    Surroundings surroundings = parts.get(part).surroundings().get(0);
    return new Additions(tables.shortRange(lookup, surroundings, bias), List.of(), List.of());
  }

  /** Of a compressed se_atten, given as another descriptor, sel is for all types together, too. */
  private NeighborRules rules(List<NodeDef> environments, Descriptor descriptor) {
    boolean compressed = false;
    List<Surroundings> seen = descriptor.surroundings();
    for (int part = 0; part < seen.size(); part++) {
      compressed |=
          kind(environments.get(part)).equals("se_atten")
              && seen.get(part).total() == Integer.MAX_VALUE;
    }
    refuse(compressed && seen.size() > 1, "a hybrid with a compressed se_atten cannot be read");
    return compressed
        ? NeighborRules.TENSORFLOW.atMost(seen.get(0).sel()[0])
        : NeighborRules.TENSORFLOW;
  }

  private List<String> typeMap(int types) {
    List<String> typeMap = TypeMaps.named(graph.file(), typeMap(graph), names, types);
    if (typeMap.size() != types) {
      throw new InputException(
          "%s: type map '%s' names %s, its descriptor has %d; set type_map when training, or freeze again"
              .formatted(
                  graph.file(),
                  String.join(" ", typeMap),
                  Counted.of(typeMap.size(), "type"),
                  types));
    }
    return typeMap;
  }

  /** How many types a graph has that names none. */
  static Optional<Integer> unnamedTypes(GraphDef graph) {
    Map<String, NodeDef> nodes = new HashMap<>();
    graph.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    if (!text(nodes.get("model_attr/tmap")).isBlank() || !nodes.containsKey("o_energy")) {
      return Optional.empty();
    }
    return Stream.of("descrpt_attr/ntypes", "descrpt_attr_0/ntypes")
        .filter(nodes::containsKey)
        .findFirst()
        .map(
            name ->
                (int)
                    Tensor.decode(nodes.get(name).getAttrOrThrow("value").getTensor(), name)
                        .values()[0]);
  }

  private static String text(NodeDef node) {
    return node == null
        ? ""
        : node
            .getAttrOrDefault("value", AttrValue.getDefaultInstance())
            .getTensor()
            .getStringValList()
            .stream()
            .map(ByteString::toStringUtf8)
            .collect(Collectors.joining());
  }

  /** Empty where the graph has none. */
  static List<String> typeMap(FrozenGraph graph) {
    String text = graph.text("model_attr/tmap").orElse("");
    return text.isBlank() ? List.of() : List.of(text.trim().split("\\s+"));
  }

  /** One, or those of a hybrid's parts in their order. */
  private List<NodeDef> environments() {
    List<NodeDef> found =
        graph.energyNodes().stream()
            .filter(node -> ENVIRONMENTS.containsKey(node.getOp()))
            .sorted(Comparator.comparing(this::place, FrozenGraphReader::inOrder))
            .toList();
    List<String> names = found.stream().map(this::kind).toList();
    if (names.contains(OLD)) {
      throw new InputException(
          "%s: a graph of DeePMD-kit 0.x or 1.x, which later ones cannot read either; convert it: dp convert-from auto -i %s -o new.pb"
              .formatted(graph.file(), graph.file()));
    }
    if (names.contains("se_a_mask")) { // whose virials dp model-devi fails at
      throw new NoPotentialException("%s: descriptor 'se_a_mask'".formatted(graph.file()));
    }
    if (names.isEmpty() && !graph.hasNode("t_coord")) {
      throw new NoPotentialException(
          "%s: no coordinates of atoms ('t_coord') enter its energy: a net of collective variables, as RiD-kit makes them"
              .formatted(graph.file()));
    }
    if (names.isEmpty() || !READABLE.containsAll(names)) {
      throw new UnsupportedModelException(
          "%s: descriptor '%s' cannot be read yet; readable: se_e2_a, se_e2_r, se_e3, se_atten and hybrids of them"
              .formatted(graph.file(), names.isEmpty() ? "unknown" : String.join(" + ", names)));
    }
    return found;
  }

  /** Of a hybrid's part among the others; of a hybrid in it {@code _1_0}, {@code _1_1} ... */
  private List<Integer> place(NodeDef environment) {
    String suffix = new DescriptorGraph(graph, environment).suffix();
    if (!suffix.matches("(_\\d{1,4})*")) {
      throw new UnsupportedModelException(
          "%s: a descriptor of the name 'descrpt_attr%s' (pairwise_dprc?) cannot be read"
              .formatted(graph.file(), suffix));
    }
    return Pattern.compile("\\d+")
        .matcher(suffix)
        .results()
        .map(number -> Integer.valueOf(number.group()))
        .toList();
  }

  private static int inOrder(List<Integer> one, List<Integer> other) {
    int common = Math.min(one.size(), other.size());
    for (int i = 0; i < common; i++) {
      if (!one.get(i).equals(other.get(i))) {
        return one.get(i) - other.get(i);
      }
    }
    return one.size() - other.size();
  }

  private String kind(NodeDef environment) {
    String scope = new DescriptorGraph(graph, environment).scope("all");
    return graph.has(scope + "/matrix_1_0_0") && environment.getOp().equals("ProdEnvMatA")
        ? "se_e3"
        : ENVIRONMENTS.get(environment.getOp());
  }

  private Descriptor descriptor(NodeDef environment) {
    return switch (kind(environment)) {
      case "se_e2_a" -> new SeE2AGraph(graph, environment).read();
      case "se_e2_r" -> new SeE2RGraph(graph).read(environment);
      case "se_atten" -> new SeAttenGraph(graph, environment).read();
      default -> new SeE3Graph(graph).read(environment);
    };
  }

  private Hybrid hybrid(List<Descriptor> parts) {
    long types =
        parts.stream().map(part -> part.surroundings().get(0).sel().length).distinct().count();
    if (types != 1) {
      throw new InputException(
          "%s: descriptors of different numbers of types; damaged file?".formatted(graph.file()));
    }
    return new Hybrid(parts);
  }

  private void requireKnownFeatures() {
    graph
        .text("model_attr/model_type")
        .ifPresent(
            type -> {
              if (!type.equals("ener")) {
                throw new NoPotentialException(
                    "%s: a model of the type '%s'".formatted(graph.file(), type));
              }
            });
    refuse(
        graph.hasNode("modifier_attr/type"),
        "a modifier (dipole_charge) that adds to the energy cannot be read yet");
    if (graph.hasNode("spin_attr/ntypes_spin")) {
      throw new NoPotentialException("%s: a model with spin".formatted(graph.file()));
    }
  }

  private void refuse(boolean present, String feature) {
    if (present) {
      throw new UnsupportedModelException("%s: %s".formatted(graph.file(), feature));
    }
  }

  static void requireEverythingUnderstood(FrozenGraph graph) {
    requireEverythingUnderstood(graph, FrozenGraphReader::isPlumbing);
  }

  /**
   * @param plumbing whether a node computes no new numbers
   */
  static void requireEverythingUnderstood(FrozenGraph graph, Predicate<NodeDef> plumbing) {
    for (NodeDef node : graph.energyNodes()) {
      boolean constant = node.getOp().equals("Const");
      if (constant
          && Tensor.isFloating(graph.attribute(node, "dtype").getType())
          && !graph.isUnderstood(node)
          && !makesZeros(graph, node)) {
        throw new UnsupportedModelException(
            "%s: its energy depends on the constant '%s', which is not understood"
                .formatted(graph.file(), node.getName()));
      }
      if (!constant
          && !plumbing.test(node)
          && !graph.isUnderstood(node)
          && !graph.isTimesZero(node)) {
        throw new UnsupportedModelException(
            "%s: its energy goes through '%s' (%s), which cannot be read yet"
                .formatted(graph.file(), node.getName(), node.getOp()));
      }
    }
  }

  /** Whether a node computes no new numbers of atoms or energies. */
  static boolean isPlumbing(NodeDef node) {
    return MOVING.contains(node.getOp())
        || (COUNTING.contains(node.getOp())
            && !Tensor.isFloating(
                node.getAttrOrDefault("T", AttrValue.getDefaultInstance()).getType()));
  }

  /** Zeros: the descriptor of a type with every pair excluded, or the vacuum of atom_ener. */
  private static boolean makesZeros(FrozenGraph graph, NodeDef constant) {
    return graph.consumers(constant).stream()
            .allMatch(node -> node.getOp().equals("Fill") || graph.isTimesZero(node))
        && Arrays.stream(graph.constant(constant).values()).allMatch(value -> value == 0);
  }
}
