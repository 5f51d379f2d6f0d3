package org.dpsieve.label.cp2k;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.text.Counted;

/**
 * A CP2K input as a tree of sections, as {@code user_fp_params} gives it: an object is a section,
 * {@code "_"} its parameter, lists repeat the section (one item of each list a time) or, as a list
 * of objects, say it in full; everything else is a keyword.
 */
final class Cp2kInput {
  /** What dpgen 0.14 starts from ({@code generator/lib/cp2k.py}), without its example's KINDs. */
  private static final String DEFAULTS =
      """
      {"GLOBAL": {"PROJECT": "DPGEN"},
       "FORCE_EVAL": {
        "METHOD": "QS",
        "STRESS_TENSOR": "ANALYTICAL",
        "DFT": {
         "BASIS_SET_FILE_NAME": "./cp2k_basis_pp_file/BASIS_MOLOPT",
         "POTENTIAL_FILE_NAME": "./cp2k_basis_pp_file/GTH_POTENTIALS",
         "CHARGE": 0, "UKS": "F",
         "MGRID": {"CUTOFF": 400, "REL_CUTOFF": 50, "NGRIDS": 4},
         "QS": {"EPS_DEFAULT": "1.0E-12"},
         "SCF": {"SCF_GUESS": "ATOMIC", "EPS_SCF": "1.0E-6", "MAX_SCF": 50},
         "XC": {"XC_FUNCTIONAL": {"_": "PBE"}}},
        "SUBSYS": {"COORD": {"@include": "coord.xyz"}},
        "PRINT": {"FORCES": {"_": "ON"}, "STRESS_TENSOR": {"_": "ON"}}}}
      """;

  private Cp2kInput() {}

  /** The user's settings over the defaults; a key of the user replaces it in any case. */
  static ObjectNode merged(ObjectNode user) {
    try {
      ObjectNode all = (ObjectNode) new ObjectMapper().readTree(DEFAULTS);
      merge(all, user);
      return all;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void merge(ObjectNode into, ObjectNode from) {
    for (Map.Entry<String, JsonNode> entry : from.properties()) {
      String key = existing(into, entry.getKey());
      JsonNode old = into.get(key);
      if (old instanceof ObjectNode section && entry.getValue() instanceof ObjectNode update) {
        merge(section, update);
      } else {
        into.set(key, entry.getValue().deepCopy());
      }
    }
  }

  /** The key as the section spells it already: CP2K knows no case. */
  static String existing(ObjectNode section, String key) {
    for (Map.Entry<String, JsonNode> entry : section.properties()) {
      if (entry.getKey().equalsIgnoreCase(key)) {
        return entry.getKey();
      }
    }
    return key;
  }

  /** The section of a name, made where there is none. */
  static ObjectNode section(ObjectNode parent, String name) {
    String key = existing(parent, name);
    if (parent.get(key) instanceof ObjectNode section) {
      return section;
    }
    if (parent.has(key)) {
      throw new InputException(
          "user_fp_params: %s is %s, expected a section, { ... }".formatted(name, parent.get(key)));
    }
    return parent.putObject(key);
  }

  /** Says of each KIND that is named by a type, not by an element, which element it is of. */
  static void addElements(ObjectNode subsys, List<String> typeMap, TypeElements elements) {
    JsonNode kinds = subsys.path(existing(subsys, "KIND"));
    List<JsonNode> sections = new ArrayList<>();
    if (kinds.isArray()) {
      kinds.forEach(sections::add);
    } else {
      sections.add(kinds);
    }
    for (JsonNode section : sections) {
      if (section instanceof ObjectNode kind && !kind.has(existing(kind, "ELEMENT"))) {
        List<String> names = new ArrayList<>();
        JsonNode named = kind.path("_");
        if (named.isArray()) {
          named.forEach(name -> names.add(name.asText()));
        } else {
          names.add(named.asText());
        }
        if (names.stream().anyMatch(n -> typeMap.contains(n) && Elements.number(n).isEmpty())) {
          List<String> symbols =
              names.stream().map(name -> elements.symbol(name).orElse(name)).toList();
          kind.set(
              "ELEMENT",
              named.isArray()
                  ? new ObjectMapper().valueToTree(symbols)
                  : new TextNode(symbols.get(0)));
        }
      }
    }
  }

  static String text(ObjectNode input) {
    StringBuilder text = new StringBuilder();
    lines(input, -1, "", text);
    return text.toString();
  }

  private static void lines(ObjectNode section, int item, String indent, StringBuilder text) {
    for (Map.Entry<String, JsonNode> entry : section.properties()) {
      JsonNode value = entry.getValue();
      if (value instanceof ObjectNode child) {
        sections(entry.getKey(), child, indent, text);
      } else if (value.isArray() && item < 0) {
        for (JsonNode one : value) {
          if (!(one instanceof ObjectNode child)) {
            throw new InputException(
                "user_fp_params: %s is %s; a list outside a repeated section can hold sections only"
                    .formatted(entry.getKey(), value));
          }
          sections(entry.getKey(), child, indent, text);
        }
      } else if (!entry.getKey().equals("_")) {
        text.append(indent).append(entry.getKey()).append(' ');
        text.append(word(value.isArray() ? value.get(item) : value)).append('\n');
      }
    }
  }

  /** One section, or as many as its lists of words are long. */
  private static void sections(String name, ObjectNode section, String indent, StringBuilder text) {
    int repeats = -1;
    for (JsonNode value : section) {
      if (value.isArray() && (value.isEmpty() || value.get(0).isValueNode())) {
        if (repeats >= 0 && repeats != value.size()) {
          throw new InputException(
              "user_fp_params: the lists of section %s have %d and %s, expected as many in each"
                  .formatted(name, repeats, Counted.of(value.size(), "item")));
        }
        repeats = value.size();
      }
    }
    for (int item = repeats < 0 ? -1 : 0; item < repeats || item < 0; item++) {
      JsonNode parameter = section.path("_");
      String word =
          parameter.isMissingNode()
              ? ""
              : " " + word(parameter.isArray() ? parameter.get(item) : parameter);
      text.append("%s&%s%s\n".formatted(indent, name.toUpperCase(Locale.ROOT), word));
      lines(section, item, indent + "  ", text);
      text.append("%s&END %s\n".formatted(indent, name.toUpperCase(Locale.ROOT)));
    }
  }

  private static String word(JsonNode value) {
    if (value == null || !value.isValueNode()) {
      throw new InputException(
          "user_fp_params: %s where a word or number is expected".formatted(value));
    }
    return value.isBoolean() ? value.booleanValue() ? "T" : "F" : value.asText();
  }
}
