package org.dpsieve.io.deepmd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.text.Counted;

/**
 * Reads a system in DeePMD-kit's layout, standard or mixed (deepmd-kit 3.2, utils/data.py): sets in
 * lexicographic order, one row per frame, types mapped to elements by symbol.
 *
 * <p>Mixed systems keep the types of every frame in {@code real_atom_types.npy}; places with type
 * -1 are padding and vanish with their coordinates, forces and parameters.
 */
final class DeepmdSystem implements FrameSystem {
  private static final int TYPES_AT_ONCE = 1 << 20;

  private final DeepmdFolder folder;
  private final String name;
  private final AtomTypes types;
  private final TypeNames names;
  private final int places;
  private final int[] z; // null when mixed: frames have their own
  private final boolean periodic;
  private final List<String> setNames;
  private final List<Property> wantedProperties;
  private final Map<Property, Integer> properties = new TreeMap<>();
  private final Set<String> ignored = new TreeSet<>();

  private DeepmdSystem(
      DeepmdFolder folder, String name, List<String> importTypeMap, List<Property> properties)
      throws IOException {
    wantedProperties = properties;
    this.folder = folder;
    this.name = name;
    double[] typeRaw = folder.types();
    if (typeRaw.length == 0) {
      throw new InputException(folder.path() + "/type.raw: no atoms, expected one type per atom");
    }
    places = typeRaw.length;
    types = typeMap(folder, importTypeMap);
    names = types.names();
    periodic = !folder.has("nopbc");
    setNames = folder.sets();
    if (setNames.isEmpty()) {
      throw new InputException(
          folder.path()
              + ": no set.* folder, expected set.000 with coord.npy (a deepmd/raw system? convert it"
              + " to deepmd/npy with dpdata)");
    }
    boolean mixed = folder.arrays(setNames.get(0)).contains(DeepmdSet.REAL_TYPES);
    z = mixed ? null : types.numbers(typeRaw, false, folder.path() + "/type.raw");
  }

