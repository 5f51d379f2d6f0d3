package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.pick.TrustLevels;
import org.dpsieve.text.Counted;

/**
 * {@code simplify.json}. The keys are those of dpgen 0.14 {@code simplify/arginfo.py} and {@code
 * generator/arginfo.py}, plus our own.
 */
final class SimplifyReader {
  private static final List<String> KEYS =
      List.of(
          "type_map",
          "mass_map",
          "elements",
          "use_ele_temp",
          "init_data_prefix",
          "init_data_sys",
          "sys_format",
          "sys_configs_prefix",
          "sys_configs",
          "labeled",
          "pick_data",
          "extxyz_keys",
          "init_pick_number",
          "iter_pick_number",
          "model_devi_f_trust_lo",
          "model_devi_f_trust_hi",
          "model_devi_e_trust_lo",
          "model_devi_e_trust_hi",
          "true_error_f_trust_lo",
          "true_error_f_trust_hi",
          "true_error_e_trust_lo",
          "true_error_e_trust_hi",
          "numb_models",
          "numb_members",
          "mlp_engine",
          "seed",
          "max_iter",
          "label_budget",
          "target_error",
          "accurate_for_good",
          "pick_strategy",
          "init_pick_strategy",
          "old_labels",
          "old_data",
          "result_pool",
          "final_training");

  /** Of {@code dpgen run}, whose files look much the same. */
  private static final List<String> RUN_KEYS =
      List.of(
          "model_devi_jobs",
          "model_devi_engine",
          "model_devi_dt",
          "model_devi_skip",
          "model_devi_clean_traj",
          "model_devi_merge_traj",
          "model_devi_nopbc",
          "model_devi_plumed",
          "model_devi_perc_candi_f",
          "model_devi_adapt_trust_lo",
          "model_devi_v_trust_lo",
          "model_devi_v_trust_hi",
          "detailed_report_make_fp",
          "fp_cluster_vacuum");

  private final Block file;
  private final Paths paths;
  private final Problems problems;

  private final TrainingReader inputs;
  private final Optional<StandIn> teacher;

  /**
   * @param inputs reads training inputs, as who trains by them understands them
   * @param teacher what labels in a rehearsal, where the file's own style is not to
   */
  SimplifyReader(
      Block file,
      Paths paths,
      Problems problems,
      TrainingReader inputs,
      Optional<StandIn> teacher) {
    this.inputs = inputs;
    this.teacher = teacher;
    this.file = file;
    this.paths = paths;
    this.problems = problems;
  }

  /** Every key of today's. */
  static List<String> keys() {
    List<String> keys = new ArrayList<>(KEYS);
    keys.addAll(LabelReader.KEYS);
    keys.addAll(TrainKeys.KEYS);
    keys.addAll(PropertyReader.KEYS);
    keys.addAll(RUN_KEYS);
    return keys;
  }

  /** What the file says, before the models are looked at. */
  record SimplifyFile(
      List<String> typeMap,
      TypeElements elements,
      PoolConfig pool,
      PickConfig pick,
      TrustLevels trust,
      LabelConfig label,
      int fpTaskMin,
      TransferFit.Mode oldLabels,
      OptionalInt finalSteps,
      TrainKeys.GivenTraining train,
      Optional<PropertyConfig> property) {}

  SimplifyFile read() {
    OldKeys.migrateSimplify(file.file(), file.node(), problems);
    file.declare(KEYS)
        .declare(LabelReader.KEYS)
        .declare(TrainKeys.KEYS)
        .declare(PropertyReader.KEYS);
    List<String> typeMap = typeMap();
    masses(typeMap);
    TypeElements elements = elements(typeMap);
    boolean labeled = file.flag("labeled");
    PoolConfig pool = pool(labeled);
    LabelReader labels = new LabelReader(file, paths, typeMap, elements, problems);
    LabelConfig label = teacher.map(labels::rehearsed).orElseGet(() -> labels.read(labeled));
    Optional<PropertyReader.GivenProperty> property =
        new PropertyReader(file, paths, problems).read(pool, label);
    if (!PropertyReader.isAsked(file)) {
      requireLabels(pool, label);
    }
    PickConfig pick = pick(label);
    TrustLevels trust =
        property
            .map(PropertyReader.GivenProperty::trust)
            .orElseGet(
                () ->
                    PropertyReader.isAsked(file) // and wrong
                        ? TrustLevels.OFF
                        : new TrustReader(file, problems).read(labeled));
    int fpTaskMin = fpTaskMin();
    TransferFit.Mode oldLabels = oldLabels(pool);
    OptionalInt finalSteps = finalSteps(pool, oldLabels);
    TrainKeys.GivenTraining train = new TrainKeys(file, inputs).read(typeMap);
    temperature(labeled, label);
    idle();
    refuseRunKeys();
    file.finish();
    return new SimplifyFile(
        typeMap,
        elements,
        property.map(one -> pool.reading(one.property().label())).orElse(pool),
        pick,
        trust,
        label,
        fpTaskMin,
        oldLabels,
        finalSteps,
        train,
        property.map(PropertyReader.GivenProperty::property));
  }

