package org.dpsieve.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dpsieve.digest.Sha256;

/**
 * Stages on text files: frames are numbers, and a frame's deviation falls with the number of labels
 * the models were trained on. Calls {@code moment} in the midst of every write.
 */
final class FakeStages implements Stages {
  private final int frames;
  Runnable moment = () -> {};
  double lo = 0.2;
  double hi = 10;
  Set<Integer> hopeless = Set.of();
  Set<Integer> unlabelled = new HashSet<>();

  /** Whether the last result heard what its models have been asked already. */
  boolean handedOn;

  final List<String> calls = new ArrayList<>();

  /** These are evaluated worse, by this factor, once the models know so many labels. */
  Set<Integer> worsened = Set.of();

  int worsenedFrom;

  /** Candidates that are unfit to be labelled: they leave the pool. */
  Set<Integer> unfit = Set.of();

  /** How many candidates are said to be left, whatever the classes; null: as many as there are. */
  Long candidates;

  List<String> sources = List.of();
  String resultPool = "";

  /** The expected error of the pool, for each frame that is evaluated; NaN: nothing is expected. */
  double errorOfAFrame = Double.NaN;

  FakeStages(int frames) {
    this.frames = frames;
  }

  @Override
  public Facts.Pool importPool(Path target) {
    calls.add("import");
    write(target, "frames.txt", IntStream.range(0, frames).mapToObj(Integer::toString).toList());
    return new Facts.Pool(frames, new TreeMap<>(java.util.Map.of("Ag", (long) frames)), 0);
  }

  @Override
  public List<String> sources() {
    return sources;
  }

  @Override
  public String resultPool() {
    return resultPool;
  }

  @Override
  public boolean trainsFromPrevious() {
    return false;
  }

  @Override
  public Facts.Training train(
      Path target, int iteration, Path pool, List<Path> labels, List<Path> picks, Path previous) {
    long n = labels.stream().mapToLong(folder -> lines(folder, "labels.txt").size()).sum();
    calls.add("train " + n);
    write(target, "graph.000.pb", List.of("trained on " + n));
    return new Facts.Training(n, List.of());
  }

  @Override
  public Facts.Training copyModels(Path target, Path models) {
    calls.add("copy");
    write(
        target,
        "graph.000.pb",
        models == null ? List.of("trained on 0") : lines(models, "graph.000.pb"));
    return new Facts.Training(0, List.of());
  }

  @Override
  public Facts.Deviation deviate(Path target, Path models, Remaining remaining) {
    calls.add("deviate");
    int n =
        Integer.parseInt(lines(models, "graph.000.pb").get(0).substring("trained on ".length()));
    Set<String> done =
        (remaining.labels() == null
                ? Stream.<String>of()
                : lines(remaining.labels(), "labels.txt").stream())
            .map(line -> line.split(" ")[0])
            .collect(Collectors.toSet());
    List<String> rows =
        lines(remaining.picks(), "picks.txt").stream()
            .map(line -> line.split(" "))
            .filter(row -> !row[1].equals("accurate") && !row[1].equals("skipped"))
            .filter(row -> !done.contains(row[0]))
            .map(row -> row[0] + " " + deviation(Integer.parseInt(row[0]), n))
            .toList();
    write(target, "deviation.txt", rows);
    return evaluated(rows.size());
  }

  @Override
  public Facts.Deviation deviateAll(
      Path target, Path models, Path pool, List<Path> picks, List<Path> labels) {
    calls.add("deviate all");
    int n =
        Integer.parseInt(lines(models, "graph.000.pb").get(0).substring("trained on ".length()));
    Set<String> done =
        labels.stream()
            .flatMap(folder -> lines(folder, "labels.txt").stream())
            .map(line -> line.split(" ")[0])
            .collect(Collectors.toSet());
    List<String> rows =
        lines(pool, "frames.txt").stream()
            .filter(id -> !done.contains(id))
            .map(id -> id + " " + deviation(Integer.parseInt(id), n))
            .toList();
    write(target, "deviation.txt", rows);
    return evaluated(rows.size());
  }

  private Facts.Deviation evaluated(int rows) {
    double error = errorOfAFrame * rows;
    return new Facts.Deviation(rows, new Facts.Quantiles(0.1, 0.2, 0.3, 0.4), 0)
        .with(Double.isNaN(error) ? null : new Facts.Expected(rows, error, error, error, error));
  }

  private double deviation(int frame, int labels) {
    if (worsened.contains(frame) && labels >= worsenedFrom) {
      return (lo + hi) / 2;
    }
    return hopeless.contains(frame) ? 20 : 0.01 * (frame + 10) * 10 / (10 + labels);
  }

  @Override
  public Facts.Picks pickAtRandom(Path target, Path pool, int atMost) {
    return pick(
        target,
        0,
        lines(pool, "frames.txt").stream().map(id -> id + " candidate").toList(),
        atMost);
  }

