package org.dpsieve.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dpsieve.config.TargetError;

/** The loop on {@link FakeStages}: keys that a test sets, and what the runs said. */
final class FakeRun {
  final FakeStages stages = new FakeStages(50);
  final List<String> notes = new ArrayList<>();
  final List<Summary.Iteration> seen = new ArrayList<>();
  final List<Double> seconds = new ArrayList<>();
  RunKeys keys = new RunKeys(new TreeMap<>(Map.of("seed", "1")), new TreeMap<>());
  Set<String> accepted = Set.of();
  boolean initData;
  int initPickNumber = 8;
  int iterPickNumber = 10;
  OptionalInt taskMax = OptionalInt.empty();
  int trainMin;
  double ratioFailed = 0.2;
  OptionalInt maxIter = OptionalInt.empty();
  OptionalInt labelBudget = OptionalInt.empty();
  Optional<TargetError> targetError = Optional.empty();
  boolean accurateForGood;

  /** The loop in a folder, with the keys as they are now. */
  Simplify in(Path root) {
    Settings settings =
        new Settings(
            keys,
            "f " + stages.lo + " " + stages.hi,
            initData,
            initPickNumber,
            iterPickNumber,
            taskMax,
            trainMin,
            ratioFailed,
            maxIter,
            labelBudget,
            targetError,
            accurateForGood);
    return new Simplify(
        new Workdir(root),
        settings.accepting(accepted),
        stages,
        new RunListener() {
          @Override
          public void started(int iteration, String stage) {}

          @Override
          public void finished(int iteration, String stage, double took) {
            seconds.add(took);
          }

          @Override
          public void iteration(Summary.Iteration iteration) {
            seen.add(iteration);
          }

          @Override
          public void note(String text) {
            notes.add(text);
          }
        });
  }

  /** Runs in a folder; at each moment of it a copy of the folder, as a kill then would leave it. */
  List<Path> snapshots(Path whole, Path copies) {
    List<Path> snapshots = new ArrayList<>();
    stages.moment = () -> snapshots.add(copy(whole, copies.resolve("" + snapshots.size())));
    in(whole).run();
    stages.moment = () -> {};
    return snapshots;
  }

  static Path copy(Path from, Path to) {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        Files.createDirectories(target.getParent());
        Files.copy(path, target);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return to;
  }

  /** All files of a folder. */
  static SortedMap<String, String> content(Path root) throws IOException {
    SortedMap<String, String> content = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        content.put(root.relativize(file).toString(), Files.readString(file));
      }
    }
    return content;
  }
}
