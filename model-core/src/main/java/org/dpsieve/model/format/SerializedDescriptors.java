package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Descriptor;
import org.dpsieve.model.Hybrid;
import org.dpsieve.model.SmoothSwitch;
import org.dpsieve.text.Counted;

/** Descriptors of the serialisation by their names, and what they have in common. */
final class SerializedDescriptors {
  private SerializedDescriptors() {}

  static Descriptor read(Section section, int types) {
    String file = section.file();
    String name = section.text("type", "unknown");
    SerializedModelReader.refuse(
        file, section.has("compress"), "a compressed model cannot be read yet");
    SerializedModelReader.refuseSpin(section);
    return switch (name) {
      case "se_e2_a", "se_a" -> SerializedSeE2A.read(section, types);
      case "se_e2_r", "se_r" -> SerializedSeE2R.read(section, types);
      case "se_e3", "se_t", "se_at", "se_a_3be" -> SerializedSeE3.read(section, types);
      case "se_e3_tebd" -> SerializedSeE3.readTyped(section, types);
      case "se_atten", "dpa1", "se_atten_v2" -> SerializedSeAtten.read(section, types);
      case "dpa4c" -> SerializedDpa4c.read(section, types);
      case "hybrid" -> hybrid(section, types);
      default ->
          throw new UnsupportedModelException(
              "%s: descriptor '%s' cannot be read; readable: se_e2_a, se_e2_r, se_e3, se_e3_tebd, se_atten, se_atten_v2, dpa4c, hybrid"
                  .formatted(file, name));
    };
  }

  private static Hybrid hybrid(Section section, int types) {
    List<Descriptor> parts = new ArrayList<>();
    for (Section part : section.sections("list")) {
      if (part == null) {
        throw new InputException(
            "%s: %s.list holds no descriptor; damaged file?"
                .formatted(section.file(), section.path()));
      }
      parts.add(read(part, types));
    }
    if (parts.isEmpty()) {
      throw new InputException(
          "%s: %s.list is empty; damaged file?".formatted(section.file(), section.path()));
    }
    requireSameNeighbors(section.file(), parts);
    return Hybrid.of(parts);
  }

  /**
   * Parts that tell types apart pick theirs among the neighbors of the hybrid they stand in: as
   * long as those are as many, an inner hybrid's parts may take its place.
   */
  private static void requireSameNeighbors(String file, List<Descriptor> parts) {
    for (Descriptor part : parts) {
      SerializedModelReader.refuse(
          file,
          part instanceof Hybrid inner
              && inner.surroundings().stream().anyMatch(s -> s.total() < Integer.MAX_VALUE)
              && inner.surroundings().stream().anyMatch(s -> s.total() == Integer.MAX_VALUE)
              && slots(List.of(part)) < slots(parts),
          "a hybrid in a hybrid that picks fewer neighbors, among which descriptors that tell types"
              + " apart pick theirs, cannot be read");
    }
  }

  /** The most that one of some descriptors takes. */
  private static int slots(List<Descriptor> parts) {
    return parts.stream()
        .flatMap(part -> part.surroundings().stream())
        .mapToInt(s -> s.total() == Integer.MAX_VALUE ? Arrays.stream(s.sel()).sum() : s.total())
        .max()
        .orElseThrow();
  }

  static SmoothSwitch smoothing(Section section) {
    double start = section.number("rcut_smth");
    double end = section.number("rcut");
    if (!(end > 0) || !(end < 1000) || !(start <= end)) {
      throw new InputException(
          "%s: rcut_smth %s, rcut %s; damaged file?".formatted(section.file(), start, end));
    }
    return new SmoothSwitch(start, end, end - start);
  }

  static double protection(Section section) {
    double protection = section.number("env_protection", 0);
    if (!(protection >= 0)) {
      throw new InputException(
          "%s: env_protection %s; damaged file?".formatted(section.file(), protection));
    }
    return protection;
  }

  /** One number for each type. */
  static int[] sel(Section section, int types) {
    int[] sel = section.counts("sel");
    if (sel.length != types) {
      throw new InputException(
          "%s: sel %s for %s; damaged file?"
              .formatted(section.file(), Arrays.toString(sel), Counted.of(types, "type")));
    }
    return sel;
  }

  /** One number for all types: in a list of its own, or bare. */
  static int mixedSel(Section section) {
    int sel =
        section.values().get("sel") instanceof List<?>
            ? Arrays.stream(section.counts("sel")).sum()
            : section.count("sel");
    if (sel < 1) {
      throw new InputException("%s: sel %d; damaged file?".formatted(section.file(), sel));
    }
    return sel;
  }

  /** Pairs that are excluded, both ways; {@code null} where there are none. */
  static boolean[][] masked(Section section, int types) {
    List<int[]> pairs = SerializedModelReader.pairs(section, "exclude_types", types);
    if (pairs.isEmpty()) {
      return null;
    }
    boolean[][] masked = new boolean[types][types];
    for (int[] pair : pairs) {
      masked[pair[0]][pair[1]] = true;
      masked[pair[1]][pair[0]] = true;
    }
    return masked;
  }

  /**
   * davg or dstd: the same numbers in every slot.
   *
   * @return [types][columns]
   */
  static double[][] statistics(Section section, String key, int types, int slots, int columns) {
    Section variables = section.section("@variables");
    double[] values = variables.tensor(key, types, slots, columns).values();
    double[][] rows = new double[types][columns];
    for (int type = 0; type < types; type++) {
      int start = type * slots * columns;
      for (int i = 0; i < columns * slots; i++) {
        rows[type][i % columns] = values[start + i % columns];
        if (Double.compare(values[start + i], values[start + i % columns]) != 0) {
          throw new UnsupportedModelException(
              "%s: statistics of the environment differ from slot to slot (type %d)"
                  .formatted(variables.file(), type));
        }
      }
    }
    return rows;
  }

  /** Refuses means from the given column on that are not zero. */
  static void requireNoMean(Section section, double[][] davg, int from) {
    for (double[] row : davg) {
      for (int k = from; k < row.length; k++) {
        SerializedModelReader.refuse(
            section.file(),
            row[k] != 0,
            "descriptor '%s' with a mean of the environment (set_davg_zero false) cannot be read"
                .formatted(section.text("type", "?")));
      }
    }
  }
}
