package org.dpsieve.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.TrainingInput.Trainable;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.text.Counted;

/**
 * {@code default_training_param}: a DeePMD-kit 1, 2 or 3 {@code input.json}, as the one who trains
 * by it understands it.
 */
abstract class TrainingReader {
  private static final List<String> TOP =
      List.of("model", "learning_rate", "optimizer", "loss", "training", "validating", "nvnmd");

  private final Problems problems;

  TrainingReader(Problems problems) {
    this.problems = problems;
  }

  /** That of the engine which machine.json names. */
  static TrainingReader of(MachineReader.Section train, Problems problems) {
    return train.engine().filter(Engine::isDeepmdKit).isPresent()
        ? new DpInputReader(problems)
        : new OutputLayerInputReader(problems);
  }

  /** Reads the rest of an input with today's keys. */
  abstract InputBlocks read(Block input, Optional<Block> model, List<String> typeMap);

  /** With what {@code use_ele_temp} sets in an input, as DP-GEN does. */
  private static void setTemperature(Block input, int use) {
    if (use > 0 && input.node().at("/model/fitting_net") instanceof ObjectNode fitting) {
      fitting.put(use == 1 ? "numb_fparam" : "numb_aparam", 1);
      fitting.remove(use == 1 ? "numb_aparam" : "numb_fparam");
    }
  }

  /**
   * Reads one input.
   *
   * @param temperature {@code use_ele_temp}
   */
  final InputBlocks read(Block input, List<String> typeMap, int temperature) {
    setTemperature(input, temperature);
    input.declare(TOP);
    OldKeys.migrateTraining(input.file(), input.path(), input.node(), problems);
    Optional<Block> model =
        input.require("model", "DeePMD-kit's model block")
            ? input.block("model")
            : Optional.empty();
    return read(input, model, typeMap);
  }

  /** Whether one of both says which layers are trainable. */
  static boolean trainableGiven(Optional<Block> descriptor, Optional<Block> fitting) {
    return descriptor.filter(block -> block.has("trainable")).isPresent()
        || fitting.filter(block -> block.has("trainable")).isPresent();
  }

  /**
   * One input as read.
   *
   * @param trainableGiven whether the file says which layers are trainable
   */
  record InputBlocks(
      TrainingInput input,
      Optional<Block> model,
      Optional<Block> descriptor,
      Optional<Block> fitting,
      Optional<Block> training,
      boolean trainableGiven) {}

  /** Which layers are free: {@code trainable} of descriptor and fitting net, true where absent. */
  static Trainable trainable(Optional<Block> descriptor, Optional<Block> fitting) {
    boolean frozenDescriptor =
        descriptor.flatMap(block -> block.bool("trainable")).filter(free -> !free).isPresent();
    if (fitting.isEmpty() || !fitting.get().has("trainable")) {
      return Trainable.OTHER;
    }
    Block net = fitting.get();
    var value = net.node().get("trainable");
    if (value.isBoolean()) {
      return Trainable.OTHER;
    }
    boolean flags = value.isArray();
    for (var item : value) {
      flags &= item.isBoolean();
    }
    if (!flags) {
      net.error(
          "trainable",
          "found %s, expected true, false or a list of them".formatted(Block.describe(value)));
      return Trainable.OTHER;
    }
    String neuron = net.has("n_neuron") ? "n_neuron" : "neuron";
    int hidden = net.has(neuron) ? net.node().get(neuron).size() : 3;
    if (value.size() != hidden + 1) {
      net.error(
          "trainable",
          "found %s, expected %d: one for each of the %s of neuron, and one for the output layer"
              .formatted(
                  Counted.of(value.size(), "value"),
                  hidden + 1,
                  Counted.of(hidden, "hidden layer")));
      return Trainable.OTHER;
    }
    boolean onlyOutput = frozenDescriptor && value.get(hidden).booleanValue();
    for (int i = 0; i < hidden; i++) {
      onlyOutput &= !value.get(i).booleanValue();
    }
    return onlyOutput ? Trainable.OUTPUT_LAYER : Trainable.OTHER;
  }

  static String json(Block input, List<String> typeMap) {
    ObjectNode copy = input.node().deepCopy();
    if (copy.get("model") instanceof ObjectNode model && !model.has("type_map")) {
      typeMap.forEach(model.putArray("type_map")::add);
    }
    return copy.toPrettyString();
  }
}
