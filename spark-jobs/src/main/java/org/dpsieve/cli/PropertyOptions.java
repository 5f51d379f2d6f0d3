package org.dpsieve.cli;

import java.util.List;
import org.dpsieve.frame.Property;
import picocli.CommandLine.Option;

/** Quantities beside energy, force and virial that a command is to read. */
final class PropertyOptions {
  @Option(
      names = "--property",
      paramLabel = "NAME[:intensive|extensive][:atomic]",
      description = {
        "A quantity to read beside energy, force and virial, of each frame or (atomic) each atom: set.*/NAME.npy, or"
            + " a key or column of extxyz files. Repeat it for each.",
        "Read unasked: dos, dipole, polarizability, and of atoms atom_dos, atom_dipole, atom_polarizability, atomic_dipole, atomic_polarizability."
      })
  private List<String> names = List.of();

  /**
   * @throws org.dpsieve.error.InputException when one is not of that form, or named twice
   */
  List<Property> asked() {
    return Property.listOf(names.stream().map(Property::of).toList());
  }
}
