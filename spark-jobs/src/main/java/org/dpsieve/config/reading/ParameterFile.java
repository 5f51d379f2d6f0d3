package org.dpsieve.config.reading;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.io.JsonProblem;

/**
 * A parameter file as people write it: JSON with {@code #} lines, {@code Infinity} and {@code NaN},
 * or YAML, by its suffix. Remembers the line of every key, and tells of keys given twice, of which
 * the last counts as in Python's json.
 */
public final class ParameterFile {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Path path;
  private final boolean yaml;
  private final Problems problems;
  private final Map<String, Integer> lines = new HashMap<>();

  private ParameterFile(Path path, Problems problems) {
    this.path = path;
    this.problems = problems;
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    this.yaml = name.endsWith(".yaml") || name.endsWith(".yml");
  }

  /** A file read into a tree. */
  public record Content(ParameterFile file, ObjectNode root) {
    public Block block(Problems problems) {
      return new Block(file, "", root, problems);
    }
  }

  /** A file's object; empty when it cannot be read, and {@code problems} says why. */
  public static Optional<Content> read(Path path, Problems problems) {
    ParameterFile file = new ParameterFile(path, problems);
    if (!Files.isRegularFile(path)) {
      problems.error(
          "%s: %s; give the path of a parameter file"
              .formatted(path, Files.exists(path) ? "is not a file" : "there is no such file"));
      return Optional.empty();
    }
    try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8);
        JsonParser parser = file.factory().createParser(withoutByteOrderMark(reader))) {
      return file.root(parser).map(root -> new Content(file, root));
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      problems.error(
          "%s, line %d, column %d: not %s: %s"
              .formatted(
                  path,
                  at == null ? 1 : at.getLineNr(),
                  at == null ? 1 : at.getColumnNr(),
                  file.yaml ? "YAML" : "JSON",
                  JsonProblem.reason(e)));
    } catch (CharacterCodingException e) {
      problems.error("%s: not a text file in UTF-8; save it as UTF-8".formatted(path));
    } catch (IOException e) {
      problems.error("%s: cannot be read: %s".formatted(path, e));
    }
    return Optional.empty();
  }

  /** In the place of a file that cannot be read: one without any key. */
  public static Content empty(Path path, Problems problems) {
    return new Content(new ParameterFile(path, problems), NODES.objectNode());
  }

  private static Reader withoutByteOrderMark(Reader reader) throws IOException {
    reader.mark(1);
    if (reader.read() != '\uFEFF') {
      reader.reset();
    }
    return reader;
  }

  private JsonFactory factory() {
    if (yaml) {
      return new YAMLFactory();
    }
    return JsonFactory.builder()
        .enable(JsonReadFeature.ALLOW_YAML_COMMENTS)
        .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
        .build();
  }

  private Optional<ObjectNode> root(JsonParser parser) throws IOException {
    JsonToken first = parser.nextToken();
    if (first != JsonToken.START_OBJECT) {
      problems.error(
          "%s: %s, expected one object of keys and values, { ... }"
              .formatted(path, first == null ? "is empty" : "begins with " + parser.getText()));
      return Optional.empty();
    }
    ObjectNode root = object(parser, "");
    if (parser.nextToken() != null) {
      JsonLocation at = parser.currentTokenLocation();
      problems.error(
          "%s, line %d, column %d: text after the closing brace; remove it"
              .formatted(path, at.getLineNr(), at.getColumnNr()));
      return Optional.empty();
    }
    return Optional.of(root);
  }

  private ObjectNode object(JsonParser parser, String parent) throws IOException {
    ObjectNode node = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      String keyPath = parent.isEmpty() ? key : parent + "." + key;
      int line = parser.currentTokenLocation().getLineNr();
      if (node.has(key) && !key.startsWith("_")) {
        problems.warn(
            "%s: %s is given twice, in lines %d and %d; the last one counts"
                .formatted(path, keyPath, line(keyPath), line));
      }
      lines.put(keyPath, line);
      parser.nextToken();
      node.set(key, value(parser, keyPath));
    }
    return node;
  }

  private JsonNode value(JsonParser parser, String keyPath) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, keyPath);
      case START_ARRAY -> {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser, keyPath + "[" + array.size() + "]"));
        }
        yield array;
      }
      case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(parser.getBooleanValue());
      case VALUE_NULL -> NODES.nullNode();
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
      default -> plainScalar(parser.getText());
    };
  }

  private static JsonNode integer(JsonParser parser) throws IOException {
    return switch (parser.getNumberType()) {
      case INT -> NODES.numberNode(parser.getIntValue());
      case LONG -> NODES.numberNode(parser.getLongValue());
      default -> NODES.numberNode(parser.getBigIntegerValue());
    };
  }

  /** YAML 1.2 calls {@code 1e10} and {@code .inf} numbers; the parser, of YAML 1.1, text. */
  private JsonNode plainScalar(String text) {
    if (yaml && text.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)[eE][-+]?\\d+")) {
      return NODES.numberNode(Double.parseDouble(text));
    }
    if (yaml && text.matches("[+]?\\.(inf|Inf|INF)")) {
      return NODES.numberNode(Double.POSITIVE_INFINITY);
    }
    return NODES.textNode(text);
  }

  public Path path() {
    return path;
  }

  /** The line of a key, {@code a.b.c}; 0 when the file has none. */
  public int line(String keyPath) {
    return lines.getOrDefault(keyPath, 0);
  }

  /** {@code simplify.json, line 3: key}: how every message begins. */
  public String where(String keyPath) {
    int line = line(keyPath);
    return path.getFileName() + (line > 0 ? ", line " + line : "") + ": " + keyPath;
  }

  /** The same for a key and all below it. */
  public void movedAll(String from, String to) {
    Map<String, Integer> below = new HashMap<>();
    lines.forEach(
        (key, line) -> {
          if (key.equals(from) || key.startsWith(from + ".") || key.startsWith(from + "[")) {
            below.put(to + key.substring(from.length()), line);
          }
        });
    below.forEach(lines::putIfAbsent);
  }

  /** Lets messages about a key moved from an old place name its old line. */
  public void moved(String from, String to) {
    if (line(from) > 0) {
      lines.putIfAbsent(to, line(from));
    }
  }
}
