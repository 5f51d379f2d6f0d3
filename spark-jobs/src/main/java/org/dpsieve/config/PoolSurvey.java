package org.dpsieve.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.text.Counted;

/**
 * Opens the systems that the data are made of, as the import does, and reads which elements they
 * hold: of this machine only, without coordinates and labels. Other file systems are looked at when
 * the run starts.
 */
public final class PoolSurvey {
  private static final int ATOMS_AT_ONCE = 1 << 17;
  private static final int SHOWN_PROBLEMS = 100;
  private static final String OLD = "old_data";

  private final Storage storage = new LocalStorage();
  private final List<String> typeMap;
  private final ExtxyzKeys extxyzKeys;
  private final Set<Integer> known = new HashSet<>();
  private final List<String> problems = new ArrayList<>();
  private final String pool;
  private final String initial;
  private final String old;

  private PoolSurvey(SimplifyConfig config) {
    this.typeMap = config.typeMap();
    this.extxyzKeys = config.pool().extxyzKeys();
    typeMap.forEach(symbol -> known.add(TypeNames.number(symbol)));
    this.pool =
        config.pool().tables().isPresent() // Spark reads them
            ? String.join("; ", config.pool().pickData())
            : look("pick_data", config.pool().pickData());
    this.initial = look("init_data_sys", config.pool().initData());
    this.old = look(OLD, config.pool().oldData());
  }

  /** Of a run's pool and initial data. */
  public static PoolSurvey of(SimplifyConfig config) {
    return new PoolSurvey(config);
  }

  /** {@code "25 systems, 2600 frames in /data/pbe"}, paths separated by {@code "; "}. */
  String pool() {
    return pool;
  }

  /** The same of {@code init_data_sys}. */
  String initial() {
    return initial;
  }

  /** The same of {@code old_data}. */
  String old() {
    return old;
  }

  /** What the import would end at, one sentence each. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  private String look(String key, List<String> data) {
    List<String> parts = new ArrayList<>();
    ForeignElements foreign = new ForeignElements(key, typeMap);
    int systems = 0;
    for (String path : data) {
      if (Paths.isRemote(path)) {
        parts.add(path);
        continue;
      }
      Count count = new Count();
      try {
        SystemFinder.Result found = SystemFinder.findAll(storage, List.of(path), extxyzKeys);
        found.problems().forEach(problem -> problems.add(key + ": " + problem));
        for (SystemPath system : found.systems()) {
          look(key, system, count, foreign);
        }
      } catch (InputException | IOException e) {
        problems.add("%s: %s".formatted(key, e.getMessage()));
      }
      systems += count.systems;
      parts.add(count.text(path));
    }
    if (foreign.any() && !key.equals(OLD)) { // of what no frame of the pool has nobody asks
      problems.add(foreign.message(systems));
    }
    return String.join("; ", parts);
  }

  private void look(String key, SystemPath path, Count count, ForeignElements foreign) {
    count.systems++;
    try (FrameSystem system = path.open(storage, typeMap)) {
      String name =
          path.name().isEmpty() ? String.valueOf(Path.of(path.path()).getFileName()) : path.name();
      for (FrameSystem.Run run : system.runs(ATOMS_AT_ONCE)) {
        count.frames += run.count();
        for (FrameSystem.Types types : system.types(run)) {
          if (Arrays.stream(types.z()).anyMatch(type -> !known.contains(type))) {
            foreign.add(name, 1, Formula.types(Formula.of(types.z(), types.names())));
          }
        }
      }
      count.ignored.addAll(system.ignored());
    } catch (StackOverflowError e) {
      problems.add(
          "%s: %s: nested too deeply: the file is damaged".formatted(key, path.location()));
    } catch (InputException e) {
      e.getMessage().lines().forEach(line -> problems.add(key + ": " + line));
    } catch (IOException e) {
      problems.add("%s: %s: cannot be read: %s".formatted(key, path.location(), e.getMessage()));
    }
  }

  private static final class Count {
    private int systems;
    private long frames;
    private final Set<String> ignored = new TreeSet<>();

    String text(String path) {
      return "%s, %s in %s%s"
          .formatted(
              Counted.of(systems, "system"),
              Counted.of(frames, "frame"),
              path,
              ExtxyzKeys.note(ignored, "extxyz_keys").map(note -> " (" + note + ")").orElse(""));
    }
  }

  /**
   * Ends a dry run as the run itself would end.
   *
   * @throws InputException listing what is wrong
   */
  public void requireNone() {
    if (problems.isEmpty()) {
      return;
    }
    String rest =
        problems.size() > SHOWN_PROBLEMS
            ? "%n... and %d more".formatted(problems.size() - SHOWN_PROBLEMS)
            : "";
    throw new InputException(
        "%s in the data; the run would import nothing:%n%s%s"
            .formatted(
                Counted.of(problems.size(), "problem"),
                String.join(
                    System.lineSeparator(),
                    problems.subList(0, Math.min(SHOWN_PROBLEMS, problems.size()))),
                rest));
  }
}
