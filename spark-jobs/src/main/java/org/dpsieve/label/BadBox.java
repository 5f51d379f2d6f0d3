package org.dpsieve.label;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;

/**
 * {@code fp_skip_bad_box}: frames whose cell is too distorted or whose atoms are too close to be
 * labelled. Measures as dpgen 0.14 {@code generator/run.py: check_bad_box}; applied to every pick,
 * which DP-GEN does not do in {@code simplify}. A measure that is not a number (a flat cell) is
 * bad. A frame without a cell is judged by {@code min_distance} alone.
 */
public final class BadBox implements FrameScreen {
  private static final long serialVersionUID = 1;
  private static final String MIN_DISTANCE = "min_distance";

  /** A number of a cell; the frame is bad when it is above the limit. */
  private interface Measure {
    double of(CellShape shape);
  }

  private static final Map<String, Measure> MEASURES = new LinkedHashMap<>();

  static {
    MEASURES.put("length_ratio", shape -> max(shape.lengths()) / min(shape.lengths()));
    MEASURES.put("height_ratio", shape -> max(shape.lengths()) / min(shape.heights()));
    MEASURES.put(
        "wrap_ratio",
        shape -> {
          double[] low = shape.lower(); // a_x, b_x, b_y, c_x, c_y, c_z
          return max(abs(low[1] / low[0], low[4] / low[2], low[3] / low[0]));
        });
    MEASURES.put(
        "tilt_ratio",
        shape -> {
          double[] low = shape.lower();
          return max(abs(low[1] / low[2], low[4] / low[5], low[3] / low[5]));
        });
  }

  private final LinkedHashMap<String, Double> limits;

  /**
   * @param limits largest allowed value of each measure, and of {@code min_distance} (or {@code
   *     min_dist}) the least allowed distance of two atoms in Å
   */
  public BadBox(Map<String, Double> limits) {
    this.limits = new LinkedHashMap<>();
    limits.forEach(
        (key, limit) -> {
          String name = key.equals("min_dist") ? MIN_DISTANCE : key;
          if (!MEASURES.containsKey(name) && !name.equals(MIN_DISTANCE)) {
            throw new InputException(
                "fp_skip_bad_box: unknown measure '%s'; known: %s, %s"
                    .formatted(key, String.join(", ", MEASURES.keySet()), MIN_DISTANCE));
          }
          if (!(limit > 0) || limit.isInfinite()) {
            throw new InputException(
                "fp_skip_bad_box: %s is %s, expected a positive number".formatted(key, limit));
          }
          if (this.limits.put(name, limit) != null) {
            throw new InputException("fp_skip_bad_box: %s is given twice".formatted(name));
          }
        });
  }

  /** From DP-GEN's text, {@code "length_ratio:5;height_ratio:5"}; empty text skips nothing. */
  public static BadBox parse(String text) {
    Map<String, Double> limits = new LinkedHashMap<>();
    for (String part : text.split(";", -1)) {
      if (part.isBlank()) {
        continue;
      }
      String[] pair = part.split(":", -1);
      try {
        if (pair.length == 2) {
          if (limits.put(pair[0].strip(), Double.valueOf(pair[1].strip())) != null) {
            throw new InputException("fp_skip_bad_box: %s is given twice".formatted(pair[0]));
          }
          continue;
        }
      } catch (NumberFormatException e) {
        // said below, with the whole part
      }
      throw new InputException(
          "fp_skip_bad_box: '%s' is not measure:number; expected e.g. length_ratio:5;height_ratio:5"
              .formatted(part.strip()));
    }
    return new BadBox(limits);
  }

  /** Whether no frame is ever skipped. */
  public boolean isEmpty() {
    return limits.isEmpty();
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    CellShape shape = frame.cell() == null ? null : CellShape.of(frame.cell());
    for (Map.Entry<String, Double> entry : limits.entrySet()) {
      String name = entry.getKey();
      double limit = entry.getValue();
      if (name.equals(MIN_DISTANCE)) {
        if (shape != null && !(min(shape.heights()) > 0)) {
          return Optional.of(new Finding(name, "the cell has no volume"));
        }
        var distance = ClosePair.below(limit, frame);
        if (distance.isPresent()) {
          return Optional.of(finding(name, distance.getAsDouble(), limit));
        }
      } else if (shape != null) {
        double value = MEASURES.get(name).of(shape);
        if (!(value <= limit)) {
          return Optional.of(finding(name, value, limit));
        }
      }
    }
    return Optional.empty();
  }

  private static Finding finding(String name, double value, double limit) {
    return new Finding(name, String.format(Locale.ROOT, "%.6g, limit %.6g", value, limit));
  }

  private static double[] abs(double... values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]);
    }
    return values;
  }

  private static double max(double[] values) {
    return Math.max(values[0], Math.max(values[1], values[2]));
  }

  private static double min(double[] values) {
    return Math.min(values[0], Math.min(values[1], values[2]));
  }
}
