package org.dpsieve.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.Limits;
import org.dpsieve.resident.PackedModels;
import org.dpsieve.resident.ResidentModels;
import picocli.CommandLine.Option;

/** Who evaluates models. */
final class EngineOption {
  @Option(
      names = "--engine",
      defaultValue = "jvm",
      paramLabel = "NAME",
      completionCandidates = Words.Engines.class,
      description = {
        "Who evaluates the models: jvm, our kernels; or dp, DeePMD-kit (what DPSIEVE_DP names, else dp",
        "on PATH) in a process that stays: slower, for models our reader does not know. Default: ${DEFAULT-VALUE}."
      })
  private String engine;

  /**
   * Whether it is DeePMD-kit.
   *
   * @throws InputException for a name that is none
   */
  boolean isProgram() {
    return switch (engine) {
      case "jvm" -> false;
      case "dp" -> true;
      default -> throw new InputException("--engine %s: expected jvm or dp".formatted(engine));
    };
  }

  /** DeePMD-kit with every core of this machine, as {@code dp} has them. */
  static ResidentModels program(List<Path> models, List<String> typeMap) {
    return new ResidentModels(
        new DpProgram(DpProgram.defaultCommand(), Map.of()),
        models.stream().map(PackedModels::file).map(Path::toAbsolutePath).toList(),
        typeMap,
        Map.of(),
        Limits.DEFAULT);
  }

  /** The same of models of a property. */
  static ResidentModels programOfProperty(List<Path> models, List<String> typeMap) {
    return ResidentModels.ofProperty(
        new DpProgram(DpProgram.defaultCommand(), Map.of()),
        models.stream().map(PackedModels::file).map(Path::toAbsolutePath).toList(),
        typeMap,
        Map.of(),
        Limits.DEFAULT);
  }
}
