package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.model.Additions;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.LinearCombination;
import org.dpsieve.model.PairTable;
import org.dpsieve.model.PairTables;
import org.dpsieve.model.ShortRange;
import org.dpsieve.model.SmoothSwitch;
import org.dpsieve.model.Surroundings;
import org.dpsieve.text.Counted;

/**
 * Linear combinations of models and tables ({@code
 * deepmd/dpmodel/atomic_model/linear_atomic_model.py}). Energies by type that parts have of their
 * own count in PyTorch's models and in those of DPA4C alone, not elsewhere.
 */
final class SerializedLinear {
  private final Section model;
  private final List<String> typeMap;

  /** Whether energies by type that parts have of their own count. */
  private final boolean ownBias;

  private SerializedLinear(Section model) {
    this.model = model;
    this.ownBias = model.flag("own_bias", false) || isOfGraphs(model);
    this.typeMap = SerializedModelReader.typeMap(model);
  }

  /**
   * Whether all parts see all neighbors, so that DeePMD-kit evaluates them by other code (a graph
   * instead of lists), in which their own energies by type count.
   */
  private static boolean isOfGraphs(Section model) {
    if (model.text("type").equals("zbl") || !model.has("models")) {
      return false;
    }
    List<String> descriptors = new ArrayList<>();
    for (Section part : model.sections("models")) {
      boolean nets = part != null && part.has("descriptor");
      descriptors.add(nets ? part.section("descriptor").text("type", "") : "");
    }
    // DPA-1 is evaluated by either, and does not have the same numbers
    SerializedModelReader.refuse(
        model.file(),
        descriptors.contains("dpa4c")
            && descriptors.stream().anyMatch(type -> type.matches("se_atten.*|dpa[1-4]")),
        "a linear combination of dpa4c and %s cannot be read".formatted(descriptors));
    return descriptors.stream().allMatch(type -> type.equals("dpa4c"));
  }

  static boolean isOne(Section model) {
    return List.of("zbl", "linear", "linear_ener", "pairtab").contains(model.text("type", ""));
  }

  static DeepPotential read(Section model) {
    SerializedLinear linear = new SerializedLinear(model);
    DeepPotential sum =
        switch (model.text("type")) {
          case "zbl" -> linear.zbl();
          case "pairtab" -> new LinearCombination(model.file()).sum(linear.typeMap);
          default -> linear.linear();
        };
    return linear.whole(sum);
  }

  private DeepPotential linear() {
    List<Section> parts = model.sections("models");
    double[] weights = weights(parts.size());
    LinearCombination combination = new LinearCombination(model.file());
    double[] level = new double[typeMap.size()];
    for (int k = 0; k < weights.length; k++) {
      Section part = part(parts.get(k));
      if (part.text("type", "standard").equals("pairtab")) {
        combination.add(table(part, null), weights[k]);
        double[] bias = tableBias(part);
        double weight = weights[k];
        Arrays.setAll(level, t -> level[t] + weight * bias[t]);
      } else {
        combination.add(deepPotential(part), weights[k]);
      }
    }
    DeepPotential sum = combination.sum(typeMap);
    return sum.withFitting(sum.fitting().raised(level));
  }

  /** Which of its models is the first Deep Potential, to which the others are additions. */
  static int first(Section model) {
    List<Section> parts = model.sections("models");
    for (int k = 0; k < parts.size(); k++) {
      if (!parts.get(k).text("type", "standard").equals("pairtab")) {
        return k;
      }
    }
    throw new IllegalArgumentException(model.file() + ": tables alone");
  }

  /** What its energy counts. */
  static double weight(Section model, int part) {
    return model.text("type").equals("zbl")
        ? 1
        : new SerializedLinear(model).weights(model.sections("models").size())[part];
  }

  private double[] weights(int count) {
    double[] weights = new double[count];
    Object given = model.values().get("weights");
    if (given == null || "mean".equals(given)) {
      Arrays.fill(weights, 1.0 / count);
    } else if ("sum".equals(given)) {
      Arrays.fill(weights, 1);
    } else if (given instanceof List<?> list
        && list.size() == count
        && list.stream().allMatch(weight -> weight instanceof Number)) {
      Arrays.setAll(weights, k -> ((Number) list.get(k)).doubleValue());
    } else {
      throw new InputException(
          "%s: weights %s for %s, expected mean, sum or as many numbers; damaged file?"
              .formatted(model.file(), given, Counted.of(count, "model")));
    }
    return weights;
  }

