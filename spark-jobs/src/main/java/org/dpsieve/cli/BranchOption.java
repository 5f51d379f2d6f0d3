package org.dpsieve.cli;

import picocli.CommandLine.Option;

/** Which of a checkpoint's models is meant. */
final class BranchOption {
  @Option(
      names = "--model-branch",
      paramLabel = "NAME",
      description = "Of checkpoints of several models (.pt): the one that is meant, or an alias.")
  private String branch = "";

  /** Empty where it was not given. */
  String name() {
    return branch;
  }
}
