package org.dpsieve.model;

import java.io.Serializable;
import java.util.List;

/**
 * What is before the output layer of a model that only another program evaluates: whatever it is,
 * energies, forces and virials are linear in the layer that follows.
 *
 * @param kind its name in DeePMD-kit's input
 * @param evaluator who evaluates it; knows its file
 */
public record Foreign(String kind, Evaluator evaluator) implements Descriptor {
  /** Another program, as it is called where Spark's tasks run. */
  public interface Evaluator extends Serializable {}

  /** Nobody here looks at atoms for it. */
  @Override
  public List<Surroundings> surroundings() {
    return List.of();
  }

  /** Not known. */
  @Override
  public int size() {
    return 0;
  }
}
