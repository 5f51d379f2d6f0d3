package org.dpsieve.config.reading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One object of a parameter file. Asking for a key declares it; {@link #finish} reports those that
 * nobody asked for. Types are dargs' own: an integer serves as a float, nothing else is converted.
 * Keys that begin with {@code _} are comments.
 */
public final class Block {
  /** A file's own key that says to an editor what may stand in the file. */
  public static final String SCHEMA = "$schema";

  private final ParameterFile file;
  private final String path;
  private final ObjectNode node;
  private final Problems problems;
  private final Set<String> declared = new LinkedHashSet<>();

  public Block(ParameterFile file, String path, ObjectNode node, Problems problems) {
    this.file = file;
    this.path = path;
    this.node = node;
    this.problems = problems;
  }

  public ObjectNode node() {
    return node;
  }

  public ParameterFile file() {
    return file;
  }

  /** {@code a.b}; empty for the file's own object. */
  public String path() {
    return path;
  }

  /** {@code a.b.key}. */
  public String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** {@code simplify.json, line 3: a.b.key}. */
  public String where(String key) {
    return file.where(path(key));
  }

  public boolean has(String key) {
    declared(key);
    return node.has(key);
  }

  /** Whether the key has a value other than {@code null}. */
  public boolean given(String key) {
    return has(key) && !node.get(key).isNull();
  }

  /** Declares keys without reading them. */
  public Block declare(Collection<String> keys) {
    keys.forEach(this::declared);
    return this;
  }

  private void declared(String key) {
    if (declared.add(key)) {
      problems.asked(file.path().getFileName() + ": " + path(key));
    }
  }

  public void error(String key, String message) {
    problems.error(where(key) + ": " + message);
  }

  public void warn(String key, String message) {
    problems.warn(where(key) + ": " + message);
  }

  /** Reports a required key as missing; true when it is there. */
  public boolean require(String key, String expected) {
    if (has(key)) {
      return true;
    }
    // a key that is there but misspelt is reported once, as that
    if (Spelling.nearest(key, undeclared()).isEmpty()) {
      problems.error(
          "%s: %s is missing, expected %s"
              .formatted(file.path().getFileName(), path(key), expected));
    }
    return false;
  }

  public Optional<String> text(String key) {
    return value(key, JsonNode::isTextual, "a string").map(JsonNode::textValue);
  }

  public Optional<Boolean> bool(String key) {
    return value(key, JsonNode::isBoolean, "true or false").map(JsonNode::booleanValue);
  }

  public boolean flag(String key) {
    return bool(key).orElse(false);
  }

  /** An integer of at least {@code least} that fits 32 bits. */
  public OptionalInt integer(String key, int least) {
    Optional<JsonNode> value = value(key, JsonNode::isIntegralNumber, "an integer");
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    JsonNode number = value.get();
    if (!number.canConvertToInt() || number.intValue() < least) {
      error(key, "found %s, expected an integer of at least %d".formatted(number, least));
      return OptionalInt.empty();
    }
    return OptionalInt.of(number.intValue());
  }

  public Optional<Long> longInteger(String key) {
    Optional<JsonNode> value = value(key, JsonNode::isIntegralNumber, "an integer");
    if (value.isPresent() && !value.get().canConvertToLong()) {
      error(key, "found %s, expected an integer of 64 bits".formatted(value.get()));
      return Optional.empty();
    }
    return value.map(JsonNode::longValue);
  }

  /** A number that may be infinite, but not NaN. */
  public OptionalDouble number(String key) {
    Optional<JsonNode> value = value(key, JsonNode::isNumber, "a number");
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    double number = value.get().doubleValue();
    if (Double.isNaN(number)) {
      error(key, "found NaN, expected a number");
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(number);
  }

  /** A finite number of at least {@code least}. */
  public OptionalDouble finite(String key, double least) {
    OptionalDouble number = number(key);
    if (number.isPresent()
        && (Double.isInfinite(number.getAsDouble()) || number.getAsDouble() < least)) {
      error(
          key,
          "found %s, expected a finite number%s"
              .formatted(
                  node.get(key),
                  least == Double.NEGATIVE_INFINITY ? "" : " of at least " + Numbers.text(least)));
      return OptionalDouble.empty();
    }
    return number;
  }

  public Optional<List<String>> texts(String key) {
    return list(key, JsonNode::isTextual, "a list of strings")
        .map(items -> items.stream().map(JsonNode::textValue).toList());
  }

  /** A list of strings, for which older files and careless ones give one bare string. */
  public Optional<List<String>> textOrTexts(String key) {
    if (has(key) && node.get(key).isTextual()) {
      return Optional.of(List.of(node.get(key).textValue()));
    }
    return list(key, JsonNode::isTextual, "a string or a list of strings")
        .map(items -> items.stream().map(JsonNode::textValue).toList());
  }

  public Optional<List<Double>> numbers(String key) {
    return list(
            key,
            item -> item.isNumber() && Double.isFinite(item.doubleValue()),
            "a list of finite numbers")
        .map(items -> items.stream().map(JsonNode::doubleValue).toList());
  }

  /** An object; {@code null} in its place is reported like any other type. */
  public Optional<Block> block(String key) {
    return value(key, JsonNode::isObject, "an object, { ... }").map(value -> child(key, value));
  }

  /** An object; where there is none, or none that can be read, one without keys. */
  public Block blockOrEmpty(String key) {
    return block(key).orElseGet(() -> child(key, JsonNodeFactory.instance.objectNode()));
  }

  public Block child(String key, JsonNode object) {
    return new Block(file, path(key), (ObjectNode) object, problems);
  }

  /** One of a few words. */
  public Optional<String> choice(String key, List<String> choices) {
    Optional<String> word = text(key);
    if (word.isPresent() && !choices.contains(word.get())) {
      error(
          key,
          "found '%s', expected one of %s%s"
              .formatted(
                  word.get(), String.join(", ", choices), Spelling.hint(word.get(), choices)));
      return Optional.empty();
    }
    return word;
  }

  private interface Test {
    boolean accepts(JsonNode node);
  }

  private Optional<JsonNode> value(String key, Test test, String expected) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    if (!test.accepts(value)) {
      error(key, "found %s, expected %s".formatted(describe(value), expected));
      return Optional.empty();
    }
    return Optional.of(value);
  }

  private Optional<List<JsonNode>> list(String key, Test item, String expected) {
    Optional<JsonNode> value = value(key, JsonNode::isArray, expected);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    List<JsonNode> items = new ArrayList<>();
    for (JsonNode element : value.get()) {
      if (!item.accepts(element)) {
        error(
            key,
            "item %d is %s, expected %s".formatted(items.size() + 1, describe(element), expected));
        return Optional.empty();
      }
      items.add(element);
    }
    return Optional.of(items);
  }

  /** A value and its type, for messages; long ones are cut. */
  public static String describe(JsonNode value) {
    String text = value.toString();
    String shown = text.length() <= 60 ? text : text.substring(0, 57) + "...";
    return switch (value.getNodeType()) {
      case STRING -> shown + " (a string)";
      case NUMBER -> shown + (value.isIntegralNumber() ? " (an integer)" : " (a float)");
      case BOOLEAN -> shown + " (a truth value)";
      case ARRAY -> shown + " (a list)";
      case OBJECT -> shown + " (an object)";
      default -> shown;
    };
  }

  private List<String> undeclared() {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    keys.removeIf(
        key ->
            key.startsWith("_") || declared.contains(key) || path.isEmpty() && key.equals(SCHEMA));
    return keys;
  }

  /** Reports every key nobody asked for. */
  public void finish() {
    for (String key : undeclared()) {
      String hint = Spelling.hint(key, declared);
      error(key, "unknown key" + (hint.isEmpty() ? "; remove it, nothing reads it" : hint));
    }
  }

  /**
   * Reports keys that look misspelt, and warns of others nobody asked for: of machine.json, where
   * DP-GEN and dpdispatcher check no names and files in use carry keys of other programs.
   */
  public void finishLeniently() {
    for (String key : undeclared()) {
      String hint = Spelling.hint(key, declared);
      if (Spelling.nearest(key, declared).isEmpty()) {
        warn(key, "unknown key, of no effect" + hint);
      } else {
        error(key, "unknown key" + hint);
      }
    }
  }
}