  /**
   * Opens a system and checks its types and elements.
   *
   * @param name what frames call the system
   * @param importTypeMap element symbols for a system without {@code type_map.raw}; empty for none
   * @param properties to read where they are
   * @throws InputException when types or elements are wrong; {@code folder} is closed then
   */
  static DeepmdSystem open(
      DeepmdFolder folder, String name, List<String> importTypeMap, List<Property> properties)
      throws IOException {
    try {
      return new DeepmdSystem(folder, name, importTypeMap, properties);
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static AtomTypes typeMap(DeepmdFolder folder, List<String> importTypeMap)
      throws IOException {
    String file = folder.path() + "/type_map.raw";
    if (folder.has("type_map.raw")) {
      List<String> symbols = folder.typeMap();
      if (symbols.isEmpty()) {
        throw new InputException(file + ": empty, expected one element symbol per line");
      }
      return new AtomTypes(symbols, file);
    }
    if (importTypeMap.isEmpty()) {
      throw new InputException(
          file
              + ": not found, so nobody can tell which elements types 0, 1, ... are; add the file with"
              + " one element symbol per line, or name them, e.g. --type-map Ag,Au");
    }
    return new AtomTypes(importTypeMap, "--type-map");
  }

  @Override
  public List<Run> runs(int maxAtoms) throws IOException {
    List<String> problems = new ArrayList<>();
    List<DeepmdSet> sets = new ArrayList<>();
    for (String setName : setNames) {
      try {
        DeepmdSet set = openSet(setName);
        sets.add(set);
        DeepmdSet.requireNoOtherInputs(folder, setName);
        if (z == null) {
          requireTypes(set);
        }
      } catch (InputException e) {
        problems.add(e.getMessage());
      }
    }
    if (problems.isEmpty()) {
      problems.addAll(arraysOfSomeSetsOnly(sets));
      sets.forEach(set -> collectProperties(set, problems));
    }
    List<Run> runs = runs(sets, Math.max(1, maxAtoms / places));
    if (problems.isEmpty() && runs.isEmpty()) {
      problems.add(folder.path() + ": no frames, expected at least one");
    }
    if (!problems.isEmpty()) {
      throw new InputException(String.join("\n", problems));
    }
    return runs;
  }

  private void collectProperties(DeepmdSet set, List<String> problems) {
    set.properties()
        .forEach(
            (property, dimension) -> {
              Integer other = properties.putIfAbsent(property, dimension);
              if (other != null && !other.equals(dimension)) {
                problems.add(
                    "%s/%s/%s: %s each, but %d in other sets"
                        .formatted(
                            folder.path(),
                            set.name(),
                            property.file(),
                            Counted.of(dimension, "number"),
                            other));
              }
            });
  }

  private static List<Run> runs(List<DeepmdSet> sets, int maxFrames) {
    List<Run> runs = new ArrayList<>();
    int first = 0;
    for (int set = 0; set < sets.size(); set++) {
      int frames = sets.get(set).frames();
      for (int row = 0; row < frames; row += Math.min(maxFrames, frames - row)) {
        runs.add(new Run(first + row, Math.min(maxFrames, frames - row), set, row));
      }
      first += frames;
    }
    return runs;
  }

  private DeepmdSet openSet(String setName) throws IOException {
    return DeepmdSet.open(folder, setName, places, periodic, z == null, wantedProperties, ignored);
  }

  private void requireTypes(DeepmdSet set) throws IOException {
    int step = Math.max(1, TYPES_AT_ONCE / places);
    for (int row = 0; row < set.frames(); row += step) {
      int count = Math.min(step, set.frames() - row);
      double[] real = set.rows(DeepmdSet.REAL_TYPES, row, count);
      for (int i = 0; i < count; i++) {
        frameNumbers(set, row + i, Arrays.copyOfRange(real, i * places, (i + 1) * places));
      }
    }
  }

  /** Atomic numbers of a mixed system's frame, padding included. */
  private int[] frameNumbers(DeepmdSet set, int row, double[] real) {
    String file = set.arrays().get(DeepmdSet.REAL_TYPES).name() + ", frame " + row;
    int[] numbers = types.numbers(real, true, file);
    if (Arrays.stream(numbers).allMatch(number -> number == AtomTypes.NO_ATOM)) {
      throw new InputException(file + ": no atoms, only padding (-1)");
    }
    return numbers;
  }

  private List<String> arraysOfSomeSetsOnly(List<DeepmdSet> sets) {
    Set<String> all = new TreeSet<>();
    sets.forEach(set -> all.addAll(set.arrays().keySet()));
    List<String> problems = new ArrayList<>();
    for (String array : all) {
      List<String> without =
          sets.stream()
              .filter(set -> !set.arrays().containsKey(array))
              .map(DeepmdSet::name)
              .toList();
      if (!without.isEmpty()) {
        problems.add(
            "%s: %s is missing in %s, but other sets have it; add it there or remove it everywhere"
                .formatted(folder.path(), array, String.join(", ", without)));
      }
    }
    return problems;
  }

  @Override
  public List<Types> types(Run run) throws IOException {
    if (z != null) {
      return Collections.nCopies(run.count(), new Types(z, names));
    }
    DeepmdSet set = openSet(setNames.get(run.set()));
    double[] real = set.rows(DeepmdSet.REAL_TYPES, (int) run.position(), run.count());
    List<Types> found = new ArrayList<>(run.count());
    for (int i = 0; i < run.count(); i++) {
      int[] numbers = frameNumbers(set, (int) run.position() + i, part(real, i, run.count()));
      int[] atoms = Arrays.stream(numbers).filter(number -> number != AtomTypes.NO_ATOM).toArray();
      found.add(new Types(atoms, names));
    }
    return found;
  }

  @Override
  public List<Frame> read(Run run, Set<Part> wanted) throws IOException {
    DeepmdSet set = openSet(setNames.get(run.set()));
    int row = (int) run.position();
    int count = run.count();
    double[] coord = set.rows("coord.npy", row, count);
    double[] box = set.rows("box.npy", row, count);
    double[] energy = wanted.contains(Part.ENERGY) ? set.rows("energy.npy", row, count) : null;
    double[] force = wanted.contains(Part.FORCE) ? set.rows("force.npy", row, count) : null;
    double[] virial = wanted.contains(Part.VIRIAL) ? set.rows("virial.npy", row, count) : null;
    double[] fparam = wanted.contains(Part.FPARAM) ? set.rows("fparam.npy", row, count) : null;
    double[] aparam = wanted.contains(Part.APARAM) ? set.rows("aparam.npy", row, count) : null;
    double[] real = set.rows(DeepmdSet.REAL_TYPES, row, count);
    Map<Property, double[]> others = new TreeMap<>();
    if (wanted.contains(Part.PROPERTIES)) {
      for (Property property : set.properties().keySet()) {
        others.put(property, set.rows(property.file(), row, count));
      }
    }
    List<Frame> frames = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int[] numbers = real == null ? z : frameNumbers(set, row + i, part(real, i, count));
      int[] atoms =
          IntStream.range(0, places).filter(place -> numbers[place] != AtomTypes.NO_ATOM).toArray();
      Labels labels =
          new Labels(
              energy == null ? null : Double.valueOf(energy[i]),
              pick(part(force, i, count), atoms),
              part(virial, i, count));
      int[] types = Arrays.stream(atoms).map(place -> numbers[place]).toArray();
      frames.add(
          new Frame(
              name,
              run.first() + i,
              types,
              pick(part(coord, i, count), atoms),
              part(box, i, count),
              labels,
              part(fparam, i, count),
              pick(part(aparam, i, count), atoms),
              names,
              set.state(row + i, types, atoms, places),
              ofFrame(others, i, count, atoms)));
    }
    return frames;
  }

  private Map<Property, double[]> ofFrame(
      Map<Property, double[]> all, int i, int count, int[] atoms) {
    Map<Property, double[]> own = new TreeMap<>();
    all.forEach(
        (property, values) -> {
          double[] frame = part(values, i, count);
          own.put(property, property.atomic() ? pick(frame, atoms) : frame);
        });
    return own;
  }

  /** The {@code i}-th of {@code count} equal parts; {@code null} of {@code null}. */
  private static double[] part(double[] values, int i, int count) {
    if (values == null) {
      return null;
    }
    int width = values.length / count;
    return Arrays.copyOfRange(values, i * width, (i + 1) * width);
  }

  /** The rows of the given atoms out of those of all places. */
  private double[] pick(double[] values, int[] atoms) {
    return pick(values, atoms, places);
  }

  static double[] pick(double[] values, int[] atoms, int places) {
    if (values == null || atoms.length == places) {
      return values;
    }
    int width = values.length / places;
    double[] picked = new double[width * atoms.length];
    for (int i = 0; i < atoms.length; i++) {
      System.arraycopy(values, atoms[i] * width, picked, i * width, width);
    }
    return picked;
  }

  @Override
  public Map<Property, Integer> properties() {
    return new TreeMap<>(properties);
  }

  @Override
  public List<String> ignored() {
    return List.copyOf(ignored);
  }

  @Override
  public List<String> typeMap() {
    return types.symbols();
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }
}
