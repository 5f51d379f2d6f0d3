package org.dpsieve.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.dpsieve.config.DpTrainConfig.Init;
import org.dpsieve.config.reading.Numbers;
import org.dpsieve.label.StyleSettings;
import org.dpsieve.model.Precision;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.pick.TrustLevels;
import org.dpsieve.text.Counted;

/** What a run will do, in words: what {@code --dry-run} prints. */
public final class Plan {
  private static final int LABEL_WIDTH = 14;

  private final List<String> lines = new ArrayList<>();

  private Plan(RunConfig run, PoolSurvey survey) {
    SimplifyConfig config = run.simplify();
    lines.add("plan of %s with %s".formatted(config.file(), run.machine().file()));
    pool(config, survey);
    models(config);
    steps(run);
    trust(config.trust(), config.train().members() > 0);
    picks(config);
    list("warnings", run.warnings());
    list("old keys", run.migrations());
    list("notes", run.notes());
  }

  /** The plan, one line per item, without line ends. */
  public static List<String> of(RunConfig run) {
    return of(run, PoolSurvey.of(run.simplify()));
  }

  /** The same where the data were looked at already. */
  public static List<String> of(RunConfig run, PoolSurvey survey) {
    return List.copyOf(new Plan(run, survey).lines);
  }

  private void item(String label, String text) {
    lines.add("  " + label + " ".repeat(Math.max(1, LABEL_WIDTH - label.length())) + text);
  }

  private void list(String title, List<String> texts) {
    if (!texts.isEmpty()) {
      lines.add(title);
      texts.forEach(text -> lines.add("  - " + text));
    }
  }

  private void pool(SimplifyConfig config, PoolSurvey survey) {
    item("type map", String.join(" ", config.typeMap()));
    item("pool", survey.pool());
    if (!config.pool().initData().isEmpty()) {
      item("initial data", survey.initial() + "; trained on from iteration 0");
    }
    if (!config.pool().oldData().isEmpty()) {
      item("old labels", survey.old());
    }
  }

  private void models(SimplifyConfig config) {
    List<Path> models = config.train().models();
    String all = models.stream().map(Path::toString).collect(Collectors.joining(", "));
    String start =
        config
            .train()
            .dp()
            .map(dp -> dp.start().get(0).init())
            .filter(init -> init == Init.RANDOM || init == Init.FINETUNE)
            .map(
                init ->
                    (init == Init.RANDOM
                            ? "trained from random weights"
                            : fineTuned(config.train().dp().orElseThrow().fineTuning()))
                        + (config.pool().initData().isEmpty()
                            ? " on the frames that iteration 0 labels"
                            : " on the initial data first")
                        + (models.isEmpty() ? "" : "; compared with "))
            .orElse("");
    item("models", "%d: %s%s".formatted(config.train().modelCount(), start, all));
  }

  private static String fineTuned(DpTrainConfig.FineTuning how) {
    return (how.biasAlone() ? "others with their bias changed" : "fine-tuned from others")
        + (how.branch().isEmpty() ? "" : " (branch %s)".formatted(how.branch()));
  }

  private void steps(RunConfig run) {
    SimplifyConfig config = run.simplify();
    String losses =
        config.train().inputs().stream()
            .map(TrainingInput::loss)
            .map(
                loss ->
                    "energy %s, force %s, virial %s"
                        .formatted(
                            Numbers.text(loss.limitPrefE()),
                            Numbers.text(loss.limitPrefF()),
                            Numbers.text(loss.limitPrefV())))
            .distinct()
            .collect(Collectors.joining("; "));
    String train = run.machine().train().engine().key();
    String solved =
        config
            .property()
            .map(
                property ->
                    "a model of %s from each: descriptor and hidden layers stay, the output layer is solved on all labels"
                        .formatted(property.label()))
            .orElse("the fitting net's output layer solved on all labels, weights: " + losses);
    item(
        "train",
        run.machine()
            .train()
            .node()
            .filter(node -> config.train().dp().isPresent())
            .map(
                node ->
                    "%s: %s train, a task per model, on %s"
                        .formatted(train, node.command(), node.backend().key()))
            .orElse(train + ": " + solved));
    run.machine()
        .train()
        .node()
        .filter(node -> config.train().finalSteps().isPresent())
        .ifPresent(
            node ->
                item(
                    "in the end",
                    "%s train on result/pool, all layers free, %s, a task per model, on %s"
                        .formatted(
                            node.command(),
                            Counted.of(config.train().finalSteps().getAsInt(), "step"),
                            node.backend().key())));
    item(
        "deviation",
        "%s: on Spark's executors, in %s"
            .formatted(
                run.machine().modelDevi().engine().key(),
                run.machine().precision() == Precision.FLOAT32
                    ? "float32, frames near a trust level again in float64"
                    : "float64"));
    item(
        "labels",
        "%s (%s%s)"
            .formatted(
                labels(config),
                run.machine().fp().engine().key(),
                run.machine()
                    .fp()
                    .node()
                    .map(node -> " '%s' on %s".formatted(node.command(), node.backend().key()))
                    .orElse("")));
  }

