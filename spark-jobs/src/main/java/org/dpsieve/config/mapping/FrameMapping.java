package org.dpsieve.config.mapping;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * How the columns of somebody's table become frames. Names of columns are those of SQL, {@code a.b}
 * for a field of a struct; {@code null} where a table has none. Its text says all of it, the same
 * for the same.
 *
 * @param id the library's own name of a frame (of a trajectory where {@code steps})
 * @param elements symbols or atomic numbers, [natoms]
 * @param positions [natoms, 3] or flat
 * @param fractional whether {@code positions} are fractions of the lattice vectors
 * @param cell lattice vectors as rows, [3, 3] or flat
 * @param pbc one truth value, or one for each direction
 * @param energy of the frame
 * @param perAtom whether {@code energy} is divided by the number of atoms
 * @param forces [natoms, 3] or flat
 * @param stress [3, 3], flat, or the six of Voigt: xx, yy, zz, yz, xz, xy
 * @param compression whether a compressed frame has a positive stress, as VASP writes it
 * @param timesVolume {@code "true"} where the stress is multiplied with the volume, or the column
 *     that says whether it is; {@code null} for no
 * @param virial [3, 3] or flat, DeePMD-kit's sign
 * @param fparam frame parameters
 * @param aparam parameters of atoms
 * @param formula column with the names of types whose numbers in {@code elements} are negative
 * @param steps whether a row is a trajectory: positions, cell and labels have one more axis before
 *     the others; a cell of one step is that of all
 * @param where condition on the table's columns
 */
public record FrameMapping(
    String id,
    String elements,
    Quantity positions,
    boolean fractional,
    Quantity cell,
    String pbc,
    Quantity energy,
    boolean perAtom,
    Quantity forces,
    Quantity stress,
    boolean compression,
    String timesVolume,
    Quantity virial,
    String fparam,
    String aparam,
    String formula,
    boolean steps,
    String where)
    implements Serializable {

  /**
   * A column and its unit.
   *
   * @param factor what its numbers are multiplied with to be in eV and Å
   */
  public record Quantity(String column, double factor) implements Serializable {}

  /** Whether {@link #timesVolume} is a column. */
  public boolean timesVolumeVaries() {
    return timesVolume != null && !timesVolume.equals("true");
  }

  /** All columns that it names, each once. */
  public List<String> columns() {
    Stream<String> quantities =
        Stream.of(positions, cell, energy, forces, stress, virial)
            .filter(Objects::nonNull)
            .map(Quantity::column);
    Stream<String> others =
        Arrays.stream(
            new String[] {
              id, elements, pbc, fparam, aparam, formula, timesVolumeVaries() ? timesVolume : null
            });
    return Stream.concat(others, quantities).filter(Objects::nonNull).distinct().toList();
  }
}
