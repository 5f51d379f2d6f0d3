package org.dpsieve.config.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.dpsieve.config.mapping.FrameMapping.Quantity;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.ParameterFile;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.config.reading.Spelling;
import org.dpsieve.io.extxyz.UnitName;
import org.dpsieve.io.extxyz.UnitName.Dimension;

/**
 * A mapping by its name, of those that come with the program, or from a file in JSON or YAML. A
 * file may name another as its {@code base}, of which its own keys replace those of the same name;
 * {@code null} takes one away.
 */
public final class MappingReader {
  /** Those that come with the program, and what they are of. */
  public static final Map<String, String> SHIPPED =
      new TreeMap<>(
          Map.of(
              "dpsieve", "a table with the columns of a frames dataset",
              "lemat-traj", "LeMat-Traj",
              "materials-project", "trajectories of the Materials Project (emmet)",
              "colabfit", "ColabFit; without the stress, whose sign differs by dataset",
              "omat", "OMat24 and the like as a table, with fairchem's names"));

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BASE = "base";

  private final Block file;

  private MappingReader(Block file) {
    this.file = file;
  }

  /**
   * The mapping of a name or file.
   *
   * @throws org.dpsieve.error.InputException listing all that is wrong with it
   */
  public static FrameMapping read(String nameOrFile) {
    Problems problems = new Problems();
    Optional<FrameMapping> mapping = read(nameOrFile, Path.of(nameOrFile), problems);
    problems.throwIfAny();
    return mapping.orElseThrow();
  }

  /**
   * The same of somebody who collects problems; empty where there are some.
   *
   * @param file the file, should it be no name
   */
  public static Optional<FrameMapping> read(String nameOrFile, Path file, Problems problems) {
    Problems own = new Problems();
    if (SHIPPED.containsKey(nameOrFile)) {
      return Optional.of(shipped(nameOrFile));
    }
    if (!file.toFile().isFile()) {
      problems.error(
          "mapping %s: no such file, and none of those that come with the program: %s%s"
              .formatted(
                  nameOrFile,
                  String.join(", ", SHIPPED.keySet()),
                  Spelling.hint(nameOrFile, SHIPPED.keySet())));
      return Optional.empty();
    }
    Optional<ParameterFile.Content> content = ParameterFile.read(file, own);
    Optional<FrameMapping> mapping =
        content.map(
            found ->
                new MappingReader(new Block(found.file(), "", merged(found, own), own)).read());
    if (own.any()) {
      own.errors().forEach(problems::error);
      return Optional.empty();
    }
    return mapping;
  }

  private static FrameMapping shipped(String name) {
    Problems problems = new Problems();
    ParameterFile.Content file = ParameterFile.empty(Path.of(name + ".json"), problems);
    FrameMapping mapping =
        new MappingReader(new Block(file.file(), "", resource(name), problems)).read();
    problems.throwIfAny();
    return mapping;
  }

