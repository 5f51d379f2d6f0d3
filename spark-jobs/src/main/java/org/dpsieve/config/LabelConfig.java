package org.dpsieve.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.dpsieve.error.InputException;
import org.dpsieve.label.FpStyle;
import org.dpsieve.label.Labeller;
import org.dpsieve.label.StoredLabels;
import org.dpsieve.label.StyleSettings;
import org.dpsieve.label.TaskLabeller;

/**
 * How picked frames get their labels.
 *
 * @param style {@code fp_style}; of no effect when the pool is {@code labeled}
 * @param settings what the file says to the style; empty where the pool is {@code labeled}
 * @param skipBadBox {@code fp_skip_bad_box}: largest allowed value of each measure ({@code
 *     length_ratio, height_ratio, wrap_ratio, tilt_ratio}) and {@code min_distance}, the least
 *     distance of two atoms in Å; frames beyond are never picked. In the file's order, may be empty
 * @param taskMax {@code fp_task_max}: most frames labelled in one iteration, iteration 0 included;
 *     empty when {@code labeled} or not given
 * @param ratioFailed {@code ratio_failed}: share of an iteration's tasks that may fail
 */
public record LabelConfig(
    FpStyle style,
    Optional<StyleSettings> settings,
    Map<String, Double> skipBadBox,
    OptionalInt taskMax,
    double ratioFailed) {
  public LabelConfig {
    skipBadBox = Collections.unmodifiableMap(new LinkedHashMap<>(skipBadBox));
  }

  /**
   * The labeller of a run for energies and forces. Reads the files it needs, once, here.
   *
   * @throws InputException when its files do not fit
   */
  public Labeller labeller() {
    Labeller labeller = ofAnything();
    if (labeller instanceof TaskLabeller tasks) {
      tasks
          .isolated()
          .ifPresent(
              problem -> {
                throw new InputException(problem);
              });
    }
    return labeller;
  }

  /** The same of a run for any quantity. */
  Labeller ofAnything() {
    return settings.map(StyleSettings::labeller).orElseGet(StoredLabels::new);
  }
}