  private List<String> typeMap() {
    if (!file.require("type_map", "a list of element symbols or other names of types")) {
      return List.of();
    }
    List<String> symbols = file.texts("type_map").orElse(List.of());
    HashSet<String> seen = new HashSet<>();
    for (String symbol : symbols) {
      Optional<String> problem = TypeNames.problem(symbol);
      if (problem.isPresent()) {
        file.error("type_map", problem.get());
      } else if (!seen.add(symbol)) {
        file.error("type_map", "'%s' is given twice".formatted(symbol));
      }
    }
    if (symbols.isEmpty()
        && file.node().get("type_map").isArray()
        && file.node().get("type_map").isEmpty()) {
      file.error("type_map", "is empty, expected the models' elements in their order");
    }
    return symbols;
  }

  /** {@code {"OW": "O"}}: of types that are no elements, where the leading letters say nothing. */
  private TypeElements elements(List<String> typeMap) {
    Optional<Block> block = file.block("elements");
    if (block.isEmpty()) {
      return TypeElements.LEADING;
    }
    Map<String, String> given = new TreeMap<>();
    block
        .get()
        .node()
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!name.startsWith("_") || typeMap.contains(name)) {
                block.get().text(name).ifPresent(symbol -> given.put(name, symbol));
              }
            });
    block.get().finish();
    try {
      TypeElements elements = TypeElements.of(given);
      if (!typeMap.isEmpty()) {
        elements.requireKnown(typeMap, "type_map");
      }
      return elements;
    } catch (InputException e) {
      file.error("elements", e.getMessage());
      return TypeElements.LEADING;
    }
  }

  private void masses(List<String> typeMap) {
    if (!file.has("mass_map")) {
      return;
    }
    JsonNode value = file.node().get("mass_map");
    if (value.isTextual() && value.textValue().equals("auto")) {
      return;
    }
    Optional<List<Double>> masses = file.numbers("mass_map");
    if (masses.isPresent()
        && (masses.get().size() != typeMap.size() || masses.get().stream().anyMatch(m -> m <= 0))
        && !typeMap.isEmpty()) {
      file.error(
          "mass_map",
          "found %s, expected \"auto\" or %s above 0, one per element of type_map"
              .formatted(masses.get(), Counted.of(typeMap.size(), "mass", "masses")));
    }
  }

  private PoolConfig pool(boolean labeled) {
    List<String> pick = List.of();
    if (file.require("pick_data", "the path of the pool, or a list of paths")) {
      pick = file.textOrTexts("pick_data").orElse(List.of());
      if (file.node().get("pick_data") instanceof ArrayNode array && array.isEmpty()) {
        file.error("pick_data", "is empty, expected the path of the pool, or a list of paths");
      }
    }
    String prefix = file.text("init_data_prefix").orElse("");
    List<String> init = new ArrayList<>();
    for (String system : file.texts("init_data_sys").orElse(List.of())) {
      boolean absolute = system.startsWith("/") || Paths.isRemote(system) || prefix.isEmpty();
      init.add(absolute ? system : prefix.endsWith("/") ? prefix + system : prefix + "/" + system);
    }
    PoolFiles files = new PoolFiles(paths, problems);
    Optional<TablePool> tables = TablePool.read(file, paths, problems);
    return new PoolConfig(
        tables.isPresent()
            ? TablePool.resolve(file, pick, paths, problems)
            : files.resolve(file, "pick_data", pick),
        tables,
        labeled,
        files.resolve(file, "init_data_sys", init),
        files.resolve(
            file,
            "old_data",
            file.given("old_data") ? file.textOrTexts("old_data").orElse(List.of()) : List.of()),
        extxyzKeys(),
        resultPool());
  }

  private ResultPool resultPool() {
    String found = file.text("result_pool").orElse(ResultPool.DEEPMD_NPY.key());
    for (ResultPool format : ResultPool.values()) {
      if (format.key().equals(found)) {
        return format;
      }
    }
    file.error(
        "result_pool", "unknown format '%s'; known: %s".formatted(found, ResultPool.known()));
    return ResultPool.NONE;
  }

  private ExtxyzKeys extxyzKeys() {
    try {
      return ExtxyzKeys.of(file.text("extxyz_keys").orElse(""));
    } catch (InputException e) {
      file.error("extxyz_keys", e.getMessage());
      return ExtxyzKeys.DEFAULT;
    }
  }

  private void requireLabels(PoolConfig pool, LabelConfig label) {
    PoolFiles files = new PoolFiles(paths, problems);
    String why =
        pool.labeled()
            ? "labeled true takes the labels from there"
            : teacher.filter(standIn -> !standIn.named()).isPresent()
                ? "the rehearsal adds D3 to the labels that are there, for no --teacher FILE is given"
                : "fp_style %s adds to the labels that are there".formatted(label.style().key());
    if (pool.labeled() || label.style().addsToStored()) {
      pool.tables().ifPresent(tables -> tables.requireLabels(file, why));
      files.requireEnergies(file, "pick_data", pool.pickData(), why);
      files.requireSomeForces(file, "pick_data", pool.pickData(), why);
    }
    files.requireEnergies(
        file, "init_data_sys", pool.initData(), "initial data are trained on, they need labels");
  }

  private PickStrategy strategy(String key, PickStrategy otherwise) {
    String name = file.text(key).orElse(otherwise.key());
    Optional<PickStrategy> strategy = PickStrategy.named(name);
    if (strategy.isEmpty()) {
      file.error(
          key,
          "unknown strategy '%s'; known: %s"
              .formatted(name, String.join(", ", PickStrategy.keys())));
    }
    return strategy.orElse(PickStrategy.RANDOM);
  }

  /** Used where they help, by errors on labelled frames left out. */
  private TransferFit.Mode oldLabels(PoolConfig pool) {
    String found = file.text("old_labels").orElse("auto");
    List<String> known = new ArrayList<>();
    for (TransferFit.Mode mode : TransferFit.Mode.values()) {
      String key = mode.name().toLowerCase(Locale.ROOT);
      if (key.equals(found)) {
        if (!pool.mayHaveOld() && mode == TransferFit.Mode.USE) {
          file.error(
              "old_labels",
              "'use', but with labeled true the labels in pick_data are the new ones and there are"
                  + " no old; name old ones in old_data, or expected auto or ignore");
        }
        return mode;
      }
      known.add(key);
    }
    file.error(
        "old_labels", "unknown value '%s'; known: %s".formatted(found, String.join(", ", known)));
    return TransferFit.Mode.AUTO;
  }

  private OptionalInt finalSteps(PoolConfig pool, TransferFit.Mode oldLabels) {
    Optional<Block> block = file.block("final_training");
    if (block.isEmpty()) {
      return OptionalInt.empty();
    }
    OptionalInt steps =
        block.get().require("numb_steps", "how long dp train runs on the whole pool in the end")
            ? block.get().integer("numb_steps", 1)
            : OptionalInt.empty();
    block.get().finish();
    if (pool.result() != ResultPool.DEEPMD_NPY) {
      file.error(
          "final_training",
          "trains on result/pool as deepmd/npy, but result_pool is %s"
              .formatted(pool.result().key()));
    }
    if (oldLabels == TransferFit.Mode.IGNORE || !pool.mayHaveOld()) {
      file.error(
          "final_training",
          "trains on result/pool, which is made with old labels alone: set old_labels to auto or"
              + " use"
              + (pool.mayHaveOld() ? "" : ", and name old_data, as labeled is true"));
    }
    return steps;
  }

  private PickConfig pick(LabelConfig label) {
    OptionalInt init = requiredCount("init_pick_number", 0);
    OptionalInt iter = requiredCount("iter_pick_number", 1); // with 0 no candidate is ever labelled
    PickStrategy strategy = strategy("pick_strategy", PickStrategy.RANDOM);
    OptionalInt taskMax = label.taskMax();
    if (taskMax.isPresent() && taskMax.getAsInt() < Math.max(init.orElse(0), iter.orElse(0))) {
      file.warn(
          "fp_task_max",
          "at most %s labelled per iteration, though init_pick_number or iter_pick_number is larger; DP-GEN's simplify ignores this key"
              .formatted(Counted.of(taskMax.getAsInt(), "frame is", "frames are")));
    }
    Optional<Long> seed = file.longInteger("seed");
    if (!file.has("seed")) {
      problems.note(PickConfig.NO_SEED);
    }
    return new PickConfig(
        seed.orElse(PickConfig.DEFAULT_SEED),
        init.orElse(0),
        iter.orElse(0),
        strategy,
        strategy("init_pick_strategy", strategy),
        file.integer("max_iter", 1),
        file.integer("label_budget", 1),
        targetError(),
        file.flag("accurate_for_good"));
  }

  private Optional<TargetError> targetError() {
    Optional<Block> block = file.block("target_error");
    if (block.isEmpty()) {
      return Optional.empty();
    }
    if (PropertyReader.isAsked(file)) {
      OptionalDouble property =
          block.get().require("property", "a number above 0, in the property's unit")
              ? target(block.get(), "property", "in the property's unit")
              : OptionalDouble.empty();
      block.get().finish();
      return Optional.of(new TargetError(OptionalDouble.empty(), OptionalDouble.empty(), property));
    }
    OptionalDouble energy = target(block.get(), "energy", "eV per atom");
    OptionalDouble force = target(block.get(), "force", "eV/Å");
    if (!block.get().has("energy") && !block.get().has("force")) {
      file.error(
          "target_error",
          "holds neither energy (eV per atom) nor force (eV/Å); give one or both, e.g. {\"energy\":"
              + " 0.005, \"force\": 0.1}");
    }
    block.get().finish();
    return Optional.of(new TargetError(energy, force));
  }

  private static OptionalDouble target(Block block, String key, String unit) {
    OptionalDouble value = block.number(key);
    if (value.isPresent() && !(value.getAsDouble() > 0 && value.getAsDouble() < 1e300)) {
      block.error(
          key, "found %s, expected a number above 0, %s".formatted(block.node().get(key), unit));
      return OptionalDouble.empty();
    }
    return value;
  }

  private OptionalInt requiredCount(String key, int least) {
    return file.require(key, "a number of frames") ? file.integer(key, least) : OptionalInt.empty();
  }

  private int fpTaskMin() {
    int least = file.integer("fp_task_min", 0).orElse(0);
    if (least > 0) {
      file.warn(
          "fp_task_min",
          "training is put off until %s labelled since the last one or the run ends, and every label is used then; DP-GEN would leave out, for good, each formula that has fewer in an iteration"
              .formatted(Counted.of(least, "frame was", "frames were")));
    }
    return least;
  }

  /** Keys that DP-GEN accepts and simplify has no use for: their types are checked all the same. */
  private void idle() {
    file.text("sys_format");
    file.text("sys_configs_prefix");
    file.choice("mlp_engine", List.of("dp"));
    if (file.has("sys_configs") && !file.node().get("sys_configs").isArray()) {
      file.error(
          "sys_configs",
          "found %s, expected a list of lists"
              .formatted(Block.describe(file.node().get("sys_configs"))));
    }
  }

  /**
   * {@code use_ele_temp}: an electronic temperature of each frame (1, {@code fparam}) or each atom
   * (2, {@code aparam}), which the models take. Labels made by a program would all be of the one
   * temperature in its input.
   */
  private void temperature(boolean labeled, LabelConfig label) {
    int use = file.integer("use_ele_temp", 0).orElse(0);
    if (use > 2) {
      file.error("use_ele_temp", "found %d, expected 0, 1 or 2".formatted(use));
    } else if (use > 0 && !labeled && label.style().runsProgram()) {
      file.error(
          "use_ele_temp",
          "fp_style %s would label every frame at the one electronic temperature of its input, not at the frame's own; expected 0, labeled true, or fp_style d3"
              .formatted(label.style().key()));
    }
  }

  private void refuseRunKeys() {
    for (String key : RUN_KEYS) {
      if (file.has(key)) {
        file.error(key, "a key of dpgen run, not of dpgen simplify; remove it");
      }
    }
  }
}
