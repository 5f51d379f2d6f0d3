package org.dpsieve.spark.transfer;

import java.util.Locale;
import org.dpsieve.outputlayer.OldShare;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.text.Counted;

/**
 * What became of the old labels in one model's training.
 *
 * @param used whether the new labels were learnt as a change from them
 * @param frames the old output layer was fitted to
 * @param share see {@link OldShare}; {@code null} where they were not used
 * @param with mean loss on labelled frames left out, old labels used; NaN where none could be left
 *     out
 * @param without the same, learnt directly
 */
public record OldLabelUse(boolean used, long frames, OldShare share, double with, double without) {
  /**
   * In one line, for people.
   *
   * @param use {@code null} where no frame has an old label
   */
  public static String text(OldLabelUse use) {
    if (use == null) {
      return "not used: no frame has one that can be used";
    }
    String losses =
        Double.isNaN(use.with) || Double.isNaN(use.without)
            ? "too few labels to leave any out"
            : String.format(
                Locale.ROOT,
                "loss on labels left out %.4g with them, %.4g without",
                use.with,
                use.without);
    if (!use.used) {
      return "not used: " + losses;
    }
    if (use.with > use.without) {
      losses += " (which may be chance, or old_labels is use)";
    }
    return String.format(
        Locale.ROOT,
        "used: %s; those of %s; shares of energy %.2f, force %.2f, virial %.2f",
        losses,
        Counted.of(use.frames, "frame"),
        use.share.energy(),
        use.share.force(),
        use.share.virial());
  }

  /** What to say of labels that {@link OldLabels#leftOut} counts. */
  public static String leftOut(long labels) {
    return "%d left out: no finite numbers, wildly large ones, or not as many as the frame's atoms ask for"
        .formatted(labels);
  }

  static OldLabelUse of(TransferFit fit) {
    return new OldLabelUse(
        fit.usesOld(), fit.old().frames(), fit.share(), fit.changed(), fit.direct());
  }
}
