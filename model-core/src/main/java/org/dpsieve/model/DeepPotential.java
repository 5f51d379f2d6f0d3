package org.dpsieve.model;

import java.io.Serializable;
import java.util.List;

/**
 * One trained Deep Potential, in memory, whatever file it came from.
 *
 * @param name the file, for messages
 * @param typeMap element symbols in the order of the model's types
 * @param descriptor surroundings to numbers
 * @param fitting numbers to energy
 */
public record DeepPotential(
    String name, List<String> typeMap, Descriptor descriptor, EnergyFitting fitting)
    implements Serializable {
  public DeepPotential {
    typeMap = List.copyOf(typeMap);
  }

  public int typeCount() {
    return typeMap.size();
  }
}
