package org.dpsieve.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.Labeller;
import org.dpsieve.pick.TrustLevels;

/**
 * {@code simplify.json}: what to do, in the words of DP-GEN.
 *
 * @param file where it was read
 * @param typeMap {@code type_map}: names of types in the order of models and pseudopotentials
 * @param elements {@code elements}: of names that are no elements
 * @param property {@code property}; empty in a run for energies and forces
 */
public record SimplifyConfig(
    Path file,
    List<String> typeMap,
    TypeElements elements,
    PoolConfig pool,
    PickConfig pick,
    TrustLevels trust,
    TrainConfig train,
    LabelConfig label,
    Optional<PropertyConfig> property) {
  public SimplifyConfig {
    typeMap = List.copyOf(typeMap);
  }

  /** The same with what the command line says of picking in place of the file's. */
  public SimplifyConfig withPick(PickConfig other) {
    return new SimplifyConfig(file, typeMap, elements, pool, other, trust, train, label, property);
  }

  /** The same with another training. */
  public SimplifyConfig withTrain(TrainConfig other) {
    return new SimplifyConfig(file, typeMap, elements, pool, pick, trust, other, label, property);
  }

  /**
   * What gives picked frames their labels. Reads the files it needs, once, here.
   *
   * @throws org.dpsieve.error.InputException when its files do not fit
   */
  public Labeller labeller() {
    return property.map(one -> one.labeller(label, elements)).orElseGet(label::labeller);
  }
}
