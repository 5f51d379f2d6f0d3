package org.dpsieve.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code machine.json}: who does each step, and where.
 *
 * @param file where it was read
 * @param deepmdVersion {@code deepmd_version}
 */
public record MachineConfig(
    Path file, String deepmdVersion, Section train, Section modelDevi, Section fp) {

  /**
   * One step.
   *
   * @param engine {@code engine}: who does it
   * @param backend {@code backend}: where
   * @param command {@code command}: the program, for engines that start one
   * @param machine {@code machine}: dpdispatcher's, its keys as written, old ones mapped
   * @param resources {@code resources}: dpdispatcher's, likewise
   * @param userForwardFiles {@code user_forward_files}
   * @param userBackwardFiles {@code user_backward_files}
   */
  public record Section(
      Engine engine,
      Backend backend,
      Optional<String> command,
      Map<String, Object> machine,
      Map<String, Object> resources,
      List<String> userForwardFiles,
      List<String> userBackwardFiles) {
    public Section {
      machine = Collections.unmodifiableMap(new LinkedHashMap<>(machine));
      resources = Collections.unmodifiableMap(new LinkedHashMap<>(resources));
      userForwardFiles = List.copyOf(userForwardFiles);
      userBackwardFiles = List.copyOf(userBackwardFiles);
    }
  }
}
