package org.dpsieve.config;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.config.TrainingInput.Loss;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Problems;

/** An input for DeePMD-kit, which alone decides what it may say. */
final class DpInputReader extends TrainingReader {
  /** Fittings of energies; the latter two are one, of DPA4. */
  private static final Set<String> POTENTIALS = Set.of("ener", "dpa4_ener", "sezm_ener");

  DpInputReader(Problems problems) {
    super(problems);
  }

  @Override
  InputBlocks read(Block input, Optional<Block> model, List<String> typeMap) {
    Optional<Block> descriptor =
        model.filter(block -> block.has("descriptor")).flatMap(block -> block.block("descriptor"));
    Optional<Block> fitting =
        model
            .filter(block -> block.has("fitting_net"))
            .flatMap(block -> block.block("fitting_net"));
    fitting.ifPresent(DpInputReader::requirePotential);
    model
        .filter(block -> block.given("spin"))
        .ifPresent(
            block ->
                block.error(
                    "spin",
                    "models with spin have no deviation: dp model-devi does not know them"));
    input.require("training", "DeePMD-kit's training block");
    return new InputBlocks(
        new TrainingInput(
            new Loss(0.02, 1, 1000, 1, 0, 0), trainable(descriptor, fitting), json(input, typeMap)),
        model,
        descriptor,
        fitting,
        input.block("training"),
        trainableGiven(descriptor, fitting));
  }

  /** Frames are picked, and models judged, by energies and forces. */
  private static void requirePotential(Block fitting) {
    fitting
        .text("type")
        .filter(type -> !POTENTIALS.contains(type))
        .ifPresent(
            type ->
                fitting.error(
                    "type",
                    "found '%s', whose models have no deviation of forces; expected ener"
                        .formatted(type)));
  }
}
