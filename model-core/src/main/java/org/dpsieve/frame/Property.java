package org.dpsieve.frame;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.dpsieve.error.InputException;

/**
 * A quantity beside energy, force and virial that frames may have: a number, or several, for each
 * frame or each atom. DeePMD-kit keeps it in {@code set.000/NAME.npy} (its {@code property_name}).
 *
 * @param name of the array, without {@code .npy}; a column of the frames dataset and a key of
 *     extended XYZ files, too
 * @param intensive whether a frame's value is the mean over its atoms, else their sum; of an atomic
 *     one: of the frame's value that belongs to it
 * @param atomic whether each atom has values of its own
 */
public record Property(String name, boolean intensive, boolean atomic)
    implements Serializable, Comparable<Property> {
  /** Arrays and columns that mean something else. */
  private static final Set<String> TAKEN =
      Set.of(
          "coord",
          "coords",
          "box",
          "cell",
          "energy",
          "force",
          "forces",
          "virial",
          "fparam",
          "aparam",
          "real_atom_types",
          "frame_id",
          "system",
          "index",
          "formula",
          "natoms",
          "z",
          "species",
          "pos",
          "lattice",
          "pbc",
          "properties",
          "computed",
          "sigma_energy",
          "sigma_force",
          "file",
          "reason",
          "state");

  /**
   * What DeePMD-kit's own fittings are trained with, and whose meaning is in the name. Labels of
   * atoms are {@code atom_} for TensorFlow and {@code dp test}, {@code atomic_} for PyTorch.
   */
  public static final List<Property> KNOWN =
      List.of(
          new Property("dos", false, false),
          new Property("atom_dos", false, true),
          new Property("dipole", false, false),
          new Property("atom_dipole", false, true),
          new Property("atomic_dipole", false, true),
          new Property("polarizability", false, false),
          new Property("atom_polarizability", false, true),
          new Property("atomic_polarizability", false, true));

  /**
   * @throws InputException when the name is none for an array, or that of another quantity
   */
  public Property {
    if (!name.matches("[A-Za-z][A-Za-z0-9_]{0,79}")) {
      throw new InputException(
          "property '%s': expected the name of an array NAME.npy: letters, digits and _"
              .formatted(name));
    }
    if (TAKEN.contains(name.toLowerCase(Locale.ROOT)) || OtherInputs.isAsked(name)) {
      throw new InputException(
          "property '%s': frames have this quantity as something else; expected another name"
              .formatted(name));
    }
  }

  /**
   * Of {@code NAME[:intensive|extensive][:atomic]}; without the words what the name is known for,
   * else an extensive quantity of the frame, as for DeePMD-kit.
   *
   * @throws InputException when it is not of that form
   */
  public static Property of(String text) {
    String[] words = text.strip().split(":", -1);
    Property known =
        KNOWN.stream()
            .filter(one -> one.name().equals(words[0]))
            .findFirst()
            .orElseGet(() -> new Property(words[0], false, false));
    boolean intensive = known.intensive();
    boolean atomic = known.atomic();
    for (int i = 1; i < words.length; i++) {
      switch (words[i]) {
        case "intensive" -> intensive = true;
        case "extensive" -> intensive = false;
        case "atomic" -> atomic = true;
        default ->
            throw new InputException(
                "property '%s': '%s', expected NAME[:intensive|extensive][:atomic]"
                    .formatted(text, words[i]));
      }
    }
    return new Property(words[0], intensive, atomic);
  }

  /**
   * Some in the order of their names.
   *
   * @throws InputException when two have the same name
   */
  public static List<Property> listOf(List<Property> properties) {
    Set<String> names = new LinkedHashSet<>();
    for (Property property : properties) {
      if (!names.add(property.name().toLowerCase(Locale.ROOT))) {
        throw new InputException(
            "property '%s': named twice, expected each once".formatted(property.name()));
      }
    }
    return properties.stream().sorted().toList();
  }

  /** {@link #KNOWN} and some more, which count where names are the same. */
  public static List<Property> withKnown(List<Property> more) {
    List<Property> all = new ArrayList<>(listOf(more));
    KNOWN.stream()
        .filter(known -> more.stream().noneMatch(one -> one.name().equalsIgnoreCase(known.name())))
        .forEach(all::add);
    return listOf(all);
  }

  /** Whether the name is one that DeePMD-kit gives to labels of atoms, {@code atom_NAME}. */
  public boolean isNamedOfAtoms() {
    return name.startsWith("atom_") || name.startsWith("atomic_");
  }

  /** Behind a message that its numbers do not fit: how one of atoms is asked for. */
  public String orOfAtoms() {
    return atomic
        ? ""
        : "; where each atom has values of its own, ask for %s:atomic".formatted(name);
  }

  /** {@code NAME.npy}. */
  public String file() {
    return name + ".npy";
  }

  /**
   * Numbers of each frame or atom.
   *
   * @param values of one frame
   * @param atoms of that frame
   */
  public int dimension(double[] values, int atoms) {
    return atomic ? values.length / atoms : values.length;
  }

  @Override
  public int compareTo(Property other) {
    return Comparator.comparing(Property::name)
        .thenComparing(Property::intensive)
        .thenComparing(Property::atomic)
        .compare(this, other);
  }

  /** As {@link #of} takes it. */
  @Override
  public String toString() {
    return name + (intensive ? ":intensive" : ":extensive") + (atomic ? ":atomic" : "");
  }
}