  private DeepPotential zbl() {
    List<Section> parts = model.sections("models");
    if (parts.size() != 2) {
      throw new InputException(
          "%s: a model of type zbl of %s, expected two; damaged file?"
              .formatted(model.file(), Counted.of(parts.size(), "model")));
    }
    DeepPotential nets = deepPotential(part(parts.get(0)));
    Surroundings ofNets = widest(nets);
    PairTable table = table(part(parts.get(1)), ofNets);
    double rmin = model.number("sw_rmin");
    double rmax = model.number("sw_rmax");
    double decay = model.number("smin_alpha", 0.1);
    if (!(rmin < rmax) || !(decay > 0)) {
      throw new InputException(
          "%s: sw_rmin %s, sw_rmax %s, smin_alpha %s; damaged file?"
              .formatted(model.file(), rmin, rmax, decay));
    }
    // The soft minimum takes the neighbors of the part that sees more.
    Surroundings seen =
        table.surroundings().total() >= ofNets.total() ? table.surroundings() : ofNets;
    ShortRange shortRange =
        new ShortRange(
            table,
            tableBias(parts.get(1)),
            decay,
            new SmoothSwitch(rmin, rmax, rmax - rmin),
            model.number("least", 0),
            seen);
    return nets.with(new Additions(shortRange, List.of(), List.of()));
  }

  /** What a model is shown, before parts of a hybrid take their own. */
  private static Surroundings widest(DeepPotential nets) {
    Surroundings first = nets.descriptor().surroundings().get(0);
    return PairTables.surroundings(
        nets.descriptor().rcut(), nets.neighborRules().total(), first.sel().length);
  }

  /** One of the models; what is excluded from parts of PyTorch's models only, is not understood. */
  private Section part(Section part) {
    if (part == null) {
      throw new InputException(
          "%s: a linear combination of nothing; damaged file?".formatted(model.file()));
    }
    for (String key : List.of("pair_exclude_types", "atom_exclude_types")) {
      SerializedModelReader.refuse(
          model.file(),
          part.has(key) && !part.list(key).isEmpty(),
          key + " of a part of a linear combination cannot be read");
    }
    return part;
  }

  private DeepPotential deepPotential(Section part) {
    SerializedModelReader.refuse(
        model.file(), isOne(part), "a linear combination in a linear combination cannot be read");
    DeepPotential read = SerializedModelReader.standard(part);
    requireTypeMap(part);
    boolean mixed =
        read.descriptor().surroundings().stream().anyMatch(s -> s.total() < Integer.MAX_VALUE);
    SerializedModelReader.refuse(
        model.file(),
        !mixed,
        "a linear combination of models that tell types apart cannot be read");
    return ownBias
        ? read
        : read.withFitting(read.fitting().raised(Arrays.stream(bias(part)).map(e -> -e).toArray()));
  }

  private double[] tableBias(Section table) {
    return ownBias ? bias(table) : new double[typeMap.size()];
  }

  private double[] bias(Section section) {
    return section.section("@variables").tensor("out_bias", 1, typeMap.size(), 1).values();
  }

  /**
   * @param otherwise what a table sees of which nothing is said
   */
  private PairTable table(Section part, Surroundings otherwise) {
    requireTypeMap(part);
    Section variables = part.section("tab").section("@variables");
    int types = typeMap.size();
    Surroundings seen =
        part.has("rcut") || otherwise == null
            ? PairTables.surroundings(
                part.number("rcut"), SerializedDescriptors.mixedSel(part), types)
            : otherwise;
    return PairTables.table(
        model.file(),
        variables.tensor("tab_info").values(),
        variables.tensor("tab_data").values(),
        types,
        seen.rcut(),
        seen);
  }

  private void requireTypeMap(Section part) {
    SerializedModelReader.refuse(
        model.file(),
        !part.texts("type_map").equals(typeMap),
        "a linear combination of models of different type maps (%s, %s) cannot be read"
            .formatted(typeMap, part.texts("type_map")));
  }

  /** With what is said of all of it. */
  private DeepPotential whole(DeepPotential sum) {
    int types = typeMap.size();
    double[] bias = bias(model);
    List<List<Integer>> pairs = SerializedModelReader.excludedPairs(model, types);
    List<Integer> atoms = SerializedModelReader.excludedTypes(model, types);
    List<DeepPotential> models = new ArrayList<>();
    for (DeepPotential other : sum.additions().models()) {
      models.add(excluding(other, pairs, atoms, other.additions()));
    }
    Additions old = sum.additions();
    ShortRange shortRange = old.shortRange();
    if (shortRange != null) {
      double[] level = shortRange.level().clone();
      Arrays.setAll(level, t -> level[t] + bias[t]);
      shortRange =
          new ShortRange(
              shortRange.table(),
              level,
              shortRange.decay(),
              shortRange.smoothing(),
              shortRange.least(),
              shortRange.surroundings());
    }
    return excluding(
        sum.withFitting(sum.fitting().raised(bias)),
        pairs,
        atoms,
        new Additions(shortRange, old.tables(), models));
  }

  private static DeepPotential excluding(
      DeepPotential one, List<List<Integer>> pairs, List<Integer> atoms, Additions additions) {
    return new DeepPotential(
        one.name(),
        one.typeMap(),
        one.descriptor(),
        one.fitting(),
        one.neighborRules().excluding(pairs),
        atoms,
        additions);
  }
}
