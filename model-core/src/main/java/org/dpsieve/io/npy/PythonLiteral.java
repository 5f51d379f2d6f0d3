package org.dpsieve.io.npy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.text.Counted;

/**
 * The part of Python's literals that NumPy writes into npy headers: dicts, tuples, lists, strings,
 * integers, True, False and None.
 */
final class PythonLiteral {
  /** A dict of a list of tuples is as deep as NumPy goes, structured types some levels more. */
  private static final int DEEPEST = 32;

  private static final int SHOWN = 80;

  private final String text;
  private final String file;
  private int at;
  private int depth;

  private PythonLiteral(String text, String file) {
    this.text = text;
    this.file = file;
  }

  /** Map, List, String, Long or Boolean, or null for None; {@code file} is for the message. */
  static Object parse(String text, String file) {
    PythonLiteral literal = new PythonLiteral(text, file);
    Object value = literal.value();
    literal.skipSpace();
    if (literal.at < text.length()) {
      throw literal.unexpected("nothing more");
    }
    return value;
  }

  private Object value() {
    skipSpace();
    char c = peek();
    if (c == '{' || c == '(' || c == '[') {
      if (++depth > DEEPEST) {
        throw unexpected("at most %s inside each other".formatted(Counted.of(DEEPEST, "bracket")));
      }
      Object nested = c == '{' ? dict() : sequence(c == '(' ? ')' : ']');
      depth--;
      return nested;
    }
    if (c == '\'' || c == '"') {
      return string();
    }
    if (c == '-' || Character.isDigit(c)) {
      return integer();
    }
    return word();
  }

  private Map<String, Object> dict() {
    Map<String, Object> fields = new LinkedHashMap<>();
    at++;
    while (true) {
      skipSpace();
      if (peek() == '}') {
        at++;
        return fields;
      }
      String key = string();
      skipSpace();
      expect(':');
      fields.put(key, value());
      skipSpace();
      if (peek() != '}') {
        expect(',');
      }
    }
  }

  private List<Object> sequence(char end) {
    List<Object> values = new ArrayList<>();
    at++;
    while (true) {
      skipSpace();
      if (peek() == end) {
        at++;
        return values;
      }
      values.add(value());
      skipSpace();
      if (peek() != end) {
        expect(',');
      }
    }
  }

  private String string() {
    char quote = peek();
    if (quote != '\'' && quote != '"') {
      throw unexpected("a quoted string");
    }
    StringBuilder value = new StringBuilder();
    at++;
    while (peek() != quote) {
      if (peek() == '\\') {
        at++;
      }
      if (at >= text.length()) {
        throw unexpected("a closing quote");
      }
      value.append(peek());
      at++;
    }
    at++;
    return value.toString();
  }

  private Long integer() {
    int start = at;
    at++;
    while (Character.isDigit(peek())) {
      at++;
    }
    String digits = text.substring(start, at);
    if (peek() == 'L') { // Python 2 wrote its long integers so
      at++;
    }
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException e) {
      throw unexpected("an integer");
    }
  }

  private Object word() {
    int start = at;
    while (Character.isLetter(peek())) {
      at++;
    }
    String word = text.substring(start, at);
    return switch (word) {
      case "True" -> Boolean.TRUE;
      case "False" -> Boolean.FALSE;
      case "None" -> null;
      default -> {
        at = start;
        throw unexpected("a Python literal");
      }
    };
  }

  private void skipSpace() {
    while (Character.isWhitespace(peek())) {
      at++;
    }
  }

  private void expect(char c) {
    if (peek() != c) {
      throw unexpected("'" + c + "'");
    }
    at++;
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private InputException unexpected(String expected) {
    String shown = text.strip();
    return new InputException(
        "%s: npy header \"%s\", expected %s at character %d: the file is damaged"
            .formatted(file, beginning(shown), expected, at + 1));
  }

  /** So much of a text as belongs into a message. */
  static String beginning(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }
}
