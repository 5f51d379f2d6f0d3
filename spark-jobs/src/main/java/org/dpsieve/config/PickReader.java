package org.dpsieve.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.text.Counted;

/** How many frames are picked, by what, and until when. */
final class PickReader {
  static final List<String> KEYS =
      List.of(
          "init_pick_number",
          "iter_pick_number",
          "pick_strategy",
          "init_pick_strategy",
          "seed",
          "max_iter",
          "label_budget",
          "target_error",
          "accurate_for_good");

  private final Block file;
  private final Problems problems;

  PickReader(Block file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /**
   * @param label whose most tasks an iteration bound the picks
   */
  PickConfig read(LabelConfig label) {
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
}
