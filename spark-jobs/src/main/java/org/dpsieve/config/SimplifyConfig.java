package org.dpsieve.config;

import java.nio.file.Path;
import java.util.List;

/**
 * {@code simplify.json}: what to do, in the words of DP-GEN.
 *
 * @param file where it was read
 * @param typeMap {@code type_map}: element symbols in the order of models and pseudopotentials
 */
public record SimplifyConfig(
    Path file,
    List<String> typeMap,
    PoolConfig pool,
    PickConfig pick,
    TrustConfig trust,
    TrainConfig train,
    LabelConfig label) {
  public SimplifyConfig {
    typeMap = List.copyOf(typeMap);
  }

  /** The same with what the command line says of picking in place of the file's. */
  public SimplifyConfig withPick(PickConfig other) {
    return new SimplifyConfig(file, typeMap, pool, other, trust, train, label);
  }
}
