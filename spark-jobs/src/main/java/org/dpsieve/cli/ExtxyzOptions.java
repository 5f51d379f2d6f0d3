package org.dpsieve.cli;

import java.util.List;
import java.util.Map;
import org.dpsieve.frame.Property;
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
        "also virial, stress, fparam, aparam and what --property names."
      })
  private Map<String, String> names = Map.of();

  ExtxyzKeys keys() {
    return keys(List.of());
  }

  /**
   * @param properties to read, too
   */
  ExtxyzKeys keys(List<Property> properties) {
    return new ExtxyzKeys(names, properties);
  }
}
