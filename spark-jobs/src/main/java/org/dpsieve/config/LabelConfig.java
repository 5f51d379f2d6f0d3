package org.dpsieve.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How picked frames get their labels.
 *
 * @param style {@code fp_style}; of no effect when the pool is {@code labeled}
 * @param vasp present for {@code fp_style: vasp}
 * @param d3 present for {@code fp_style: d3}
 * @param program present for the other programs
 * @param skipBadBox {@code fp_skip_bad_box}: largest allowed value of each measure ({@code
 *     length_ratio, height_ratio, wrap_ratio, tilt_ratio}) and {@code min_distance}, the least
 *     distance of two atoms in Å; frames beyond are never picked. In the file's order, may be empty
 * @param taskMax {@code fp_task_max}: most frames labelled in one iteration, iteration 0 included;
 *     empty when {@code labeled} or not given
 * @param ratioFailed {@code ratio_failed}: share of an iteration's tasks that may fail
 */
public record LabelConfig(
    FpStyle style,
    Optional<VaspConfig> vasp,
    Optional<D3Config> d3,
    Optional<ProgramConfig> program,
    Map<String, Double> skipBadBox,
    OptionalInt taskMax,
    double ratioFailed) {
  public LabelConfig {
    skipBadBox = Collections.unmodifiableMap(new LinkedHashMap<>(skipBadBox));
  }
}
