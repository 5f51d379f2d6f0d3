package org.dpsieve.loop;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.dpsieve.label.EnergyShifts;

/** What each stage says of itself, kept in its manifest and read again by whoever resumes. */
public final class Facts {
  private Facts() {}

  /**
   * The imported pool.
   *
   * @param frames how many may be picked
   * @param byElements frames of each set of elements, {@code "Ag"}, {@code "Ag-Au"}
   * @param quarantined set aside at import as broken or double
   */
  public record Pool(long frames, SortedMap<String, Long> byElements, long quarantined) {}

  /**
   * One training.
   *
   * @param frames labelled frames trained on; 0 when the models are copies of the last ones
   * @param models one entry per model
   */
  public record Training(long frames, List<ModelFit> models) {}

  /**
   * How far off a model of the ensemble is expected to be on the pool, root mean square over its
   * frames; calibrated. A frame that left the pool as accurate counts as it was then.
   *
   * @param frames how many
   * @param energy eV per atom; NaN where it is not known
   * @param force eV/Å, of a component
   * @param nextEnergy the same after {@link #NEXT} more labels, by how errors fell so far
   * @param nextForce likewise
   * @param property of a component in its unit, NaN where it is not known, in a run for a property,
   *     which tells of nothing else; {@code null} in one for energies
   */
  public record Expected(
      long frames,
      double energy,
      double force,
      double nextEnergy,
      double nextForce,
      Double property) {
    /** Of energies and forces. */
    public Expected(long frames, double energy, double force, double nextEnergy, double nextForce) {
      this(frames, energy, force, nextEnergy, nextForce, null);
    }

    public static Expected ofProperty(long frames, double error) {
      return new Expected(frames, Double.NaN, Double.NaN, Double.NaN, Double.NaN, error);
    }

    /** How many labels ahead. */
    public static final int NEXT = 100;

    public boolean known() {
      return property == null
          ? !Double.isNaN(energy) && !Double.isNaN(force)
          : !Double.isNaN(property);
    }
  }

  /**
   * One model's fit to its training set, in words of the solver: what it chose and how well it
   * fits.
   *
   * @param ridge strength of the pull towards the starting weights
   * @param before errors of the starting model on the training set
   * @param after errors of the new one
   * @param notFitted kinds of labels ({@code energy}, {@code force}, {@code virial}) that nothing
   *     was fitted to
   * @param old what became of the labels the pool had already; {@code null} where nobody asked
   * @param property how it fits a property; {@code null} in a run for energies
   */
  public record ModelFit(
      double ridge,
      Errors before,
      Errors after,
      List<String> notFitted,
      OldLabels old,
      PropertyFit property) {
    public ModelFit {
      notFitted = notFitted == null ? List.of() : List.copyOf(notFitted); // none in older files
    }

    /** Of energies. */
    public ModelFit(
        double ridge, Errors before, Errors after, List<String> notFitted, OldLabels old) {
      this(ridge, before, after, notFitted, old, null);
    }

    /** Of a solver that says no more. */
    public ModelFit(double ridge, Errors before, Errors after) {
      this(ridge, before, after, List.of(), null, null);
    }

    /** Of a property. */
    public static ModelFit of(double ridge, PropertyFit fit) {
      Errors none = new Errors(Double.NaN, Double.NaN, Double.NaN);
      return new ModelFit(ridge, none, none, List.of(), null, fit);
    }
  }

  /**
   * One model of a property.
   *
   * @param basis what its output layer stands on
   * @param usesOld whether labels at another level have a part in it
   * @param error root mean square over frames left out and components, in its unit
   * @param part the same as part of the labels' spread, composition taken off: 1 knows the mean
   * @param quantile how many standard deviations 95 of 100 errors left out are within
   */
  public record PropertyFit(
      String basis, boolean usesOld, double error, double part, double quantile) {}

  /**
   * Models of a property in the end.
   *
   * @param property as the parameter file has it
   * @param leftOut root mean square error on labelled frames left out, mean over the models
   * @param labelSpread standard deviation of the labels
   * @param frames never labelled, whose labels are known; 0 where they are not
   * @param errors of each model on those, root mean square over components; empty without any
   * @param mean the same of the models' mean; NaN without any
   * @param coverage share of those values within the first model's 95 % interval; NaN without any
   */
  public record PropertyResult(
      String property,
      double leftOut,
      double labelSpread,
      long frames,
      List<Double> errors,
      double mean,
      double coverage) {}

