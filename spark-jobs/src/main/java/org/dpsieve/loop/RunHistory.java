package org.dpsieve.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.error.InputException;
import org.dpsieve.pick.Measure;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.text.Counted;

/**
 * What is complete in a work directory. Reads manifests alone and changes nothing.
 *
 * @param identity {@code run.json}
 * @param changes of what is in it, between two calls
 * @param pool {@code null} before the import
 * @param iterations those that have picked, in order
 * @param trainings of each iteration that has trained, the last one without picks included
 * @param result {@code null} as long as the run has not ended
 * @param earlier of an end of this run that has been gone on from since; else {@code null}
 */
public record RunHistory(
    Workdir workdir,
    SortedMap<String, String> identity,
    List<Change> changes,
    Facts.Pool pool,
    List<Summary.Iteration> iterations,
    SortedMap<Integer, Facts.Training> trainings,
    Facts.Result result,
    Facts.Result earlier,
    Timings timings) {
  private static final Pattern FORCE_LEVELS =
      Pattern.compile("model_devi_[fp] (\\S+) to ([^\\s,]+)");

  public RunHistory {
    iterations = List.copyOf(iterations);
  }

  /**
   * @throws InputException when the folder is no work directory, or a file of it is damaged
   */
  public static RunHistory read(Workdir workdir) {
    requireRun(workdir);
    List<Summary.Iteration> iterations = new ArrayList<>();
    SortedMap<Integer, Facts.Training> trainings = new TreeMap<>();
    long labelled = 0;
    int number = 0;
    for (; Commit.exists(workdir.picks(number)); number++) {
      Facts.Labels labels = facts(workdir.labels(number), Facts.Labels.class).orElse(null);
      labelled += labels == null ? 0 : labels.labelled();
      Facts.Training training = facts(workdir.train(number), Facts.Training.class).orElse(null);
      if (training != null) {
        trainings.put(number, training);
      }
      iterations.add(
          new Summary.Iteration(
              number,
              training,
              facts(workdir.deviation(number), Facts.Deviation.class).orElse(null),
              Commit.facts(workdir.picks(number), Facts.Picks.class),
              labels,
              labelled));
    }
    int last = number;
    facts(workdir.train(last), Facts.Training.class).ifPresent(t -> trainings.put(last, t));
    Facts.Result result = facts(workdir.result(), Facts.Result.class).orElse(null);
    boolean current = result != null && isOfNow(workdir, last);
    return new RunHistory(
        workdir,
        RunIdentity.read(workdir),
        RunIdentity.changes(workdir),
        facts(workdir.frames(), Facts.Pool.class).orElse(null),
        iterations,
        trainings,
        current ? result : null,
        current ? null : result,
        new Timings(workdir.timings()));
  }

  /**
   * Every file of every stage, byte by byte: for those who compute with what earlier calls left.
   *
   * @throws InputException naming the files that are not as they were written
   */
  public static void verify(Workdir workdir) {
    requireRun(workdir);
    List<Path> stages =
        new ArrayList<>(List.of(workdir.frames(), workdir.result(), workdir.finalModels()));
    for (int i = 0; Files.exists(workdir.iteration(i)); i++) {
      stages.addAll(
          List.of(workdir.train(i), workdir.deviation(i), workdir.picks(i), workdir.labels(i)));
    }
    stages.stream()
        .filter(Commit::exists)
        .forEach(stage -> StageManifest.read(stage).checkContent(stage));
    verifyModels(workdir);
  }

  private static void requireRun(Workdir workdir) {
    if (!Files.exists(workdir.identity())) {
      throw new InputException(
          "%s: no run of dpsieve here (no run.json); name a folder given to simplify as --workdir"
              .formatted(workdir.root()));
    }
  }

  /** The copies of the models that the run was given: what comes after is compared with them. */
  private static void verifyModels(Workdir workdir) {
    String[] given = RunIdentity.read(workdir).getOrDefault(RunKeys.MODELS, "").split(" ");
    for (int m = 0; m < given.length && Files.isDirectory(workdir.models()); m++) {
      try (DirectoryStream<Path> copies =
          Files.newDirectoryStream(workdir.models(), "graph.%03d.*".formatted(m))) {
        for (Path copy : copies) {
          if (Files.isRegularFile(copy) && !RunKeys.digits(copy).equals(given[m])) {
            throw new InputException(
                "%s: its content has changed since it was written. Remove it: simplify puts it there again"
                    .formatted(copy));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static <F> Optional<F> facts(Path target, Class<F> type) {
    return Commit.exists(target) ? Optional.of(Commit.facts(target, type)) : Optional.empty();
  }

  /** What types are called, in the order of the models. */
  public List<String> typeMap() {
    return List.of(identity.getOrDefault("type_map", "").split(" "));
  }

  /** Which of a checkpoint's models the run started from; empty where it holds one. */
  public String branch() {
    return identity.getOrDefault("model_branch", "");
  }

  /** What frames are picked by. */
  public Measure measure() {
    return RunKeys.measure(identity);
  }

  /** What the run is for, {@code NAME:intensive}; empty for energies and forces. */
  public Optional<String> property() {
    return Optional.ofNullable(identity.get(RunKeys.PROPERTY));
  }

  /**
   * Whether an ensemble is made out of the one model: then a deviation of forces is the error that
   * is expected of it.
   */
  public boolean isOutOfOne() {
    return property().isEmpty()
        && "output-layer".equals(identity.get("train.engine"))
        && !trainings.isEmpty()
        && trainings.values().stream().allMatch(training -> training.models().size() == 1);
  }

  public long labelled() {
    return iterations.isEmpty() ? 0 : iterations.get(iterations.size() - 1).labelledSoFar();
  }

  /**
   * The levels on what is picked by that an iteration's frames were classified by; empty when off.
   */
  public Optional<TrustBand> forceLevels(int iteration) {
    Matcher found =
        FORCE_LEVELS.matcher(
            Commit.inputs(workdir.picks(iteration)).getOrDefault(Simplify.TRUST, ""));
    return found.find()
        ? Optional.of(
            new TrustBand(Double.parseDouble(found.group(1)), Double.parseDouble(found.group(2))))
        : Optional.empty();
  }

  /** All trust levels of the last classification in one line; empty before one. */
  public Optional<String> trust() {
    return iterations.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(
            Commit.inputs(workdir.picks(iterations.size() - 1)).get(Simplify.TRUST));
  }

  /** How the run ended, or what comes next, in a line. */
  public String state() {
    if (result != null) {
      return "ended: %s, %s labelled; see %s"
          .formatted(
              result.verdict().name().toLowerCase(Locale.ROOT),
              Counted.of(result.labelled(), "frame"),
              workdir.result());
    }
    return "next: %s%s"
        .formatted(
            next(),
            earlier == null
                ? ""
                : " (%s is of an earlier end of this run: %s, %s labelled)"
                    .formatted(
                        workdir.result(),
                        earlier.verdict().name().toLowerCase(Locale.ROOT),
                        Counted.of(earlier.labelled(), "frame")));
  }

  /**
   * Whether the result was made from all there is: a run that goes on has labels or picks since.
   */
  private static boolean isOfNow(Workdir workdir, int iterations) {
    Map<String, String> inputs = Commit.inputs(workdir.result());
    for (int i = 0; i < iterations; i++) {
      if (isNewer(workdir, workdir.labels(i), inputs)) {
        return false;
      }
    }
    int last = Commit.exists(workdir.train(iterations)) ? iterations : iterations - 1;
    boolean open =
        Commit.exists(workdir.deviation(last))
            && !Commit.exists(workdir.picks(last))
            && !Verdict.TARGET_ERROR.name().equals(inputs.get("verdict"));
    return !open
        && !isNewer(workdir, workdir.train(last), inputs)
        && !isNewer(workdir, workdir.picks(last), inputs);
  }

  private static boolean isNewer(Workdir workdir, Path stage, Map<String, String> inputs) {
    return Commit.exists(stage) && !Commit.checksum(stage).equals(inputs.get(workdir.name(stage)));
  }

  /** What an unfinished run does next. */
  public String next() {
    if (pool == null) {
      return "import the pool";
    }
    int last = iterations.size() - 1;
    if (last >= 0
        && iterations.get(last).labels() == null
        && iterations.get(last).picks().picked() > 0) {
      return "label the picked frames of iteration %d".formatted(last);
    }
    int iteration = last + 1;
    if (iteration > 0 && !Commit.exists(workdir.train(iteration))) {
      return "train in iteration %d".formatted(iteration);
    }
    if (iteration > 0 && !Commit.exists(workdir.deviation(iteration))) {
      return "evaluate what is left of the pool in iteration %d".formatted(iteration);
    }
    return "pick in iteration %d".formatted(iteration);
  }
}
