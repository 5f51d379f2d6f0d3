package org.dpsieve.io.deepmd;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.OtherInputs;
import org.dpsieve.frame.Property;
import org.dpsieve.io.NumberArray;
import org.dpsieve.text.Counted;

/**
 * One {@code set.*} of a system, its shapes checked.
 *
 * @param frames how many it holds
 * @param arrays by name, {@code coord.npy} ...
 * @param states those that {@link OtherInputs#state} is made of
 * @param properties that it has, with the numbers of each frame or atom
 */
record DeepmdSet(
    String name,
    int frames,
    Map<String, NumberArray> arrays,
    Map<String, NumberArray> states,
    Map<Property, Integer> properties) {
  static final String REAL_TYPES = "real_atom_types.npy";
  private static final int AT_ONCE = 1 << 20;
  private static final Set<String> ALWAYS_READ =
      Set.of("coord.npy", "energy.npy", "force.npy", "virial.npy", "fparam.npy", "aparam.npy");

  /**
   * @param places atoms per frame, padding included
   * @param mixed whether every frame has types of its own
   * @param wanted properties to read where they are
   * @param ignored collects names of arrays that frames have no place for
   */
  static DeepmdSet open(
      DeepmdFolder folder,
      String set,
      int places,
      boolean periodic,
      boolean mixed,
      List<Property> wanted,
      Set<String> ignored)
      throws IOException {
    List<String> names = folder.arrays(set);
    String at = folder.path() + "/" + set;
    if (!names.contains("coord.npy")) {
      throw new InputException(at + ": coord.npy not found, expected in every set");
    }
    if (periodic && !names.contains("box.npy")) {
      throw new InputException(
          at
              + ": box.npy not found; add it, or an empty file 'nopbc' beside type.raw if the system"
              + " is not periodic");
    }
    if (mixed != names.contains(REAL_TYPES)) {
      throw new InputException(
          "%s: %s %s, expected in every set or in none"
              .formatted(at, REAL_TYPES, mixed ? "not found" : "found"));
    }
    Map<String, NumberArray> arrays = new TreeMap<>();
    Map<String, NumberArray> states = new TreeMap<>();
    Map<Property, NumberArray> found = new TreeMap<>();
    for (Property property : wanted) {
      if (names.contains(property.file())) {
        found.put(property, folder.array(set, property.file()));
      }
    }
    for (String array : names) {
      boolean read =
          ALWAYS_READ.contains(array)
              || (periodic && array.equals("box.npy"))
              || array.equals(REAL_TYPES);
      if (found.keySet().stream().anyMatch(property -> property.file().equals(array))) {
        continue;
      }
      if (read) {
        arrays.put(array, folder.array(set, array));
      } else if (!array.equals("box.npy")) {
        ignored.add(array);
        if (OtherInputs.isState(array)) {
          states.put(array, folder.array(set, array));
        }
      }
    }
    int frames = requireShapes(arrays, places);
    Map<Property, Integer> properties = new TreeMap<>();
    for (Map.Entry<Property, NumberArray> entry : found.entrySet()) {
      Property property = entry.getKey();
      properties.put(property, dimension(property, entry.getValue(), frames, places));
      arrays.put(property.file(), entry.getValue());
    }
    return new DeepmdSet(set, frames, arrays, states, properties);
  }

  /** Of each frame or atom; checks that there are as many numbers as that takes. */
  private static int dimension(Property property, NumberArray values, int frames, int places) {
    long rows = (long) frames * (property.atomic() ? places : 1);
    long width = perRow(values, rows);
    if (property.isNamedOfAtoms() && !property.atomic() && places > 1 && width % places == 0) {
      throw new InputException(
          "%s: %s for each frame of %s; is it a property of atoms, as its name says? Then ask for %s:atomic, else give the file another name"
              .formatted(
                  values.name(),
                  Counted.of(width, "number"),
                  Counted.of(places, "atom"),
                  property.name()));
    }
    values.requireShape(
        frames,
        width * rows / Math.max(1, frames),
        property.atomic()
            ? "as many numbers for each of %s; of a frame's property: %s without ':atomic'"
                .formatted(Counted.of(places, "atom"), property.name())
            : "as many numbers for each frame of coord.npy");
    return Math.toIntExact(width);
  }

  /**
   * Checks all shapes against the atoms and returns the number of frames: what {@code coord.npy}
   * says, as in DeePMD-kit; the other arrays need only have as many numbers.
   */
  private static int requireShapes(Map<String, NumberArray> arrays, int places) {
    NumberArray coord = arrays.get("coord.npy");
    long[] shape = coord.shape();
    long frames = shape.length == 1 ? 1 : shape.length == 0 ? 0 : shape[0];
    String atoms = "type.raw lists %s".formatted(Counted.of(places, "atom"));
    arrays.forEach(
        (array, values) -> {
          switch (array) {
            case "box.npy", "virial.npy" ->
                values.requireShape(frames, 9, "a 3 x 3 matrix for each frame of coord.npy");
            case "energy.npy" ->
                values.requireShape(frames, 1, "one energy for each frame of coord.npy");
            case REAL_TYPES -> values.requireShape(frames, places, atoms);
            case "fparam.npy" ->
                values.requireShape(
                    frames, perRow(values, frames), "a row for each frame of coord.npy");
            case "aparam.npy" ->
                values.requireShape(
                    frames, perRow(values, frames * places) * places, "a row for each atom");
            default -> values.requireShape(frames, 3L * places, atoms); // coord, force
          }
        });
    return Math.toIntExact(frames);
  }

  private static long perRow(NumberArray values, long rows) {
    return rows == 0 ? 0 : Math.max(1, values.elements() / rows);
  }

  /**
   * What a set says of charges, spins and fields; a problem where that is anything.
   *
   * @throws InputException naming the file
   */
  static void requireNoOtherInputs(DeepmdFolder folder, String set) throws IOException {
    for (String array : folder.arrays(set)) {
      if (OtherInputs.isAsked(array)) {
        NumberArray values = folder.array(set, array);
        long elements = values.elements();
        for (long first = 0; first < elements; first += AT_ONCE) {
          double[] some = values.numbers(first, (int) Math.min(AT_ONCE, elements - first));
          Optional<String> problem = OtherInputs.problem(array, some);
          if (problem.isPresent()) {
            throw new InputException(
                "%s/%s/%s: %s. Where labels do not depend on it, move the file away; where a number for each frame or atom says the same, make it fparam.npy or aparam.npy"
                    .formatted(folder.path(), set, array, problem.get()));
          }
        }
      }
    }
  }

  /**
   * {@link OtherInputs#state} of one frame.
   *
   * @param z of its atoms
   * @param atoms their places
   */
  String state(int row, int[] z, int[] atoms, int places) throws IOException {
    Map<String, double[]> values = new TreeMap<>();
    for (Map.Entry<String, NumberArray> entry : states.entrySet()) {
      long elements = entry.getValue().elements();
      if (elements > 0 && elements % frames == 0) { // else no numbers of frames
        int width = Math.toIntExact(elements / frames);
        double[] all = entry.getValue().numbers((long) row * width, width);
        boolean perAtom = width % places == 0;
        values.put(entry.getKey(), perAtom ? DeepmdSystem.pick(all, atoms, places) : all);
      }
    }
    return OtherInputs.state(values, z);
  }

  /** Frames {@code row} to {@code row + count - 1} of an array, or {@code null} without it. */
  double[] rows(String array, int row, int count) throws IOException {
    NumberArray values = arrays.get(array);
    if (values == null) {
      return null;
    }
    long width = frames == 0 ? 0 : values.elements() / frames;
    return values.numbers(row * width, Math.toIntExact(count * width));
  }
}
