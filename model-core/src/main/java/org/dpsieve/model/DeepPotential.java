package org.dpsieve.model;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.neighbor.NeighborRules;

/**
 * One trained Deep Potential, in memory, whatever file it came from.
 *
 * @param name the file, for messages
 * @param typeMap names of the model's types in their order: elements, or free text
 * @param descriptor surroundings to numbers
 * @param fitting numbers to energy
 * @param neighborRules how its program picks neighbors
 * @param excludedTypes types whose atoms have no energy, though others see them ({@code
 *     atom_exclude_types})
 * @param additions what energy there is beside that of descriptor and fitting
 */
public record DeepPotential(
    String name,
    List<String> typeMap,
    Descriptor descriptor,
    EnergyFitting fitting,
    NeighborRules neighborRules,
    List<Integer> excludedTypes,
    Additions additions)
    implements Serializable {
  /**
   * @throws org.dpsieve.error.InputException when a type has no name, or two have the same
   */
  public DeepPotential {
    TypeNames.require(typeMap, name + ": its type map");
    typeMap = List.copyOf(typeMap);
    excludedTypes = List.copyOf(excludedTypes);
  }

  /** Of nets alone, of which every atom has an energy. */
  public DeepPotential(
      String name,
      List<String> typeMap,
      Descriptor descriptor,
      EnergyFitting fitting,
      NeighborRules neighborRules) {
    this(name, typeMap, descriptor, fitting, neighborRules, List.of(), Additions.NONE);
  }

  /** A model of TensorFlow. */
  public DeepPotential(
      String name, List<String> typeMap, Descriptor descriptor, EnergyFitting fitting) {
    this(name, typeMap, descriptor, fitting, NeighborRules.TENSORFLOW);
  }

  public DeepPotential withFitting(EnergyFitting other) {
    return new DeepPotential(
        name, typeMap, descriptor, other, neighborRules, excludedTypes, additions);
  }

  /** With other energies beside those of descriptor and fitting. */
  public DeepPotential with(Additions others) {
    return new DeepPotential(
        name, typeMap, descriptor, fitting, neighborRules, excludedTypes, others);
  }

  /** With other names for all its types. */
  public DeepPotential named(List<String> symbols) {
    List<DeepPotential> models =
        additions.models().stream().map(model -> model.named(symbols)).toList();
    return new DeepPotential(
        name,
        symbols,
        descriptor,
        fitting,
        neighborRules,
        excludedTypes,
        new Additions(additions.shortRange(), additions.tables(), models));
  }

  /** With all energies multiplied. */
  public DeepPotential times(double factor) {
    return withFitting(fitting.times(factor)).with(additions.times(factor));
  }

  public int typeCount() {
    return typeMap.size();
  }

  /**
   * Everything it looks at, in this order: the descriptor's parts; of the additions the soft
   * minimum and the table of the short range, the tables, the models.
   */
  public List<View> views() {
    List<View> views = new ArrayList<>();
    descriptor.surroundings().forEach(seen -> views.add(View.of(seen, neighborRules)));
    ShortRange shortRange = additions.shortRange();
    if (shortRange != null) {
      views.add(ofPairs(shortRange.surroundings()));
      views.add(ofPairs(shortRange.table().surroundings()));
    }
    additions.tables().forEach(table -> views.add(ofPairs(table.surroundings())));
    additions.models().forEach(model -> views.addAll(model.views()));
    return views;
  }

  /** Of tables, which have their own limits. */
  public View ofPairs(Surroundings surroundings) {
    return View.of(surroundings, neighborRules.withoutTotal());
  }
}
