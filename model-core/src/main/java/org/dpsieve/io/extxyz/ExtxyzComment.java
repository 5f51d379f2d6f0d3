package org.dpsieve.io.extxyz;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The second line of an extended XYZ frame: {@code key=value} pairs, values bare or in quotes,
 * braces or brackets; a key alone means true (ASE, ase/io/extxyz.py: key_val_str_to_dict).
 */
final class ExtxyzComment {
  private static final String OPENING = "\"'{[";
  private static final String CLOSING = "\"'}]";

  private ExtxyzComment() {}

  /** Values by key, in the order of the line; delimiters taken off, inner brackets to spaces. */
  static Map<String, String> parse(String line) {
    Map<String, String> fields = new LinkedHashMap<>();
    int at = 0;
    while (true) {
      while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
        at++;
      }
      if (at == line.length()) {
        return fields;
      }
      StringBuilder key = new StringBuilder();
      at = word(line, at, key, true);
      if (at < line.length() && line.charAt(at) == '=') {
        StringBuilder value = new StringBuilder();
        at = word(line, at + 1, value, false);
        fields.put(key.toString(), value.toString());
      } else {
        fields.put(key.toString(), "T");
      }
    }
  }

  /** Appends the word that starts here and returns where it ends. */
  private static int word(String line, int start, StringBuilder word, boolean isKey) {
    int at = start;
    while (at < line.length()) {
      char c = line.charAt(at);
      int delimiter = OPENING.indexOf(c);
      if (Character.isWhitespace(c) || (isKey && c == '=')) {
        return at;
      } else if (delimiter >= 0) {
        at = delimited(line, at + 1, c, CLOSING.charAt(delimiter), word);
      } else {
        if (c == '\\' && at + 1 < line.length()) {
          c = line.charAt(++at);
        }
        word.append(c);
        at++;
      }
    }
    return at;
  }

  private static int delimited(String line, int start, char open, char close, StringBuilder word) {
    int depth = 1;
    for (int at = start; at < line.length(); at++) {
      char c = line.charAt(at);
      if (c == '\\' && at + 1 < line.length()) {
        word.append(line.charAt(++at));
      } else if (c == close && --depth == 0) {
        return at + 1;
      } else if (c == close || c == open) {
        depth += c == open && open != close ? 1 : 0;
        word.append(' ');
      } else {
        word.append(c);
      }
    }
    return line.length();
  }
}