  /**
   * The old labels' part in one model's fit.
   *
   * @param used whether new labels were learnt as a change from them
   * @param frames the model was fitted to first, by their old labels
   * @param shareEnergy of what that fit leaves of the old energies, between 0 and 1: how much is
   *     taken to be left of new ones as well
   * @param shareForce the same of forces
   * @param shareVirial the same of virials
   * @param lossWith mean loss on labelled frames left out, old labels used; NaN where not known
   * @param lossWithout the same without them
   * @param text in one line, for people
   */
  public record OldLabels(
      boolean used,
      long frames,
      double shareEnergy,
      double shareForce,
      double shareVirial,
      double lossWith,
      double lossWithout,
      String text) {}

  /**
   * Root mean square errors.
   *
   * @param energy eV per atom
   * @param force eV/Å, per component
   * @param virial eV per atom, per component
   */
  public record Errors(double energy, double force, double virial) {}

  /**
   * The ensemble's disagreement over the frames that are left.
   *
   * @param frames how many
   * @param maxDeviForce quantiles of max_devi_f; in a run for a property of max_devi_p or sigma_p,
   *     in its unit
   * @param notANumber frames whose deviation is NaN
   * @param expected errors of the pool; {@code null} where training says nothing of them
   */
  public record Deviation(long frames, Quantiles maxDeviForce, long notANumber, Expected expected) {
    /** Without expected errors. */
    public Deviation(long frames, Quantiles maxDeviForce, long notANumber) {
      this(frames, maxDeviForce, notANumber, null);
    }

    public Deviation with(Expected errors) {
      return new Deviation(frames, maxDeviForce, notANumber, errors);
    }
  }

  /** Of one column, eV/Å; NaN where there is no frame. */
  public record Quantiles(double median, double p90, double p99, double max) {}

