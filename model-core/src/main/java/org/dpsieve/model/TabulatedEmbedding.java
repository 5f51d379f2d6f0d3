package org.dpsieve.model;

/**
 * An embedding net as {@code dp compress} leaves it: piecewise quintic polynomials on two grids, a
 * fine one from {@code lower} to {@code upper} and a coarse one from there to {@code max}, and
 * straight lines beyond; Lu et al., JCTC 2022, doi:10.1021/acs.jctc.2c00102. As DeePMD-kit 3.2
 * evaluates them ({@code source/lib/src/tabulate.cc: locate_xx}); its earlier releases are constant
 * beyond the ends, which only atoms that almost touch notice.
 *
 * @param lower start of the fine grid, normalised s like the others
 * @param upper its end, where the coarse grid starts
 * @param max end of the coarse grid
 * @param fineStride length of the fine grid's intervals
 * @param coarseStride of the coarse grid's
 * @param fineIntervals how many the fine grid has
 * @param outputSize outputs
 * @param coefficients row-major [intervals, outputSize, 6], the power rising: of the distance to
 *     the interval's start
 */
public record TabulatedEmbedding(
    double lower,
    double upper,
    double max,
    double fineStride,
    double coarseStride,
    int fineIntervals,
    int outputSize,
    double[] coefficients)
    implements Embedding {
  /** Coefficients of one polynomial. */
  public static final int TERMS = 6;

  public int intervals() {
    return coefficients.length / (TERMS * outputSize);
  }

  /**
   * The interval of {@code s}; -1 beyond the grids and for NaN. Where the coarse grid is not a
   * whole number of intervals, DeePMD-kit makes no polynomial for the rest: the last one goes on.
   */
  public int interval(double s) {
    if (!(s >= lower && s < max)) {
      return -1;
    }
    int interval =
        s < upper
            ? (int) ((s - lower) / fineStride)
            : fineIntervals + (int) ((s - upper) / coarseStride);
    return Math.min(interval, intervals() - 1);
  }

  /** Where an interval starts. */
  public double origin(int interval) {
    return interval < fineIntervals
        ? interval * fineStride + lower
        : (interval - fineIntervals) * coarseStride + upper;
  }

  /** The interval that holds or ends at {@code max}. */
  private int lastInterval() {
    int last = fineIntervals + (int) ((Math.nextAfter(max, lower) - upper) / coarseStride);
    return Math.min(last, intervals() - 1);
  }

  /**
   * @param s the normalised s of one neighbor
   * @param out G(s) to {@code out[offset..]}, dG/ds to {@code out[slopeOffset..]}
   */
  public void evaluate(double s, double[] out, int offset, int slopeOffset) {
    int interval = interval(s);
    double place = s;
    if (interval < 0) {
      interval = s < lower ? 0 : lastInterval();
      place = s < lower ? lower : max;
    }
    double t = place - origin(interval);
    for (int m = 0; m < outputSize; m++) {
      int c = (interval * outputSize + m) * TERMS;
      double value = 0;
      double slope = 0;
      for (int k = TERMS - 1; k >= 0; k--) {
        slope = slope * t + value;
        value = value * t + coefficients[c + k];
      }
      out[offset + m] = value + slope * (s - place);
      out[slopeOffset + m] = slope;
    }
  }

  /**
   * Each output times 1 + f.
   *
   * @param f by output, [outputSize]
   */
  public TabulatedEmbedding times(double[] f) {
    double[] scaled = coefficients.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= 1 + f[i / TERMS % outputSize];
    }
    return new TabulatedEmbedding(
        lower, upper, max, fineStride, coarseStride, fineIntervals, outputSize, scaled);
  }
}
