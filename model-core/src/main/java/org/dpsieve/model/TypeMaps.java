package org.dpsieve.model;

import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnnamedTypesException;
import org.dpsieve.text.Counted;

/** Names of a model's types. */
public final class TypeMaps {
  private TypeMaps() {}

  /**
   * A model's type map, or the names that were given where it has none.
   *
   * @param model for messages
   * @param typeMap the model's own; may be empty
   * @param given by a person; may be empty
   * @param types how many the model has
   * @throws UnnamedTypesException when both are empty
   */
  public static List<String> named(
      String model, List<String> typeMap, List<String> given, int types) {
    if (!typeMap.isEmpty()) {
      return typeMap;
    }
    if (given.isEmpty()) {
      throw new UnnamedTypesException(model, types);
    }
    if (given.size() != types) {
      throw new InputException(
          "%s: has %s and names none; the type map given names %d (%s), expected one for each"
              .formatted(model, Counted.of(types, "type"), given.size(), String.join(" ", given)));
    }
    return given;
  }
}
