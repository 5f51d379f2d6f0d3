package org.dpsieve.io.lmdb;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.InflaterInputStream;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.OtherInputs;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.FrameSystem.Part;
import org.dpsieve.io.FrameSystem.Types;
import org.dpsieve.io.JsonProblem;
import org.dpsieve.text.Counted;

/**
 * ASE's {@code aselmdb} (ase-db-backends, fairchem): a record of compressed JSON for each row, by
 * its id; {@code nextid} and {@code deleted_ids} say which there are. eV, Å, the stress eV/Å³ and
 * positive under tension.
 */
final class AseRecords implements Records {
  static final String NEXT = "nextid";
  private static final String NUMBERS = "numbers";
  private static final String DELETED = "deleted_ids";
  private static final int LARGEST = 1 << 28;
  private static final int MOST_ATOMIC_NUMBER = 118;

  /** Where the six numbers of Voigt belong. */
  private static final int[] VOIGT = {0, 5, 4, 5, 1, 3, 4, 3, 2};

  private static final Set<String> KNOWN =
      Set.of(
          NUMBERS,
          "positions",
          "cell",
          "pbc",
          "energy",
          "forces",
          "stress",
          "free_energy",
          "unique_id",
          "ctime",
          "mtime",
          "user",
          "calculator",
          "calculator_parameters",
          "key_value_pairs",
          "data",
          "constraints",
          "tags",
          "momenta",
          "masses");

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final int[] ids;
  private final Set<String> ignored = new TreeSet<>();

  /**
   * @throws InputException when what it says of its rows cannot be
   */
  AseRecords(LmdbFile file, String path) throws IOException {
    byte[] next = file.get(DeepmdRecords.bytes(NEXT));
    byte[] deleted = file.get(DeepmdRecords.bytes(DELETED));
    long end = next == null ? 1 : json(next).asLong(1);
    Set<Integer> gone = new TreeSet<>();
    if (deleted != null) {
      json(deleted).forEach(id -> gone.add(id.asInt()));
    }
    if (end < 1 || end - 1 - gone.size() > file.entries()) {
      throw new InputException(
          "%s: %s says %s, but it holds %s; it was not written to its end"
              .formatted(
                  path,
                  NEXT,
                  Counted.of(end - 1 - gone.size(), "row"),
                  Counted.of(file.entries(), "record")));
    }
    int[] found = new int[Math.toIntExact(end - 1)];
    int count = 0;
    for (int id = 1; id < end; id++) {
      if (!gone.contains(id)) {
        found[count++] = id;
      }
    }
    ids = Arrays.copyOf(found, count);
    if (count == 0) {
      throw new InputException(path + ": holds no rows");
    }
  }

  @Override
  public int count() {
    return ids.length;
  }

  @Override
  public String key(int index) {
    return Integer.toString(ids[index]);
  }

  @Override
  public int atoms(int index) {
    return -1;
  }

  @Override
  public List<String> typeMap() {
    return List.of();
  }

  @Override
  public Set<String> ignored() {
    return ignored;
  }

