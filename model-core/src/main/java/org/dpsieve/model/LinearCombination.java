package org.dpsieve.model;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;

/**
 * A sum of models and tables ({@code linear_ener}): the first Deep Potential, to which the others
 * are additions.
 */
public final class LinearCombination {
  private final String file;
  private final List<DeepPotential> models = new ArrayList<>();
  private final List<PairTable> tables = new ArrayList<>();

  public LinearCombination(String file) {
    this.file = file;
  }

  public void add(DeepPotential model, double weight) {
    if (!models.isEmpty() && model.fitting().extraInputs().variable() > 0) {
      throw new UnsupportedModelException(
          "%s: a linear combination in which more than the first model takes numb_fparam or numb_aparam cannot be read"
              .formatted(file));
    }
    models.add(model.times(weight));
  }

  public void add(PairTable table, double weight) {
    tables.add(table.times(weight));
  }

  /** How many types its models have; 0 where there is none. */
  public int types() {
    return models.isEmpty() ? 0 : models.get(0).typeCount();
  }

  /**
   * @param typeMap what its program calls the types of all parts
   */
  public DeepPotential sum(List<String> typeMap) {
    if (models.isEmpty()) {
      throw new UnsupportedModelException(
          "%s: a table of pair energies without a Deep Potential cannot be read".formatted(file));
    }
    int types = typeMap.size();
    if (models.stream().anyMatch(model -> model.typeCount() != types)
        || tables.stream().anyMatch(table -> table.coefficients().length != types)) {
      throw new InputException(
          "%s: a linear combination of models of different numbers of types; damaged file?"
              .formatted(file));
    }
    models.replaceAll(model -> model.named(typeMap));
    DeepPotential first = models.get(0);
    tables.addAll(first.additions().tables());
    List<DeepPotential> others = new ArrayList<>(models.subList(1, models.size()));
    others.addAll(first.additions().models());
    return first.with(new Additions(first.additions().shortRange(), tables, others));
  }
}
