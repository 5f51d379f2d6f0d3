package org.dpsieve.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.pick.TrustLevels;
import org.dpsieve.text.Counted;

/**
 * {@code simplify.json}. The keys are those of dpgen 0.14 {@code simplify/arginfo.py} and {@code
 * generator/arginfo.py}, plus our own.
 */
final class SimplifyReader {
  private static final List<String> KEYS =
      List.of(
          "use_ele_temp",
          "sys_format",
          "sys_configs_prefix",
          "sys_configs",
          "labeled",
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
          "old_labels",
          "final_training");

  /** Of those who read a part of it. */
  private static final List<List<String>> OF_READERS =
      List.of(
          TypesReader.KEYS,
          PoolReader.KEYS,
          PickReader.KEYS,
          LabelReader.KEYS,
          TrainKeys.KEYS,
          PropertyReader.KEYS);

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
    OF_READERS.forEach(keys::addAll);
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
    file.declare(KEYS);
    OF_READERS.forEach(file::declare);
    TypesReader types = new TypesReader(file);
    List<String> typeMap = types.typeMap();
    types.requireMasses(typeMap);
    TypeElements elements = types.elements(typeMap);
    boolean labeled = file.flag("labeled");
    PoolConfig pool = new PoolReader(file, paths, problems).read(labeled);
    LabelReader labels = new LabelReader(file, paths, typeMap, elements, problems);
    LabelConfig label = teacher.map(labels::rehearsed).orElseGet(() -> labels.read(labeled));
    Optional<PropertyReader.GivenProperty> property =
        new PropertyReader(file, paths, problems).read(pool, label);
    if (!PropertyReader.isAsked(file)) {
      requireLabels(pool, label);
    }
    PickConfig pick = new PickReader(file, problems).read(label);
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