  private static String labels(SimplifyConfig config) {
    String from =
        config
            .property()
            .filter(property -> property.source() != null)
            .map(property -> property.source().text())
            .orElse("");
    String program = program(config);
    return from.isEmpty()
        ? program
        : config.label().settings().isEmpty()
            ? "'%s' in a folder for each frame".formatted(from)
            : "%s; of each '%s'".formatted(program, from);
  }

  private static String program(SimplifyConfig config) {
    return config.label().settings().map(StyleSettings::plan).orElse("those stored in the pool");
  }

  private void trust(TrustLevels trust, boolean outOfOne) {
    if (trust.property() != null) {
      level(trust.measure().column(), trust.property().band(), "in the property's unit");
      return;
    }
    level(
        "max_devi_f",
        trust.force(),
        outOfOne ? "eV/Å, the largest force error that is expected of the one model" : "eV/Å");
    level("devi_e", trust.energy(), "eV per atom");
    if (trust.usesTrueError()) {
      level("error of force", trust.trueForce(), "eV/Å");
      level("error of energy", trust.trueEnergy(), "eV per atom");
    }
  }

  private void level(String name, TrustBand band, String unit) {
    item(
        name,
        band.isOff()
            ? "not used"
            : "accurate < %s <= candidate < %s <= failed (%s)"
                .formatted(Numbers.text(band.lo()), Numbers.text(band.hi()), unit));
  }

  private void picks(SimplifyConfig config) {
    PickConfig pick = config.pick();
    int most = config.label().taskMax().orElse(Integer.MAX_VALUE);
    item(
        "picks",
        "%d in iteration 0%s, then at most %s in each, by pick_strategy %s; seed %d"
            .formatted(
                Math.min(pick.initPickNumber(), most),
                pick.initStrategy() == pick.strategy() ? "" : " by " + pick.initStrategy().key(),
                Counted.of(Math.min(pick.iterPickNumber(), most), "candidate"),
                pick.strategy().key(),
                pick.seed()));
    if (!config.label().skipBadBox().isEmpty()) {
      item(
          "never picked",
          config.label().skipBadBox().entrySet().stream()
              .map(
                  limit ->
                      "%s %s %s"
                          .formatted(
                              limit.getKey(),
                              limit.getKey().equals("min_distance") ? "below" : "above",
                              Numbers.text(limit.getValue())))
              .collect(Collectors.joining(", ")));
    }
    List<String> ends = new ArrayList<>(List.of("when nothing is left to pick"));
    pick.maxIter()
        .ifPresent(
            limit -> ends.add("after %s (max_iter)".formatted(Counted.of(limit, "iteration"))));
    pick.labelBudget()
        .ifPresent(
            limit -> ends.add("after %s (label_budget)".formatted(Counted.of(limit, "label"))));
    pick.targetError()
        .ifPresent(
            target -> {
              List<String> below = new ArrayList<>();
              target
                  .energy()
                  .ifPresent(e -> below.add("%s eV per atom".formatted(Numbers.text(e))));
              target.property().ifPresent(p -> below.add(Numbers.text(p)));
              target.force().ifPresent(f -> below.add("%s eV/Å".formatted(Numbers.text(f))));
              ends.add(
                  "once errors of the pool are expected below %s (target_error)"
                      .formatted(String.join(" and ", below)));
            });
    item(
        "accurate frames",
        pick.accurateForGood()
            ? "leave for good (accurate_for_good, as DP-GEN)"
            : "are looked at again before the end, and come back where they no longer are");
    item("ends", String.join(", or ", ends));
  }
}