  @Override
  public Facts.Picks pick(
      Path target, int iteration, Path pool, Path deviation, List<Path> labels, int atMost) {
    return pick(
        target,
        iteration,
        lines(deviation, "deviation.txt").stream()
            .map(line -> line.split(" "))
            .map(row -> row[0] + " " + classOf(Double.parseDouble(row[1])))
            .toList(),
        atMost);
  }

  @Override
  public long candidates(Path deviation) {
    if (candidates != null) {
      return candidates;
    }
    return lines(deviation, "deviation.txt").stream()
        .map(line -> classOf(Double.parseDouble(line.split(" ")[1])))
        .filter("candidate"::equals)
        .count();
  }

  private String classOf(double deviation) {
    return deviation >= hi ? "failed" : deviation >= lo ? "candidate" : "accurate";
  }

  private Facts.Picks pick(Path target, int iteration, List<String> classes, int atMost) {
    calls.add("pick");
    Set<String> picked =
        classes.stream()
            .filter(line -> line.endsWith(" candidate") && !isUnfit(line))
            .sorted(Comparator.comparing(line -> Sha256.hex(iteration + line)))
            .limit(atMost)
            .collect(Collectors.toSet());
    write(
        target,
        "picks.txt",
        classes.stream()
            .map(line -> isUnfit(line) ? line.split(" ")[0] + " skipped" : line)
            .map(line -> line + " " + picked.contains(line))
            .toList());
    long skipped = classes.stream().filter(this::isUnfit).count();
    return new Facts.Picks(
        classes.size(),
        count(classes, "accurate"),
        count(classes, "candidate"),
        count(classes, "failed"),
        picked.size(),
        count(classes, "failed"),
        new TreeMap<>(skipped == 0 ? java.util.Map.of() : java.util.Map.of("bad box", skipped)));
  }

  private boolean isUnfit(String line) {
    return line.endsWith(" candidate") && unfit.contains(Integer.valueOf(line.split(" ")[0]));
  }

  private static long count(List<String> classes, String name) {
    return classes.stream().filter(line -> line.endsWith(" " + name)).count();
  }

  @Override
  public Facts.Labels label(Path target, int iteration, Path pool, Path picks) {
    calls.add("label");
    List<String> picked =
        lines(picks, "picks.txt").stream()
            .filter(line -> line.endsWith(" true"))
            .map(line -> line.split(" ")[0])
            .toList();
    List<String> got =
        picked.stream().filter(id -> !unlabelled.contains(Integer.valueOf(id))).toList();
    write(target, "labels.txt", got.stream().map(id -> id + " " + iteration).toList());
    return new Facts.Labels(
        got.size(),
        new TreeMap<>(java.util.Map.of("Ag", (long) got.size())),
        picked.stream()
            .filter(id -> !got.contains(id))
            .map(id -> new Facts.Failure(id, "pool#" + id, null, "no convergence"))
            .toList());
  }

  @Override
  public String failedFrames(Path pool, Path deviation, Path picks) {
    return "frame\tmax_devi_f\n"
        + lines(deviation, "deviation.txt").stream()
            .filter(line -> Double.parseDouble(line.split(" ")[1]) >= hi)
            .map(line -> line.replace(' ', '\t') + "\n")
            .collect(Collectors.joining());
  }

  @Override
  public Facts.Result result(Path target, Path pool, Summary summary) {
    calls.add("result");
    requireOfTheModels(summary);
    write(
        target,
        "labels.txt",
        summary.labels().stream().flatMap(f -> lines(f, "labels.txt").stream()).toList());
    return new Facts.Result(
        summary.verdict(),
        summary.labelled(),
        new Facts.Quantiles(0.1, 0.1, 0.1, 0.1),
        null,
        null,
        null);
  }

  /** A table that is handed to the result was made by the models that are. */
  private void requireOfTheModels(Summary summary) {
    handedOn = summary.deviation() != null;
    if (!handedOn) {
      return;
    }
    int n =
        Integer.parseInt(
            lines(summary.models(), "graph.000.pb").get(0).substring("trained on ".length()));
    for (String row : lines(summary.deviation(), "deviation.txt")) {
      int frame = Integer.parseInt(row.split(" ")[0]);
      if (!row.equals(frame + " " + deviation(frame, n))) {
        throw new AssertionError(row + " is not of models trained on " + n);
      }
    }
  }

  private void write(Path folder, String name, List<String> lines) {
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve(name), lines.subList(0, lines.size() / 2));
      moment.run();
      Files.write(folder.resolve(name), lines);
      moment.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Facts.Training finish(Path target, Path result) {
    throw new AssertionError("no final training was asked for");
  }

  private static List<String> lines(Path folder, String name) {
    try {
      return Files.readAllLines(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
