package org.dpsieve.cli;

import java.util.Map;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import picocli.CommandLine.Option;

/** How the labels of extended XYZ files are called. */
final class ExtxyzOptions {
  @Option(
      names = "--extxyz-keys",
      split = ",",
      paramLabel = "QUANTITY=NAME",
      description = {
        "Names of labels in extxyz files where they are not ASE's, e.g. energy=REF_energy,forces=REF_forces;",
        "also virial, stress, fparam, aparam."
      })
  private Map<String, String> names = Map.of();

  ExtxyzKeys keys() {
    return new ExtxyzKeys(names);
  }
}
