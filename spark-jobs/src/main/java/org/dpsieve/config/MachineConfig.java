package org.dpsieve.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.model.Precision;

/**
 * {@code machine.json}: who does each step, and where.
 *
 * @param file where it was read
 * @param deepmdVersion {@code deepmd_version}
 * @param precision {@code model_devi.precision}: of the nets that deviations come from; classes and
 *     picks do not depend on it
 */
public record MachineConfig(
    Path file,
    String deepmdVersion,
    Section train,
    Section modelDevi,
    Precision precision,
    Section fp) {

  /**
   * One step.
   *
   * @param engine {@code engine}: who does it
   * @param command {@code command}: the program, for engines that start one
   * @param machine {@code machine}: dpdispatcher's, its keys as written, old ones mapped
   * @param resources {@code resources}: dpdispatcher's, likewise
   * @param node where its tasks run; empty for a step without tasks, and where a person runs them
   */
  public record Section(
      Engine engine,
      Optional<String> command,
      Map<String, Object> machine,
      Map<String, Object> resources,
      Optional<NodeConfig> node) {
    public Section {
      machine = Collections.unmodifiableMap(new LinkedHashMap<>(machine));
      resources = Collections.unmodifiableMap(new LinkedHashMap<>(resources));
    }

    /** Without the machine, which may hold passwords. */
    @Override
    public String toString() {
      return "%s %s".formatted(engine.key(), node.map(NodeConfig::toString).orElse(""));
    }
  }
}
