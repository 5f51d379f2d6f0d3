package org.dpsieve.error;

import org.dpsieve.text.Counted;

/** A model that does not say which elements its types are, and nobody else did. */
public final class UnnamedTypesException extends InputException {
  private static final long serialVersionUID = 1;

  private final int types;

  /**
   * @param model its file
   * @param types how many it has
   */
  public UnnamedTypesException(String model, int types) {
    super(
        "%s: does not say which %s (no type map in it); say it in their order: --type-map %s, in simplify.json type_map, in SQL SET dpsieve.typeMap"
            .formatted(
                model,
                "elements its " + Counted.of(types, "type is", "types are"),
                types == 1 ? "H" : types == 2 ? "H,C" : "H,C,O ..."));
    this.types = types;
  }

  /** How many types the model has. */
  public int types() {
    return types;
  }
}
