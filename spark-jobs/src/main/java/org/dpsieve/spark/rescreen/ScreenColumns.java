package org.dpsieve.spark.rescreen;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.deviation.PropertyDeviation;
import org.dpsieve.frame.Property;
import org.dpsieve.pick.Measure;
import org.dpsieve.spark.deviation.DeviationStage;
import org.dpsieve.spark.deviation.PropertyStage;

/**
 * What a result says of a frame, behind what names it.
 *
 * @param numbers columns with one number, as the engine's rows have them behind {@code frame_id}
 * @param list column with an array of numbers, the last of the engine's rows; {@code null} without
 * @param measure the one of {@code numbers} that frames are summed up and picked by
 */
record ScreenColumns(List<String> numbers, String list, Measure measure) implements Serializable {
  /** Of models of energies. */
  static final ScreenColumns DEVIATIONS =
      new ScreenColumns(FrameDeviation.NAMES, null, Measure.FORCE);

  /** The same where they say how far off they may be. */
  static final ScreenColumns UNCERTAIN =
      new ScreenColumns(
          with(FrameDeviation.NAMES, "sigma_e", "sigma_f", "rms_sigma_f"),
          DeviationStage.SIGMA_ATOMS,
          Measure.FORCE);

  /**
   * Of models of a property; what they say, the mean over them, is a column of its name.
   *
   * @param uncertain whether they say how far off they may be
   */
  static ScreenColumns of(Property property, boolean uncertain) {
    return new ScreenColumns(
        uncertain
            ? with(PropertyDeviation.NAMES, Measure.SIGMA.column(), PropertyStage.RMS_SIGMA)
            : PropertyDeviation.NAMES,
        property.name(),
        Measure.PROPERTY);
  }

  private static List<String> with(List<String> names, String... more) {
    return Stream.concat(names.stream(), Stream.of(more)).toList();
  }

  /** Place of a column in {@link #numbers}. */
  int place(String column) {
    return numbers.indexOf(column);
  }
}