  private static ObjectNode resource(String name) {
    try (InputStream in = MappingReader.class.getResourceAsStream(name + ".json")) {
      return (ObjectNode) JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With the keys of its base. */
  private static ObjectNode merged(ParameterFile.Content content, Problems problems) {
    JsonNode base = content.root().get(BASE);
    ObjectNode all = JSON.createObjectNode();
    if (base != null) {
      if (base.isTextual() && SHIPPED.containsKey(base.textValue())) {
        all = resource(base.textValue());
      } else {
        problems.error(
            "%s: found %s, expected one of %s"
                .formatted(content.file().where(BASE), base, String.join(", ", SHIPPED.keySet())));
      }
    }
    ObjectNode merged = all;
    content
        .root()
        .properties()
        .forEach(
            key -> {
              if (key.getValue().isNull()) {
                merged.remove(key.getKey());
              } else {
                merged.set(key.getKey(), key.getValue());
              }
            });
    return merged;
  }

  private FrameMapping read() {
    file.declare(List.of(BASE));
    String id = column("id");
    boolean steps = file.flag("steps");
    if (steps && id == null) {
      file.error("steps", "a row is a trajectory, so that id has to name each; give the column");
    }
    String elements = required("elements", "the column with symbols or atomic numbers");
    file.require("positions", "the column with the positions");
    Quantity positions = quantity("positions", Dimension.LENGTH);
    boolean fractional = option("positions", "fractional");
    Quantity cell = quantity("cell", Dimension.LENGTH);
    if (fractional && cell == null) {
      file.error("positions", "are fractional, which needs a cell; name its column");
    }
    Quantity energy = quantity("energy", Dimension.ENERGY);
    Quantity stress = quantity("stress", Dimension.STRESS);
    Quantity virial = quantity("virial", Dimension.ENERGY);
    if (stress != null && virial != null) {
      file.error("virial", "stress is given too, and one follows from the other; keep one");
    }
    if (stress != null && cell == null) {
      file.error("stress", "needs a cell, for the volume; name its column");
    }
    FrameMapping mapping =
        new FrameMapping(
            id,
            elements,
            positions,
            fractional,
            cell,
            column("pbc"),
            energy,
            option("energy", "per_atom"),
            quantity("forces", Dimension.FORCE),
            stress,
            stress != null && compression(),
            stress == null ? null : timesVolume(),
            virial,
            column("fparam"),
            column("aparam"),
            column("formula"),
            steps,
            column("where"));
    finish();
    return mapping;
  }

  private String column(String key) {
    return file.text(key).orElse(null);
  }

  private String required(String key, String expected) {
    return file.require(key, expected) ? column(key) : null;
  }

  private boolean isObject(String key) {
    return file.has(key) && file.node().get(key).isObject();
  }

  private Block object(String key) {
    return file.child(key, file.node().get(key));
  }

  private boolean option(String key, String name) {
    return isObject(key) && object(key).flag(name);
  }

  /** {@code null} where the key is not there. */
  private Quantity quantity(String key, Dimension dimension) {
    if (!file.has(key)) {
      return null;
    }
    if (!isObject(key)) {
      if (!file.node().get(key).isTextual()) {
        file.error(
            key,
            "found %s, expected a column, or { \"column\": ..., \"unit\": ... }"
                .formatted(Block.describe(file.node().get(key))));
        return null;
      }
      return new Quantity(file.text(key).orElse(""), 1);
    }
    Block block = object(key);
    String column = block.require("column", "the column's name") ? text(block, "column") : "";
    String unit = text(block, "unit");
    OptionalDouble factor = unit == null ? OptionalDouble.of(1) : UnitName.factor(unit, dimension);
    if (factor.isEmpty()) {
      block.error(
          "unit", "'%s' is not known, expected e.g. %s".formatted(unit, dimension.examples()));
    }
    return new Quantity(column, factor.orElse(1));
  }

  private static String text(Block block, String key) {
    return block.text(key).orElse(null);
  }

  /** Nobody guesses a sign. */
  private boolean compression() {
    String expected =
        "\"compression\" (VASP: positive where the frame wants to expand) or \"tension\" (ASE)";
    if (!isObject("stress")) {
      file.error(
          "stress",
          "does not say its sign; expected { \"column\": ..., \"unit\": ..., \"positive\": ... }, positive being "
              + expected);
      return false;
    }
    Block block = object("stress");
    return block.require("positive", expected)
        && block
            .choice("positive", List.of("compression", "tension"))
            .filter("compression"::equals)
            .isPresent();
  }

  private String timesVolume() {
    if (!isObject("stress")) {
      return null;
    }
    JsonNode given = file.node().get("stress").get("times_volume");
    Block block = object("stress");
    if (given != null && given.isTextual()) {
      return text(block, "times_volume");
    }
    return block.flag("times_volume") ? "true" : null;
  }

  /** Keys that nobody asked for, those of objects too. */
  private void finish() {
    Map<String, List<String>> known =
        Map.of(
            "positions", List.of("column", "unit", "fractional"),
            "cell", List.of("column", "unit"),
            "energy", List.of("column", "unit", "per_atom"),
            "forces", List.of("column", "unit"),
            "stress", List.of("column", "unit", "positive", "times_volume"),
            "virial", List.of("column", "unit"));
    known.forEach(
        (key, keys) -> {
          if (isObject(key)) {
            object(key).declare(keys).finish();
          }
        });
    file.finish();
  }
}
