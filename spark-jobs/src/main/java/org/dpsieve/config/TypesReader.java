package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dpsieve.config.reading.Block;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.text.Counted;

/** Which types there are, and which elements they are of. */
final class TypesReader {
  static final List<String> KEYS = List.of("type_map", "mass_map", "elements");

  private final Block file;

  TypesReader(Block file) {
    this.file = file;
  }

  /** In the models' order; empty where it is wrong, which is reported. */
  List<String> typeMap() {
    if (!file.require("type_map", "a list of element symbols or other names of types")) {
      return List.of();
    }
    List<String> symbols = file.texts("type_map").orElse(List.of());
    HashSet<String> seen = new HashSet<>();
    for (String symbol : symbols) {
      Optional<String> problem = TypeNames.problem(symbol);
      if (problem.isPresent()) {
        file.error("type_map", problem.get());
      } else if (!seen.add(symbol)) {
        file.error("type_map", "'%s' is given twice".formatted(symbol));
      }
    }
    if (symbols.isEmpty()
        && file.node().get("type_map").isArray()
        && file.node().get("type_map").isEmpty()) {
      file.error("type_map", "is empty, expected the models' elements in their order");
    }
    return symbols;
  }

  /** {@code {"OW": "O"}}: of types that are no elements, where the leading letters say nothing. */
  TypeElements elements(List<String> typeMap) {
    Optional<Block> block = file.block("elements");
    if (block.isEmpty()) {
      return TypeElements.LEADING;
    }
    Map<String, String> given = new TreeMap<>();
    block
        .get()
        .node()
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!name.startsWith("_") || typeMap.contains(name)) {
                block.get().text(name).ifPresent(symbol -> given.put(name, symbol));
              }
            });
    block.get().finish();
    try {
      TypeElements elements = TypeElements.of(given);
      if (!typeMap.isEmpty()) {
        elements.requireKnown(typeMap, "type_map");
      }
      return elements;
    } catch (InputException e) {
      file.error("elements", e.getMessage());
      return TypeElements.LEADING;
    }
  }

  /** Masses are of no effect here, as in DP-GEN's simplify: they are checked alone. */
  void requireMasses(List<String> typeMap) {
    if (!file.has("mass_map")) {
      return;
    }
    JsonNode value = file.node().get("mass_map");
    if (value.isTextual() && value.textValue().equals("auto")) {
      return;
    }
    Optional<List<Double>> masses = file.numbers("mass_map");
    if (masses.isPresent()
        && (masses.get().size() != typeMap.size() || masses.get().stream().anyMatch(m -> m <= 0))
        && !typeMap.isEmpty()) {
      file.error(
          "mass_map",
          "found %s, expected \"auto\" or %s above 0, one per element of type_map"
              .formatted(masses.get(), Counted.of(typeMap.size(), "mass", "masses")));
    }
  }
}
