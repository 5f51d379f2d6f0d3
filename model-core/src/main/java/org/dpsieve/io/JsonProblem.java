package org.dpsieve.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;

/**
 * What is wrong with a JSON file, for people: the parser's own words name sources they cannot see.
 */
public final class JsonProblem {
  private JsonProblem() {}

  /** To be put after the file's name. */
  public static String of(Exception failure) {
    if (failure instanceof JsonEOFException) {
      return "no valid JSON: it ends too early";
    }
    if (failure instanceof JsonProcessingException json) {
      String reason = json.getOriginalMessage().lines().findFirst().orElse("");
      String where = json.getLocation() == null ? "" : " in line " + json.getLocation().getLineNr();
      return "no valid JSON%s: %s"
          .formatted(where, reason.replaceAll("\\s*\\(?(start marker )?at \\[Source:.*", ""));
    }
    return String.valueOf(failure.getMessage());
  }
}
