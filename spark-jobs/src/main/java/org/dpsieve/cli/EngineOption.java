package org.dpsieve.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
      paramLabel = "NAME",
      completionCandidates = Words.Engines.class,
      description = {
        "Who evaluates the models: jvm, our kernels; or dp, DeePMD-kit (what DPSIEVE_DP names, else dp",
        "on PATH) in a process that stays. Default: jvm, and dp for models our reader does not know."
      })
  private String engine;

  /**
   * Whether it is DeePMD-kit, by name or because nobody else knows the models.
   *
   * @param err hears of the latter
   * @throws InputException for a name that is none
   */
  boolean isProgram(ModelOptions models, PrintWriter err) {
    if (engine != null) {
      return namesProgram();
    }
    Optional<String> why = models.unread();
    why.ifPresent(text -> err.printf("note: evaluated by DeePMD-kit: %s%n", text));
    err.flush();
    return why.isPresent();
  }

  /**
   * Whether DeePMD-kit was asked for.
   *
   * @throws InputException for a name that is none
   */
  boolean namesProgram() {
    return switch (engine == null ? "jvm" : engine) {
      case "jvm" -> false;
      case "dp" -> true;
      default -> throw new InputException("--engine %s: expected jvm or dp".formatted(engine));
    };
  }

  /**
   * DeePMD-kit with every core of this machine, as {@code dp} has them.
   *
   * @param branch of checkpoints of several models; empty for others
   */
  static ResidentModels program(List<Path> models, String branch, List<String> typeMap) {
    return new ResidentModels(
        new DpProgram(DpProgram.defaultCommand(), Map.of()),
        models.stream().map(PackedModels::file).map(Path::toAbsolutePath).toList(),
        branch,
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
