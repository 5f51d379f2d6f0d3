package org.dpsieve.loop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dpsieve.config.D3Config;
import org.dpsieve.config.ProgramConfig;
import org.dpsieve.config.RunConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.config.TargetError;
import org.dpsieve.config.TrainingInput;
import org.dpsieve.config.TrustConfig;

/**
 * What the loop itself decides by.
 *
 * @param identity what makes this run this run, by key as the files spell it: another value of any
 *     of them is another run. All else may be changed between two starts
 * @param trust the trust levels in one line, as one compares them
 * @param initData whether there are labelled frames to train on in iteration 0
 * @param trainMin fewer new labels than this put a training off
 */
public record Settings(
    SortedMap<String, String> identity,
    String trust,
    boolean initData,
    int initPickNumber,
    int iterPickNumber,
    OptionalInt taskMax,
    int trainMin,
    double ratioFailed,
    OptionalInt maxIter,
    OptionalInt labelBudget,
    Optional<TargetError> targetError) {

  /**
   * Of a run's configuration.
   *
   * @param workdir paths below or beside it are kept relative, so that the whole may be moved
   */
  public static Settings of(RunConfig run, Workdir workdir) {
    SimplifyConfig config = run.simplify();
    SortedMap<String, String> identity = new TreeMap<>();
    identity.put("seed", Long.toString(config.pick().seed()));
    identity.put("type_map", String.join(" ", config.typeMap()));
    identity.put("pick_data", relative(config.pool().pickData(), workdir));
    identity.put("init_data_sys", relative(config.pool().initData(), workdir));
    identity.put("labeled", Boolean.toString(config.pool().labeled()));
    identity.put("init_pick_number", Integer.toString(config.pick().initPickNumber()));
    identity.put("pick_strategy", config.pick().strategy().key());
    identity.put(
        "training_iter0_model_path (sha256 of the models)", checksums(config.train().models()));
    identity.put(
        "default_training_param, loss",
        config.train().inputs().stream()
            .map(input -> text(input.loss()))
            .distinct()
            .collect(Collectors.joining("; ")));
    if (config.train().dp().isEmpty()) {
      identity.put("old_labels", config.train().oldLabels().name().toLowerCase(Locale.ROOT));
    }
    config
        .train()
        .dp()
        .ifPresent(
            dp -> {
              identity.put("train.engine", "dp");
              identity.put(
                  "default_training_param (sha256)",
                  config.train().inputs().stream()
                      .map(input -> Checksums.sha256(input.json()).substring(0, 16))
                      .collect(Collectors.joining(" ")));
            });
    identity.put("fp_style", config.label().style().key());
    config.label().d3().ifPresent(d3 -> identity.put("fp_params", text(d3)));
    config
        .label()
        .vasp()
        .ifPresent(
            vasp -> {
              identity.put("fp_pp_files (sha256)", checksums(vasp.potcars()));
              identity.put("fp_incar (sha256)", checksums(List.of(vasp.incar())));
              vasp.anisoKspacing()
                  .ifPresent(spacing -> identity.put("fp_aniso_kspacing", spacing.toString()));
            });
    config.label().program().ifPresent(program -> add(identity, program));
    TrustConfig trust = config.trust();
    return new Settings(
        identity,
        "model_devi_f %s, model_devi_e %s, true_error_f %s, true_error_e %s"
            .formatted(
                range(trust.modelDeviForce()),
                range(trust.modelDeviEnergy()),
                range(trust.trueErrorForce()),
                range(trust.trueErrorEnergy())),
        !config.pool().initData().isEmpty(),
        config.pick().initPickNumber(),
        config.pick().iterPickNumber(),
        config.label().taskMax(),
        config.train().fpTaskMin(),
        config.label().ratioFailed(),
        config.pick().maxIter(),
        config.pick().labelBudget(),
        config.pick().targetError());
  }

  /** What the labels of a program depend on. */
  private static void add(SortedMap<String, String> identity, ProgramConfig program) {
    if (!program.parametersKey().isEmpty()) {
      identity.put(
          program.parametersKey() + " (sha256)",
          Checksums.sha256(program.parameters().toString()).substring(0, 16));
    }
    List<Path> files =
        Stream.of(
                program.potentials().stream(),
                program.orbitals().stream(),
                program.template().stream(),
                program.kPointsFile().stream(),
                program.descriptor().stream())
            .flatMap(found -> found)
            .toList();
    if (!files.isEmpty()) {
      identity.put("files of fp_style (sha256)", checksums(files));
    }
    if (!program.kPoints().isEmpty()) {
      identity.put("k_points", program.kPoints().toString());
    }
  }

  private static String text(TrainingInput.Loss loss) {
    return "pref_e %s to %s, pref_f %s to %s, pref_v %s to %s"
        .formatted(
            loss.startPrefE(),
            loss.limitPrefE(),
            loss.startPrefF(),
            loss.limitPrefF(),
            loss.startPrefV(),
            loss.limitPrefV());
  }

  private static String text(D3Config d3) {
    StringBuilder text = new StringBuilder(d3.functional() + ", damping " + d3.damping());
    d3.cutoff().ifPresent(cutoff -> text.append(", cutoff ").append(cutoff).append(" Å"));
    d3.cnCutoff().ifPresent(cutoff -> text.append(", cn_cutoff ").append(cutoff).append(" Å"));
    return text.toString();
  }

  private static String range(TrustConfig.Range range) {
    return range.isOff() ? "off" : range.lo() + " to " + range.hi();
  }

  private static String checksums(List<Path> files) {
    return files.stream()
        .map(file -> Checksums.sha256(main(file)).substring(0, 16))
        .collect(Collectors.joining(" "));
  }

  /** The file that identifies a model; some are folders. */
  private static Path main(Path model) {
    return Files.isDirectory(model) ? model.resolve("saved_model.pb") : model;
  }

  private static String relative(List<String> paths, Workdir workdir) {
    return paths.stream()
        .map(
            path ->
                path.startsWith("/")
                    ? workdir.root().relativize(Path.of(path)).toString().replace('\\', '/')
                    : path)
        .collect(Collectors.joining(" "));
  }

  /** Most frames an iteration may label. */
  int atMost(int iteration) {
    return Math.min(
        iteration == 0 ? initPickNumber : iterPickNumber, taskMax.orElse(Integer.MAX_VALUE));
  }

  /** Whether errors are expected where {@code target_error} wants them. */
  boolean reached(Facts.Expected expected) {
    if (targetError.isEmpty() || expected == null) {
      return false;
    }
    TargetError target = targetError.get();
    // an expectation that is NaN is below nothing
    return below(expected.energy(), target.energy()) && below(expected.force(), target.force());
  }

  private static boolean below(double expected, OptionalDouble target) {
    return target.isEmpty() || expected < target.getAsDouble();
  }
}