  /**
   * The classes of the frames that were left, and how many were picked.
   *
   * @param frames accurate + candidate + failed; in iteration 0, where models are not asked, all
   *     are candidates
   * @param picked candidates sent to be labelled
   * @param failedLeft failed frames that stay in the pool
   * @param skippedBy candidates and failed frames that are unfit to be labelled, by reason (bad
   *     box, atoms too close); they leave the pool
   */
  public record Picks(
      long frames,
      long accurate,
      long candidate,
      long failed,
      long picked,
      long failedLeft,
      SortedMap<String, Long> skippedBy) {

    /** How many are unfit. */
    public long skipped() {
      return skippedBy.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * The labels of one iteration.
   *
   * @param labelled picked frames that got a label
   * @param byElements those, by set of elements
   * @param failures picked frames that got none; they stay in the pool
   * @param teacher what labelled them, where it is no task's program; {@code null} elsewhere
   */
  public record Labels(
      long labelled,
      SortedMap<String, Long> byElements,
      List<Failure> failures,
      @JsonInclude(JsonInclude.Include.NON_NULL) Teacher teacher) {
    /** By a task's program. */
    public Labels(long labelled, SortedMap<String, Long> byElements, List<Failure> failures) {
      this(labelled, byElements, failures, null);
    }
  }

  /**
   * What labels frames in their place.
   *
   * @param about versions and checksums, by name
   * @param shifts of its energies from the old level's; {@code null} where no frame has an old one
   * @param sigma of the labels' forces, root mean square over a frame's components, eV/Å; {@code
   *     null} where it gives none
   */
  public record Teacher(
      SortedMap<String, String> about,
      @JsonInclude(JsonInclude.Include.NON_NULL) EnergyShifts shifts,
      @JsonInclude(JsonInclude.Include.NON_NULL) Sigma sigma) {}

  /**
   * One frame without label.
   *
   * @param frame {@code system#index}
   * @param task its folder in {@code 02.fp}; {@code null} where no program labelled it
   * @param reason in a few words
   */
  public record Failure(String frameId, String frame, String task, String reason) {}

  /**
   * The result.
   *
   * @param verdict as the run ended
   * @param labelled frames in the merged dataset
   * @param maxDeviForce of the whole pool by the final models; in a run for a property of its
   *     measure, as everywhere
   * @param errors against the new level on frames never labelled; {@code null} where the new level
   *     is not known for them
   * @param expected of the whole pool by the final models; {@code null} where it is not known
   * @param classes of the whole pool by the final models; {@code null} in runs of earlier versions
   * @param pool the whole pool at the new level; {@code null} in runs of earlier versions
   * @param foretold how well numbers foretell the final models' largest force errors on frames
   *     never labelled; {@code null} in runs of earlier versions, empty where those are not known
   * @param property how well the models know a property; {@code null} in a run for energies
   */
  public record Result(
      Verdict verdict,
      long labelled,
      Quantiles maxDeviForce,
      HeldOut errors,
      Expected expected,
      FinalClasses classes,
      RelabelledPool pool,
      List<Foretold> foretold,
      PropertyResult property) {
    /** Of a run for energies. */
    public Result(
        Verdict verdict,
        long labelled,
        Quantiles maxDeviForce,
        HeldOut errors,
        Expected expected,
        FinalClasses classes,
        RelabelledPool pool,
        List<Foretold> foretold) {
      this(verdict, labelled, maxDeviForce, errors, expected, classes, pool, foretold, null);
    }

    /** Of a run that does not say more. */
    public Result(
        Verdict verdict,
        long labelled,
        Quantiles maxDeviForce,
        HeldOut errors,
        Expected expected,
        FinalClasses classes) {
      this(verdict, labelled, maxDeviForce, errors, expected, classes, null, null);
    }
  }

  /**
   * How well a number foretells which frames have the largest force errors.
   *
   * @param by its column: {@code max_devi_f}, {@code sigma_f} or {@code expected_f}
   * @param spearman rank correlation with the error
   * @param worst share of the worst tenth that is among the tenth it ranks highest; chance is 0.1
   * @param found the same among the first 5, 10, … 50 %
   */
  public record Foretold(String by, double spearman, double worst, List<Double> found) {}

  /**
   * The whole pool at the new level, {@code result/pool}.
   *
   * @param written whether it was
   * @param computed frames with labels that were computed
   * @param predicted frames with labels predicted from old ones
   * @param leftOut frames that are in neither, by reason
   * @param energySigma standard deviations of predicted energies, eV per atom; {@code null} where
   *     none was written
   * @param forceSigma the same of forces, root mean square over a frame's components, eV/Å
   * @param energyCoverage share of the energies within their 95 % interval, on labelled frames left
   *     out; NaN where not known
   * @param forceCoverage the same of force components
   * @param reason why nothing was written; empty where it was
   * @param errors of predicted labels on frames never labelled; {@code null} where the new level is
   *     not known for them
   */
  public record RelabelledPool(
      boolean written,
      long computed,
      long predicted,
      SortedMap<String, Long> leftOut,
      Sigma energySigma,
      Sigma forceSigma,
      double energyCoverage,
      double forceCoverage,
      String reason,
      Errors errors) {
    public static RelabelledPool none(String reason) {
      return new RelabelledPool(
          false, 0, 0, new TreeMap<>(), null, null, Double.NaN, Double.NaN, reason, null);
    }
  }

  /** Of predicted frames: half of them are below the first, 95 % below the other. */
  public record Sigma(double median, double p95) {}

  /**
   * What the final models say of the pool, by the trust levels.
   *
   * @param labelled frames with a label
   * @param labelledAbove those of them that are not accurate
   * @param unfit frames that cannot be labelled; they have no class
   * @param accurate of all others, as {@code candidate} and {@code failed}
   */
  public record FinalClasses(
      long labelled, long labelledAbove, long unfit, long accurate, long candidate, long failed) {

    /** Frames without a label, the unfit ones left out. */
    public long unlabelled() {
      return accurate + candidate + failed;
    }

    /** Those of them that the models disagree on. */
    public long above() {
      return candidate + failed;
    }
  }

  /**
   * @param level what the errors are against
   * @param frames how many frames
   * @param models one entry per model, before and after
   * @param few what the first labels alone would have given; {@code null} where nobody can tell
   */
  public record HeldOut(String level, long frames, List<BeforeAfter> models, Few few) {
    /** The mean of the models' errors: how far off one of them is. */
    public Errors mean(Function<BeforeAfter, Errors> which) {
      return new Errors(
          mean(which, Errors::energy), mean(which, Errors::force), mean(which, Errors::virial));
    }

    private double mean(Function<BeforeAfter, Errors> which, ToDoubleFunction<Errors> kind) {
      return models.stream().map(which).mapToDouble(kind).average().orElse(Double.NaN);
    }
  }

  /**
   * Errors after a few labels.
   *
   * @param labels how many, of those of the first iteration
   * @param models mean over the models
   * @param predicted of labels predicted as old label + change; {@code null} without old labels
   */
  public record Few(long labels, Errors models, Errors predicted) {}

  public record BeforeAfter(Errors before, Errors after) {}
}
