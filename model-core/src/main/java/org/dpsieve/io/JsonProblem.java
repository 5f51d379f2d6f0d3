package org.dpsieve.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;

/**
 * What is wrong with a JSON file, for people: the parser's own words name sources they cannot see.
 */
public final class JsonProblem {
  private static final String EARLY = "it ends too early";

  private JsonProblem() {}

  /** For messages that say where and of which format themselves. */
  public static String reason(JsonProcessingException failure) {
    return failure instanceof JsonEOFException
        ? EARLY
        : failure
            .getOriginalMessage()
            .strip()
            .replaceAll("\\s*\\(?(start marker )?at \\[Source:[^\\n]*", "")
            .replaceAll("\\s*\\n\\s*", " ");
  }

  /** To be put after the file's name. */
  public static String of(Exception failure) {
    if (failure instanceof JsonEOFException) {
      return "no valid JSON: " + EARLY;
    }
    if (failure instanceof JsonProcessingException json) {
      String where = json.getLocation() == null ? "" : " in line " + json.getLocation().getLineNr();
      return "no valid JSON%s: %s".formatted(where, reason(json));
    }
    return String.valueOf(failure.getMessage());
  }
}
