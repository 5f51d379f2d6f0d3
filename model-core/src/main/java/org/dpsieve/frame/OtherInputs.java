package org.dpsieve.frame;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dpsieve.digest.Sha256;

/**
 * What labels depend on beside atoms, cell and parameters, and for which a {@link Frame} has no
 * place: the same rule whatever file it is found in, a name being that of an array ({@code
 * spin.npy}), of a field or of a column.
 *
 * <ul>
 *   <li>What is asked of a calculation or a model (charge, spin, a field): nothing here can be
 *       asked about it, so a system is refused where it says anything: where it is not zero (a
 *       multiplicity: one) throughout.
 *   <li>What a calculation starts from or comes to ({@code initial_magmoms}, {@code magmoms},
 *       {@code charges}): in most files a result like others, and not read. But frames that are
 *       otherwise one and have other energies are two states of the same atoms: {@link #state}
 *       tells.
 * </ul>
 */
public final class OtherInputs {
  private static final Map<String, String> ASKED =
      Map.ofEntries(
          Map.entry("spin", "spins"),
          Map.entry("spins", "spins"),
          Map.entry("total_spin", "a spin"),
          Map.entry("charge_spin", "charge and spin of the frame"),
          Map.entry("charge", "a charge"),
          Map.entry("total_charge", "a charge"),
          Map.entry("net_charge", "a charge"),
          Map.entry("multiplicity", "a multiplicity"),
          Map.entry("spin_multiplicity", "a multiplicity"),
          Map.entry("efield", "an electric field"),
          Map.entry("electric_field", "an electric field"),
          Map.entry("external_field", "a field"),
          Map.entry("magnetic_field", "a magnetic field"));

  /** Of these 1 says nothing, either. */
  private static final Set<String> MULTIPLICITIES =
      Set.of("spin", "total_spin", "charge_spin", "multiplicity", "spin_multiplicity");

  private static final Set<String> STATE =
      Set.of(
          "magmom", "magmoms", "initial_magmoms", "initial_magmom", "charges", "initial_charges");

  private OtherInputs() {}

  /** Names of what {@link #problem} knows. */
  public static Set<String> asked() {
    return ASKED.keySet();
  }

  /** Whether values of that name have to be looked at by {@link #problem}. */
  public static boolean isAsked(String name) {
    return ASKED.containsKey(bare(name));
  }

  /** Whether values of that name belong in {@link #state}. */
  public static boolean isState(String name) {
    return STATE.contains(bare(name));
  }

  /** Why a system with these values is refused, without its name; empty where they say nothing. */
  public static Optional<String> problem(String name, double[] values) {
    String bare = bare(name);
    String what = ASKED.get(bare);
    boolean neutral =
        Arrays.stream(values)
            .allMatch(value -> value == 0 || (value == 1 && MULTIPLICITIES.contains(bare)));
    return what == null || neutral
        ? Optional.empty()
        : Optional.of(
            "frames with %s have no place here: no model that can be read asks for it, and frames"
                    .formatted(what)
                + " that differ by it alone would be one");
  }

  /**
   * What to compare of frames that are otherwise one: the same text for the same values, in
   * whatever order the atoms are; {@code null} without any.
   *
   * @param values by name: those of the frame, or as many for each atom
   */
  public static String state(Map<String, double[]> values, int[] z) {
    if (values.isEmpty()) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    new TreeMap<>(values)
        .forEach(
            (name, numbers) ->
                text.append(text.isEmpty() ? "" : " ")
                    .append(bare(name))
                    .append('=')
                    .append(digest(numbers, z)));
    return text.toString();
  }

  private static String digest(double[] values, int[] z) {
    boolean perAtom = values.length > 0 && values.length % z.length == 0 && values.length > 1;
    int width = perAtom ? values.length / z.length : values.length;
    double[][] rows = new double[perAtom ? z.length : 1][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[width + 1];
      rows[i][0] = perAtom ? z[i] : 0;
      for (int k = 0; k < width; k++) {
        rows[i][k + 1] = values[i * width + k] + 0.0; // -0.0 is 0.0
      }
    }
    Arrays.sort(rows, Arrays::compare);
    ByteBuffer bytes = ByteBuffer.allocate(8 * rows.length * (width + 1));
    for (double[] row : rows) {
      for (double value : row) {
        bytes.putDouble(value);
      }
    }
    return Sha256.hex(bytes.array()).substring(0, 16);
  }

  private static String bare(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".npy") ? lower.substring(0, lower.length() - 4) : lower;
  }
}
