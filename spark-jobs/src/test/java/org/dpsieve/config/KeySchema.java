package org.dpsieve.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JSON schema of a parameter file, from what the readers say that they expect. It refuses nothing
 * that a reader takes: what it does not understand of their words it leaves open.
 */
final class KeySchema {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern LEAST =
      Pattern.compile("(an integer|a number|a finite number) of at least (\\S+)");
  private static final Pattern WORDS = Pattern.compile("(?:one of )?([\\w./-]+(?:, [\\w./-]+)*)");

  private final ObjectNode root = JSON.createObjectNode();

  KeySchema(String file) {
    root.put("$schema", "http://json-schema.org/draft-07/schema#");
    root.put("title", file + " of dpsieve");
    root.put("type", "object");
    root.putObject("properties").set("$schema", type("string"));
    root.putObject("patternProperties").set("^_", JSON.createObjectNode()); // comments
  }

  /** Keys that nobody reads are errors. */
  void refuseOthers() {
    root.put("additionalProperties", false);
  }

  void require(String key) {
    root.withArray("required").add(key);
  }

  /**
   * @param path of the key, with dots; keys in a section or an object after those
   * @param accepts in the reader's words
   * @param enumerated whether each of the words that it lists, if it does, is a value
   * @param closed whether no other value is taken
   */
  void key(
      String path,
      String accepts,
      boolean enumerated,
      boolean closed,
      String meaning,
      JsonNode fallback) {
    ObjectNode schema = of(accepts, enumerated, closed);
    if (!meaning.isEmpty()) {
      schema.put("description", meaning.replace("`", ""));
    }
    if (fallback != null) {
      schema.set("default", fallback);
    }
    ObjectNode properties = (ObjectNode) root.get("properties");
    String[] names = path.split("\\.");
    for (int i = 0; i < names.length - 1; i++) {
      properties = properties.withObject("/" + names[i]).withObject("/properties");
    }
    properties.set(names[names.length - 1], schema);
  }

  /** An old name, which is still read. */
  void old(String name, String note) {
    ObjectNode schema = JSON.createObjectNode().put("description", note).put("deprecated", true);
    ((ObjectNode) root.get("properties")).set(name, schema);
  }

  /** The words that a reader lists; empty where it does not. */
  static List<String> words(String accepts) {
    Matcher words = WORDS.matcher(accepts);
    return words.matches() && (accepts.startsWith("one of ") || accepts.contains(", "))
        ? List.of(words.group(1).split(", "))
        : List.of();
  }

  private static ObjectNode of(String accepts, boolean enumerated, boolean closed) {
    Matcher least = LEAST.matcher(accepts);
    if (least.matches()) {
      ObjectNode number = type(least.group(1).equals("an integer") ? "integer" : "number");
      double bound = Double.parseDouble(least.group(2));
      return bound > 0 && bound < Double.MIN_NORMAL
          ? number.put("exclusiveMinimum", 0)
          : number.set("minimum", JSON.getNodeFactory().numberNode(bound));
    }
    if (enumerated) {
      ObjectNode choice = JSON.createObjectNode();
      ArrayNode values = choice.putArray("enum");
      words(accepts).forEach(values::add);
      return closed ? choice : either(choice, type("string"));
    }
    if (accepts.startsWith("a number above 0")) {
      return type("number").put("exclusiveMinimum", 0);
    }
    if (accepts.startsWith("an object")) {
      return accepts.equals("an object, { ... }")
          ? type("object")
          : either(type("object"), type("array"));
    }
    return switch (accepts) {
      case "a string" -> type("string");
      case "true or false" -> type("boolean");
      case "an integer" -> type("integer");
      case "a list of strings" -> list("string");
      case "a list of finite numbers" -> list("number");
      case "a string or a list of strings" -> either(type("string"), list("string"));
      default -> JSON.createObjectNode();
    };
  }

  private static ObjectNode type(String name) {
    return JSON.createObjectNode().put("type", name);
  }

  private static ObjectNode list(String items) {
    return type("array").set("items", type(items));
  }

  private static ObjectNode either(ObjectNode one, ObjectNode other) {
    ObjectNode schema = JSON.createObjectNode();
    schema.putArray("anyOf").add(one).add(other);
    return schema;
  }

  String text() throws JsonProcessingException {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
  }
}
