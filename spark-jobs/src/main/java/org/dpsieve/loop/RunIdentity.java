package org.dpsieve.loop;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dpsieve.error.InputException;

/** {@code run.json}: whose run a work directory holds. */
final class RunIdentity {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 120;

  private RunIdentity() {}

  /**
   * Marks a work directory as this run's, as long as nothing is in it, or checks that it is.
   *
   * @throws InputException naming every key that differs, or when there is another program's run
   */
  static void claim(Workdir workdir, SortedMap<String, String> identity) {
    boolean started = Files.exists(workdir.record()) || Files.exists(workdir.iteration(0));
    if (!Files.exists(workdir.identity()) && isOurs(workdir)) {
      throw new InputException(
          "%s: missing, though there is a run of dpsieve here. It says whose run this is: put it back, or start anew in another folder with --workdir"
              .formatted(workdir.identity()));
    }
    if (!Files.exists(workdir.identity()) && started) {
      throw new InputException(
          "%s: holds a run that is not dpsieve's (record.dpgen or iter.000000, but no run.json), probably of dpgen. Name an empty folder with --workdir"
              .formatted(workdir.root()));
    }
    if (!Files.exists(workdir.frames()) && !started) {
      Workdir.replace(workdir.identity(), Sealed.text(JSON.valueToTree(identity)));
      return;
    }
    SortedMap<String, String> found = read(workdir);
    List<String> differences = new ArrayList<>();
    TreeSet<String> keys = new TreeSet<>(found.keySet());
    keys.addAll(identity.keySet());
    for (String key : keys) {
      String before = found.get(key);
      String now = identity.get(key);
      if (before == null || !before.equals(now)) {
        differences.add("  %s: here %s, now %s".formatted(key, shown(before), shown(now)));
      }
    }
    if (!differences.isEmpty()) {
      throw new InputException(
          "%s: this folder holds another run, which differs in%n%s%nStart this one elsewhere with --workdir DIR, or set back what was changed"
              .formatted(workdir.root(), String.join(System.lineSeparator(), differences)));
    }
  }

  /**
   * Of a run that has been started.
   *
   * @throws InputException when it is not as it was written
   */
  static SortedMap<String, String> read(Workdir workdir) {
    try {
      return JSON.convertValue(
          Sealed.read(workdir.identity()), new TypeReference<TreeMap<String, String>>() {});
    } catch (Sealed.BrokenException | IllegalArgumentException e) {
      throw new InputException(
          "%s: %s. It says whose run this is: put back what was there, or start anew in another folder with --workdir"
              .formatted(
                  workdir.identity(),
                  e instanceof IllegalArgumentException
                      ? "it does not hold what a run writes there"
                      : e.getMessage()),
          e);
    }
  }

  /** Whether a stage of ours is there. */
  private static boolean isOurs(Workdir workdir) {
    return Commit.exists(workdir.frames())
        || Commit.exists(workdir.picks(0))
        || Files.exists(workdir.timings());
  }

  private static String shown(String value) {
    if (value == null) {
      return "not set";
    }
    return value.length() <= LONGEST ? value : value.substring(0, LONGEST) + "...";
  }
}
