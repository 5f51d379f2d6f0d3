package org.dpsieve.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** Types of systems that do not name theirs. */
final class SystemTypesOption {
  @Option(
      names = "--type-map",
      split = ",",
      paramLabel = "SYMBOL",
      description = "Names of types 0, 1, ... where a system has no type_map.raw, e.g. Ag,Au.")
  private List<String> names = List.of();

  /** Empty where it was not given. */
  List<String> names() {
    return names;
  }
}