  private static JsonNode json(byte[] value) throws IOException {
    byte[] text = text(value);
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InputException("is no JSON: " + JsonProblem.of(e), e);
    }
  }

  private static byte[] text(byte[] value) throws IOException {
    byte[] text;
    try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(value))) {
      text = in.readNBytes(LARGEST + 1);
    } catch (java.util.zip.ZipException | java.io.EOFException e) {
      throw new InputException("is not compressed as aselmdb is: " + e.getMessage(), e);
    }
    if (text.length > LARGEST) {
      throw new InputException("holds more than %s".formatted(Counted.of(LARGEST, "byte")));
    }
    return text;
  }

  /** What stands behind the atomic numbers, most of a record, is not looked at. */
  @Override
  public Types types(byte[] value) throws IOException {
    try (JsonParser row = JSON.createParser(text(value))) {
      row.nextToken();
      while (row.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = row.currentName().equals(NUMBERS);
        row.nextToken();
        if (found) {
          JsonNode numbers = row.readValueAsTree();
          return new Types(elements(JSON.createObjectNode().set(NUMBERS, numbers)), TypeNames.NONE);
        }
        row.skipChildren();
      }
    } catch (JsonProcessingException e) {
      throw new InputException("is no JSON: " + JsonProblem.of(e), e);
    }
    throw new InputException("has no " + NUMBERS);
  }

  private static int[] elements(JsonNode row) {
    double[] numbers = numbers(row, NUMBERS);
    if (numbers == null) {
      throw new InputException("has no " + NUMBERS);
    }
    int[] z = new int[numbers.length];
    for (int i = 0; i < z.length; i++) {
      z[i] = (int) numbers[i];
      if (z[i] != numbers[i] || z[i] < 1 || z[i] > MOST_ATOMIC_NUMBER) {
        throw new InputException("numbers holds %s, no atomic number".formatted(numbers[i]));
      }
    }
    return z;
  }

  @Override
  public Frame frame(String system, int index, byte[] value, Set<Part> wanted) throws IOException {
    JsonNode row = json(value);
    int[] z = elements(row);
    double[] coord = numbers(row, "positions");
    if (coord == null) {
      throw new InputException("has no positions");
    }
    require(coord, 3 * z.length, "positions");
    double[] cell = cell(row);
    Map<String, double[]> states = new TreeMap<>();
    row.fieldNames()
        .forEachRemaining(
            name -> {
              if (OtherInputs.isState(name)) {
                double[] state = numbers(row, name);
                if (state != null) {
                  states.put(name, state);
                }
              }
              if (!KNOWN.contains(name)) {
                ignored.add(name);
              }
            });
    JsonNode energy = row.get("energy");
    return new Frame(
        system,
        index,
        z,
        coord,
        cell,
        new Labels(
            wanted.contains(Part.ENERGY) && energy != null && energy.isNumber()
                ? energy.doubleValue()
                : null,
            wanted.contains(Part.FORCE)
                ? require(numbers(row, "forces"), 3 * z.length, "forces")
                : null,
            wanted.contains(Part.VIRIAL) ? virial(row, cell) : null),
        null,
        null,
        TypeNames.NONE,
        OtherInputs.state(states, z));
  }

  private static double[] cell(JsonNode row) {
    double[] cell = require(numbers(row, "cell"), 9, "cell");
    double[] pbc = numbers(row, "pbc");
    long periodic = pbc == null ? -1 : Arrays.stream(pbc).filter(x -> x != 0).count();
    if (pbc != null && periodic > 0 && periodic < pbc.length) {
      throw new InputException("is periodic in some directions only, expected all or none");
    }
    boolean none = cell == null || Arrays.stream(cell).allMatch(x -> x == 0);
    return periodic == 0 || none ? null : cell;
  }

  private static double[] virial(JsonNode row, double[] h) {
    double[] stress = numbers(row, "stress");
    if (stress == null || h == null) {
      return null;
    }
    if (stress.length == 6) {
      double[] six = stress;
      stress = Arrays.stream(VOIGT).mapToDouble(k -> six[k]).toArray();
    }
    require(stress, 9, "stress");
    double volume =
        Math.abs(
            h[0] * (h[4] * h[8] - h[5] * h[7])
                - h[1] * (h[3] * h[8] - h[5] * h[6])
                + h[2] * (h[3] * h[7] - h[4] * h[6]));
    return Arrays.stream(stress).map(x -> -x * volume).toArray();
  }

  private static double[] require(double[] values, int length, String name) {
    if (values != null && values.length != length) {
      throw new InputException(
          "%s has %s, expected %d".formatted(name, Counted.of(values.length, "number"), length));
    }
    return values;
  }

  /** ASE's {@code {"__ndarray__": [shape, type, numbers]}}, or lists; {@code null} of none. */
  private static double[] numbers(JsonNode row, String name) {
    JsonNode value = row.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    if (value.has("array")) { // a Cell object of older versions
      value = value.get("array");
    }
    JsonNode array = value.has("__ndarray__") ? value.get("__ndarray__").path(2) : value;
    double[] found = new double[count(array)];
    if (fill(array, found, 0) != found.length) {
      throw new InputException("%s holds something that is no number".formatted(name));
    }
    return found;
  }

  private static int count(JsonNode node) {
    if (!node.isArray()) {
      return 1;
    }
    int count = 0;
    for (JsonNode item : node) {
      count += count(item);
    }
    return count;
  }

  /** The next place; -1 at something that is no number. */
  private static int fill(JsonNode node, double[] into, int at) {
    if (!node.isArray()) {
      if (!node.isNumber() && !node.isBoolean()) {
        return -1;
      }
      into[at] = node.isBoolean() ? (node.booleanValue() ? 1 : 0) : node.doubleValue();
      return at + 1;
    }
    int next = at;
    for (JsonNode item : node) {
      next = fill(item, into, next);
      if (next < 0) {
        return -1;
      }
    }
    return next;
  }
}
