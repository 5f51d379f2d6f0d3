package org.dpsieve.frame;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.text.Counted;

/**
 * One configuration of atoms, with labels if any. Takes ownership of its arrays (frames are many,
 * no copies): callers do not write to them again.
 *
 * @param system where it came from, e.g. {@code "ag-au/pbe/Ag4Au4"}
 * @param index position within the system, from 0, over all its sets
 * @param z atomic numbers, [nAtoms], in the file's atom order; independent of any model's type map;
 *     negative for types that are no elements, as {@link TypeNames} says
 * @param coord Cartesian positions in Å, row-major [nAtoms, 3]
 * @param cell lattice vectors as rows in Å, row-major [3, 3]; {@code null} when not periodic
 * @param labels never {@code null}; {@link Labels#NONE} when unlabelled
 * @param fparam frame parameters, or {@code null}
 * @param aparam atomic parameters, row-major [nAtoms, dim], or {@code null}
 * @param names of the negative numbers in {@code z}, where they are known
 * @param state what a file says of spins and charges: {@link OtherInputs#state}; {@code null} for
 *     nothing; of a frame without atoms why it could not be read. No part of a frame once it is
 *     imported
 * @param properties other quantities that it has: [dimension], of atomic ones row-major [nAtoms,
 *     dimension]
 */
public record Frame(
    String system,
    int index,
    int[] z,
    double[] coord,
    double[] cell,
    Labels labels,
    double[] fparam,
    double[] aparam,
    TypeNames names,
    String state,
    Map<Property, double[]> properties)
    implements Serializable {
  public Frame {
    if (coord.length != 3 * z.length) {
      throw new InputException(
          "Frame %s#%d: coord holds %s, expected %d (3 x %s)"
              .formatted(
                  system,
                  index,
                  Counted.of(coord.length, "number"),
                  3 * z.length,
                  Counted.of(z.length, "atom")));
    }
    if (cell != null && cell.length != 9) {
      throw new InputException(
          "Frame %s#%d: cell holds %s, expected 9"
              .formatted(system, index, Counted.of(cell.length, "number")));
    }
  }

  /** Of a frame without other quantities. */
  public Frame(
      String system,
      int index,
      int[] z,
      double[] coord,
      double[] cell,
      Labels labels,
      double[] fparam,
      double[] aparam,
      TypeNames names,
      String state) {
    this(system, index, z, coord, cell, labels, fparam, aparam, names, state, Map.of());
  }

  /** Of a frame whose file says nothing of spins and charges. */
  public Frame(
      String system,
      int index,
      int[] z,
      double[] coord,
      double[] cell,
      Labels labels,
      double[] fparam,
      double[] aparam,
      TypeNames names) {
    this(system, index, z, coord, cell, labels, fparam, aparam, names, null);
  }

  /** Of elements alone. */
  public Frame(String system, int index, int[] z, double[] coord, double[] cell, Labels labels) {
    this(system, index, z, coord, cell, labels, null, null);
  }

  /** Of elements alone. */
  public Frame(
      String system,
      int index,
      int[] z,
      double[] coord,
      double[] cell,
      Labels labels,
      double[] fparam,
      double[] aparam) {
    this(system, index, z, coord, cell, labels, fparam, aparam, TypeNames.NONE);
  }

  /** In the place of one whose record is damaged, where that costs none of the others. */
  public static Frame unreadable(String system, int index, String reason) {
    return new Frame(
        system,
        index,
        new int[0],
        new double[0],
        null,
        Labels.NONE,
        null,
        null,
        TypeNames.NONE,
        reason);
  }

  public int atomCount() {
    return z.length;
  }

  /** How many frame parameters there are. */
  public int fparamCount() {
    return fparam == null ? 0 : fparam.length;
  }

  /** How many parameters each atom has. */
  public int aparamCount() {
    return aparam == null ? 0 : aparam.length / z.length;
  }

  /** {@code system#index}: every message about a frame names it so. */
  public String name() {
    return system + "#" + index;
  }

  /** The type of an atom: its element's symbol, or another name. */
  public String type(int atom) {
    return names.name(z[atom]);
  }

  /** Types of all atoms, each once, in the order of their first atoms. */
  public List<String> types() {
    return Arrays.stream(z).distinct().mapToObj(names::name).toList();
  }

  /** Its values of a property, by name and whether of atoms; empty where it has none. */
  public Optional<double[]> values(Property property) {
    return properties.entrySet().stream()
        .filter(
            entry ->
                entry.getKey().name().equals(property.name())
                    && entry.getKey().atomic() == property.atomic())
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /**
   * The same atoms elsewhere; labels stay.
   *
   * @param otherCell {@code null} for none
   */
  public Frame withGeometry(double[] otherCoord, double[] otherCell) {
    return new Frame(
        system, index, z, otherCoord, otherCell, labels, fparam, aparam, names, state, properties);
  }

  public Frame withLabels(Labels other) {
    return new Frame(
        system, index, z, coord, cell, other, fparam, aparam, names, state, properties);
  }

  /** The same atoms with other quantities beside energy, force and virial. */
  public Frame withProperties(Map<Property, double[]> others) {
    return new Frame(system, index, z, coord, cell, labels, fparam, aparam, names, state, others);
  }

  /** The same atoms with other types; labels stay. */
  public Frame withTypes(int[] otherZ, TypeNames otherNames) {
    return new Frame(
        system, index, otherZ, coord, cell, labels, fparam, aparam, otherNames, state, properties);
  }
}
