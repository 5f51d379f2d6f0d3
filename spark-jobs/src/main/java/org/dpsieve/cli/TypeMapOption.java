package org.dpsieve.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** Types of models that do not name theirs. */
final class TypeMapOption {
  @Option(
      names = "--type-map",
      split = ",",
      paramLabel = "SYMBOL",
      description =
          "What types 0, 1, ... are of models that do not say it themselves (no type map in them),"
              + " e.g. H,C.")
  private List<String> names = List.of();

  /** Empty where it was not given. */
  List<String> names() {
    return names;
  }
}
