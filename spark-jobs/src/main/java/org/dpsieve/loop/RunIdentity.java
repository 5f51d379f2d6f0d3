package org.dpsieve.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dpsieve.error.InputException;

/** {@code run.json}: whose run a work directory holds. */
final class RunIdentity {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final int LONGEST = 120;

  private RunIdentity() {}

  /**
   * Marks a work directory as this run's, as long as nothing is in it, or checks that it is.
   *
   * @throws InputException naming every key that differs, or when there is another program's run
   */
  static void claim(Workdir workdir, SortedMap<String, String> identity) {
    boolean started = Files.exists(workdir.record()) || Files.exists(workdir.iteration(0));
    if (!Files.exists(workdir.identity()) && started) {
      throw new InputException(
          "%s: holds a run that is not dpsieve's (record.dpgen or iter.000000, but no run.json), probably of dpgen. Name an empty folder with --workdir"
              .formatted(workdir.root()));
    }
    if (!Files.exists(workdir.frames()) && !started) {
      try {
        Workdir.replace(workdir.identity(), JSON.writeValueAsString(identity) + "\n");
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
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

  private static SortedMap<String, String> read(Workdir workdir) {
    try {
      return JSON.readValue(
          workdir.identity().toFile(), new TypeReference<TreeMap<String, String>>() {});
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read (%s). Name another folder with --workdir"
              .formatted(workdir.identity(), e.getMessage()),
          e);
    }
  }

  private static String shown(String value) {
    if (value == null) {
      return "not set";
    }
    return value.length() <= LONGEST ? value : value.substring(0, LONGEST) + "...";
  }
}
