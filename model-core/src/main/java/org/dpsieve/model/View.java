package org.dpsieve.model;

import org.dpsieve.neighbor.NeighborRules;

/**
 * What a part of a model looks at: surroundings, and how they are picked.
 *
 * @param rules with the surroundings' limit on all types together
 */
public record View(Surroundings surroundings, NeighborRules rules) {
  /** With the limit. */
  public static View of(Surroundings surroundings, NeighborRules rules) {
    return new View(surroundings, rules.atMost(surroundings.total()));
  }
}
