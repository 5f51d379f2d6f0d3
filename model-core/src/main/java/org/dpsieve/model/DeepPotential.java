package org.dpsieve.model;

import java.io.Serializable;
import java.util.List;
import org.dpsieve.neighbor.NeighborRules;

/**
 * One trained Deep Potential, in memory, whatever file it came from.
 *
 * @param name the file, for messages
 * @param typeMap element symbols in the order of the model's types
 * @param descriptor surroundings to numbers
 * @param fitting numbers to energy
 * @param neighborRules how its program picks neighbours
 * @param excludedTypes types whose atoms have no energy, though others see them ({@code
 *     atom_exclude_types})
 */
public record DeepPotential(
    String name,
    List<String> typeMap,
    Descriptor descriptor,
    EnergyFitting fitting,
    NeighborRules neighborRules,
    List<Integer> excludedTypes)
    implements Serializable {
  public DeepPotential {
    typeMap = List.copyOf(typeMap);
    excludedTypes = List.copyOf(excludedTypes);
  }

  /** Of which every atom has an energy. */
  public DeepPotential(
      String name,
      List<String> typeMap,
      Descriptor descriptor,
      EnergyFitting fitting,
      NeighborRules neighborRules) {
    this(name, typeMap, descriptor, fitting, neighborRules, List.of());
  }

  /** A model of TensorFlow. */
  public DeepPotential(
      String name, List<String> typeMap, Descriptor descriptor, EnergyFitting fitting) {
    this(name, typeMap, descriptor, fitting, NeighborRules.TENSORFLOW);
  }

  public DeepPotential withFitting(EnergyFitting other) {
    return new DeepPotential(name, typeMap, descriptor, other, neighborRules, excludedTypes);
  }

  public int typeCount() {
    return typeMap.size();
  }
}
