package org.dpsieve.resident;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why models cannot be loaded, in words that say what to do. */
final class LoadFailure {
  /** As DeePMD-kit 3 says it of a multi-task checkpoint. */
  private static final Pattern NO_BRANCH =
      Pattern.compile("Head must be set for multitask model! Available heads are: \\[([^\\]]*)\\]");

  private static final Pattern UNKNOWN_KIND =
      Pattern.compile(
          "Unknown (class|\\w+ type|model|builtin op)|unknown (class|type|key)|has no attribute|RuntimeError: Unknown|KeyError|unexpected keyword argument|not compatible with supported versions");

  /** What to do where a model, or a frame, finds too little memory. */
  static final String MORE_MEMORY =
      "Another program may hold it: free it, let fewer tasks run at once, set a smaller DP_INFER_BATCH_SIZE, or evaluate on the CPU (CUDA_VISIBLE_DEVICES= before the command)";

  private LoadFailure() {}

  /**
   * @param command for {@code dp}
   * @param version of DeePMD-kit
   * @param kind of the error, as {@code evaluate.py} names it
   * @param error as Python says it
   */
  static String text(String command, String version, String kind, String error) {
    Matcher branches = NO_BRANCH.matcher(error);
    if (branches.find()) {
      return "a multi-task checkpoint with the branches %s, of which one has to be named: --model-branch NAME, model_branch in the parameter file, in SQL SET dpsieve.modelBranch; or freeze it: dp --pt freeze --head NAME"
          .formatted(branches.group(1).replace("'", ""));
    }
    return switch (kind) {
      case "memory" ->
          "'%s': too little memory to load the models: %s. %s"
              .formatted(command, withoutStop(error), MORE_MEMORY);
      case "import" -> "'%s' cannot evaluate models: %s".formatted(command, error);
      default ->
          "'%s' (DeePMD-kit %s) cannot load the models: %s%s"
              .formatted(
                  command,
                  version,
                  withoutStop(error),
                  UNKNOWN_KIND.matcher(error).find()
                      ? ". They may be of a later DeePMD-kit than this one"
                      : "");
    };
  }

  private static String withoutStop(String error) {
    return error.replaceFirst("\\.\\s*$", "");
  }
}
