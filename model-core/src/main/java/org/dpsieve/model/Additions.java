package org.dpsieve.model;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * What an atom's energy is made of beside the nets: E_i = E_short(E_nets) + sum of tables + sum of
 * models. Linear combinations of models ({@code linear_ener}) are such sums, the weights in their
 * terms.
 *
 * @param shortRange what takes over from the nets where atoms are near; may be {@code null}
 * @param tables more energies of pairs
 * @param models more Deep Potentials, of the same type map
 */
public record Additions(ShortRange shortRange, List<PairTable> tables, List<DeepPotential> models)
    implements Serializable {
  public static final Additions NONE = new Additions(null, List.of(), List.of());

  public Additions {
    tables = List.copyOf(tables);
    models = List.copyOf(models);
  }

  public boolean isEmpty() {
    return shortRange == null && tables.isEmpty() && models.isEmpty();
  }

  /** With all energies multiplied. */
  Additions times(double factor) {
    return new Additions(
        shortRange == null ? null : shortRange.times(factor),
        tables.stream().map(table -> table.times(factor)).toList(),
        models.stream().map(model -> model.times(factor)).toList());
  }

  /** For messages: which there are. */
  public Optional<String> kind() {
    if (isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        !models.isEmpty() ? "a linear combination of models" : "a table of pair energies");
  }
}
