package org.dpsieve.io.lmdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.OtherInputs;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.FrameSystem.Part;
import org.dpsieve.io.FrameSystem.Types;
import org.dpsieve.io.npy.NumberType;
import org.dpsieve.text.Counted;

/**
 * {@code deepmd/lmdb}: a record of MessagePack for each frame, and {@code __metadata__}; as dpdata
 * 1.1 writes it and DeePMD-kit 3.2 ({@code dpmodel/utils/lmdb_data.py}) reads it.
 */
final class DeepmdRecords implements Records {
  static final String METADATA = "__metadata__";

  private static final Pattern KEY_FORMAT = Pattern.compile("(0?)(\\d{0,2})d");
  private static final Set<String> KNOWN =
      Set.of(
          "atom_types",
          "atype",
          "atom_numbs",
          "coords",
          "coord",
          "cells",
          "box",
          "energies",
          "energy",
          "forces",
          "force",
          "virials",
          "virial",
          "fparam",
          "aparam",
          "orig");

  private final int count;
  private final String keyFormat;
  private final List<String> typeMap;
  private final int[] types;
  private final TypeNames names;
  private final int[] atoms;
  private final Set<String> ignored = new TreeSet<>();

  /**
   * @param importTypeMap of a file that has none
   * @throws InputException when the metadata are damaged
   */
  DeepmdRecords(LmdbFile file, String path, byte[] metadata, List<String> importTypeMap) {
    Map<String, Object> meta;
    try {
      meta = MsgPack.map(metadata);
    } catch (InputException e) {
      throw new InputException("%s: %s %s".formatted(path, METADATA, e.getMessage()), e);
    }
    if (!(meta.get("nframes") instanceof Long frames) || frames < 1) {
      throw new InputException(
          "%s: %s has nframes %s, expected a number of frames"
              .formatted(path, METADATA, meta.get("nframes")));
    }
    if (frames >= file.entries()) {
      throw new InputException(
          "%s: %s says %s, but it holds %s; it was not written to its end"
              .formatted(
                  path,
                  METADATA,
                  Counted.of(frames, "frame"),
                  Counted.of(Math.max(0, file.entries() - 1), "record")));
    }
    count = Math.toIntExact(frames);
    Object format = meta.getOrDefault("frame_idx_fmt", "012d");
    Matcher matcher = KEY_FORMAT.matcher(String.valueOf(format));
    if (!matcher.matches()) {
      throw new InputException(
          "%s: frame_idx_fmt '%s', expected e.g. 012d".formatted(path, format));
    }
    keyFormat = matcher.group(2).isEmpty() ? "%d" : "%" + matcher.group(1) + matcher.group(2) + "d";
    typeMap =
        meta.get("type_map") instanceof List<?> given
            ? given.stream().map(String::valueOf).toList()
            : importTypeMap;
    if (typeMap.isEmpty()) {
      throw new InputException(
          path + ": has no type_map; say which types 0, 1, ... are, e.g. --type-map Ag,Au");
    }
    TypeNames.require(typeMap, path);
    types = typeMap.stream().mapToInt(TypeNames::number).toArray();
    names = TypeNames.of(typeMap);
    atoms =
        meta.get("frame_nlocs") instanceof List<?> given && given.size() == count
            ? given.stream()
                .mapToInt(
                    n ->
                        n instanceof Long number && number > 0 && number < 1 << 28
                            ? number.intValue()
                            : -1)
                .toArray()
            : null;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public String key(int index) {
    return keyFormat.formatted(index);
  }

  @Override
  public int atoms(int index) {
    return atoms == null ? -1 : atoms[index];
  }

  @Override
  public List<String> typeMap() {
    return typeMap;
  }

  @Override
  public Set<String> ignored() {
    return ignored;
  }

  @Override
  public Types types(byte[] value) {
    return new Types(elements(MsgPack.map(value)), names);
  }

  private int[] elements(Map<String, Object> record) {
    double[] kinds = array(record, "atom_types", "atype");
    if (kinds == null) {
      throw new InputException("has no atom_types");
    }
    int[] z = new int[kinds.length];
    for (int i = 0; i < z.length; i++) {
      int kind = (int) kinds[i];
      if (kind < 0 || kind >= types.length) {
        throw new InputException(
            "has an atom of type %d, but %s in type_map"
                .formatted(kind, Counted.of(types.length, "name")));
      }
      z[i] = types[kind];
    }
    return z;
  }

  @Override
  public Frame frame(String system, int index, byte[] value, Set<Part> wanted) throws IOException {
    Map<String, Object> record = MsgPack.map(value);
    int[] z = elements(record);
    double[] coord = array(record, "coords", "coord");
    if (coord == null) {
      throw new InputException("has no coords");
    }
    require(coord, 3 * z.length, "coords");
    double[] cell = require(array(record, "cells", "box"), 9, "cells");
    for (String name : record.keySet()) {
      if (OtherInputs.isAsked(name)) {
        OtherInputs.problem(name, array(record, name, name))
            .ifPresent(
                problem -> {
                  throw new InputException(problem);
                });
      } else if (!KNOWN.contains(name) && !name.startsWith("find_")) {
        ignored.add(name);
      }
    }
    double[] energy = wanted.contains(Part.ENERGY) ? label(record, "energies", "energy", 1) : null;
    return new Frame(
        system,
        index,
        z,
        coord,
        cell != null && allZero(cell) ? null : cell,
        new Labels(
            energy == null ? null : energy[0],
            wanted.contains(Part.FORCE) ? label(record, "forces", "force", 3 * z.length) : null,
            wanted.contains(Part.VIRIAL) ? label(record, "virials", "virial", 9) : null),
        array(record, "fparam", "fparam"),
        array(record, "aparam", "aparam"),
        names);
  }

  private static boolean allZero(double[] values) {
    for (double value : values) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /** A flag of 0 says that a label is not there, whatever stands in its place. */
  private static double[] label(Map<String, Object> record, String name, String other, int length) {
    for (String flag : List.of("find_" + name, "find_" + other)) {
      double[] found = record.get(flag) instanceof Map ? array(record, flag, flag) : null;
      if ((found != null && found.length == 1 && found[0] == 0)
          || record.get(flag) instanceof Number number && number.doubleValue() == 0) {
        return null;
      }
    }
    return require(array(record, name, other), length, name);
  }

  private static double[] require(double[] values, int length, String name) {
    if (values != null && values.length != length) {
      throw new InputException(
          "%s has %s, expected %d".formatted(name, Counted.of(values.length, "number"), length));
    }
    return values;
  }

  /** Numbers as {@code {"type", "shape", "data"}}, or by themselves; {@code null} of none. */
  private static double[] array(Map<String, Object> record, String name, String other) {
    Object value = record.containsKey(name) ? record.get(name) : record.get(other);
    if (value == null) {
      return null;
    }
    if (value instanceof Number number) {
      return new double[] {number.doubleValue()};
    }
    if (value instanceof Map<?, ?> encoded
        && encoded.get("data") instanceof byte[] data
        && encoded.get("type") instanceof String type) {
      NumberType numbers = NumberType.of(descr(type), name);
      ByteBuffer bytes = ByteBuffer.wrap(data).order(numbers.order());
      if (data.length % numbers.size() != 0) {
        throw new InputException(
            "%s has %s of %s".formatted(name, Counted.of(data.length, "byte"), type));
      }
      double[] values = new double[data.length / numbers.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = numbers.next(bytes);
      }
      return values;
    }
    throw new InputException("%s is no array of numbers".formatted(name));
  }

  /** NumPy's name of a type as it writes it in a file: {@code float64} is {@code <f8}. */
  private static String descr(String type) {
    Matcher named = Pattern.compile("(float|int|uint)(8|16|32|64)").matcher(type);
    return named.matches()
        ? "<" + named.group(1).charAt(0) + Integer.parseInt(named.group(2)) / 8
        : type.equals("bool") ? "|b1" : type;
  }

  static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }
}
