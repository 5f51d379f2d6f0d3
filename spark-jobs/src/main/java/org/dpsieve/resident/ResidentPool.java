package org.dpsieve.resident;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.dpsieve.io.OwnFiles;

/**
 * The processes of this JVM: as many for some models as tasks have asked for at once. What a task
 * gives back waits for the next; it ends when other models are asked for, for memory's sake, and by
 * itself after two minutes.
 */
public final class ResidentPool {
  private static final Map<String, Place> PLACES = new HashMap<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ResidentPool::removeAll, "dp models"));
  }

  private ResidentPool() {}

  /**
   * What makes one process another than the next.
   *
   * @param calculator of ASE; {@code null} for models of DeePMD-kit
   */
  private record Key(
      DpProgram program,
      String calculator,
      List<String> typeMap,
      Map<String, String> environment,
      Limits limits) {
    Evaluated evaluated(PackedModels models, Path folder) {
      List<Path> files = models.names().stream().map(folder::resolve).toList();
      return calculator == null
          ? new DeepmdModels(files, typeMap, models.branch(), models.layers(), models.property())
          : new AseCalculator(calculator, files, typeMap);
    }
  }

  /** Models of some content, with the folder that they were unpacked in. */
  private static final class Place {
    private final Path folder;
    private final Map<Key, Deque<ResidentModels>> idle = new HashMap<>();
    private int busy;

    Place(Path folder) {
      this.folder = folder;
    }

    void end() {
      idle.values().forEach(waiting -> waiting.forEach(ResidentModels::close));
      idle.clear();
    }
  }

  /** Models for one thread, until it gives them back. */
  public static final class Borrowed implements AutoCloseable {
    private final Place place;
    private final Key key;
    private final ResidentModels models;
    private boolean closed;

    private Borrowed(Place place, Key key, ResidentModels models) {
      this.place = place;
      this.key = key;
      this.models = models;
    }

    public ResidentModels models() {
      return models;
    }

    @Override
    public void close() {
      synchronized (PLACES) {
        if (!closed) {
          closed = true;
          place.busy--;
          place.idle.computeIfAbsent(key, k -> new ArrayDeque<>()).push(models);
        }
      }
    }
  }

  /**
   * @param typeMap what types are for models that do not name theirs; empty for others
   * @param environment of the process where nothing else is said
   */
  public static Borrowed take(
      PackedModels models,
      DpProgram program,
      List<String> typeMap,
      Map<String, String> environment,
      Limits limits) {
    return take(
        models, new Key(program, null, List.copyOf(typeMap), Map.copyOf(environment), limits));
  }

  /**
   * A calculator of ASE.
   *
   * @param files that its arguments name
   * @param calculator see {@link AseCalculator}
   * @param symbols of the elements that frames may have
   */
  public static Borrowed take(
      PackedModels files,
      DpProgram python,
      String calculator,
      List<String> symbols,
      Map<String, String> environment,
      Limits limits) {
    return take(
        files, new Key(python, calculator, List.copyOf(symbols), Map.copyOf(environment), limits));
  }

  private static Borrowed take(PackedModels models, Key key) {
    synchronized (PLACES) {
      removeOthers(models.digest());
      Place place = PLACES.computeIfAbsent(models.digest(), digest -> unpacked(models));
      place.busy++;
      Deque<ResidentModels> idle = place.idle.get(key);
      ResidentModels one =
          idle == null || idle.isEmpty()
              ? new ResidentModels(
                  key.program(),
                  key.evaluated(models, place.folder),
                  key.environment(),
                  key.limits())
              : idle.pop();
      return new Borrowed(place, key, one);
    }
  }

  private static Place unpacked(PackedModels models) {
    try {
      Path folder = Files.createTempDirectory("dpsieve-models");
      models.unpack(folder);
      return new Place(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeOthers(String digest) {
    for (Iterator<Map.Entry<String, Place>> all = PLACES.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Place> other = all.next();
      if (!other.getKey().equals(digest)) {
        other.getValue().end();
        if (other.getValue().busy == 0) {
          OwnFiles.remove(other.getValue().folder);
          all.remove();
        }
      }
    }
  }

  /** Ends all that wait, and takes the models away. */
  private static void removeAll() {
    synchronized (PLACES) {
      try {
        PLACES.values().forEach(Place::end);
        PLACES.values().forEach(place -> OwnFiles.remove(place.folder));
      } catch (UncheckedIOException e) {
        // In a temporary folder; nothing depends on it.
      }
    }
  }
}
