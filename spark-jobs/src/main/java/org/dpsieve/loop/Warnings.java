package org.dpsieve.loop;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.text.Counted;

/** What a person has to know before using a run's models; empty where all is well. */
public final class Warnings {
  /** So much worse is worth a warning: errors on some hundred frames differ by less. */
  private static final double WORSE = 1.02;

  private Warnings() {}

  /**
   * @param result {@code null} as long as the run has not ended
   */
  public static List<String> of(List<Summary.Iteration> iterations, Facts.Result result) {
    List<String> warnings = new ArrayList<>();
    Facts.HeldOut errors = result == null ? null : result.errors();
    if (errors != null) {
      worse(
              "after the run than before, on %s never labelled"
                  .formatted(Counted.of(errors.frames(), "frame")),
              errors.models())
          .ifPresent(warnings::add);
    }
    Set<String> notFitted = new LinkedHashSet<>(); // mostly the same in every iteration
    for (Summary.Iteration iteration : iterations) {
      if (iteration.training() != null) {
        warnings.addAll(of(iteration.number(), iteration.training()));
        notFitted(iteration.training()).ifPresent(notFitted::add);
      }
    }
    warnings.addAll(notFitted);
    if (result != null && result.classes() != null && result.verdict() == Verdict.CONVERGED) {
      Facts.FinalClasses classes = result.classes();
      if (classes.above() > 0) {
        warnings.add(
            "%s of %s never labelled %s at or above a lower trust level with the final models, though nothing was left to pick: accurate_for_good keeps what was accurate once"
                .formatted(
                    RunTable.count(classes.above()),
                    Counted.of(classes.unlabelled(), "frame"),
                    classes.above() == 1 ? "is" : "are"));
      }
    }
    return warnings;
  }

  /** Of one training: on the very labels that it was trained on. */
  public static List<String> of(int iteration, Facts.Training training) {
    return worse(
            "after the training of iteration %d than before, on its own %s"
                .formatted(iteration, Counted.of(training.frames(), "label")),
            training.models().stream()
                .map(fit -> new Facts.BeforeAfter(fit.before(), fit.after()))
                .toList())
        .stream()
        .toList();
  }

  /** Kinds of labels that a training left out. */
  public static Optional<String> notFitted(Facts.Training training) {
    Set<String> kinds = new LinkedHashSet<>();
    training.models().forEach(fit -> kinds.addAll(fit.notFitted()));
    return kinds.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "nothing is fitted to labels of %s (limit prefactor 0, or no frame has one): the models are held at what the given ones say of it"
                .formatted(String.join(" and ", kinds)));
  }

  private static Optional<String> worse(String when, List<Facts.BeforeAfter> models) {
    List<String> worse = new ArrayList<>();
    for (int m = 0; m < models.size(); m++) {
      Facts.Errors before = models.get(m).before();
      Facts.Errors after = models.get(m).after();
      List<String> numbers = new ArrayList<>();
      if (worse(before.energy(), after.energy())) {
        numbers.add(
            String.format(
                Locale.ROOT,
                "energy %.2f -> %.2f meV/atom",
                1000 * before.energy(),
                1000 * after.energy()));
      }
      if (worse(before.force(), after.force())) {
        numbers.add(
            String.format(Locale.ROOT, "force %.4f -> %.4f eV/Å", before.force(), after.force()));
      }
      if (!numbers.isEmpty()) {
        worse.add("graph.%03d: %s".formatted(m, String.join(", ", numbers)));
      }
    }
    return worse.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%,d of %s %s worse %s: %s"
                .formatted(
                    worse.size(),
                    Counted.of(models.size(), "model"),
                    worse.size() == 1 ? "is" : "are",
                    when,
                    String.join("; ", worse)));
  }

  /** Also where a number has become none. */
  private static boolean worse(double before, double after) {
    return Double.isFinite(before) && !(after <= WORSE * before);
  }
}
