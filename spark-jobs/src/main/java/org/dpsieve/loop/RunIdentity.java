package org.dpsieve.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;

/** {@code run.json}: whose run a work directory holds; {@code changes.json}: what has changed. */
final class RunIdentity {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 120;
  private static final String CHECKSUM = " (sha256)";

  private RunIdentity() {}

  /** What another value of a key says: which part of it, in words, before and now. */
  private record Difference(String key, String part, String before, String now) {
    String words() {
      return "%s%s: here %s, now %s"
          .formatted(key, part.isEmpty() ? "" : ", " + part, shown(before), shown(now));
    }
  }

  /**
   * Marks a work directory as this run's, as long as nothing is in it, or checks that it is.
   *
   * @param iteration the first that is not labelled yet: where changes take effect
   * @return what has changed since the last call
   * @throws InputException naming every fixed key that differs and was not accepted, or when there
   *     is another program's run
   */
  static List<Change> claim(Workdir workdir, RunKeys keys, int iteration) {
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
      requireKnown(keys, Set.of());
      write(workdir, keys);
      return List.of();
    }
    SortedMap<String, String> found = read(workdir);
    requireKnown(keys, found.keySet());
    List<Difference> refused = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    for (Difference difference : differences(found, keys)) {
      boolean open = isOpen(difference.key(), keys);
      if (open || keys.accepted().contains(RunKeys.name(difference.key()))) {
        changes.add(
            new Change(
                iteration,
                difference.key() + (difference.part().isEmpty() ? "" : ", " + difference.part()),
                difference.before(),
                difference.now(),
                !open));
      } else {
        refused.add(difference);
      }
    }
    refuse(workdir, refused);
    if (!found.equals(keys.all())) {
      record(workdir, changes);
      write(workdir, keys);
    }
    return changes;
  }

  private static void refuse(Workdir workdir, List<Difference> refused) {
    if (refused.isEmpty()) {
      return;
    }
    throw new InputException(
        "%s: this folder holds another run, which differs in%n%s%nStart this one elsewhere with --workdir DIR, or set back what was changed. Where you know that labels of before and after go together, go on with %s"
            .formatted(
                workdir.root(),
                refused.stream()
                    .map(difference -> "  " + difference.words())
                    .collect(Collectors.joining(System.lineSeparator())),
                refused.stream()
                    .map(difference -> RunKeys.name(difference.key()))
                    .distinct()
                    .map(
                        name -> "--accept-change " + (name.contains(" ") ? "'" + name + "'" : name))
                    .collect(Collectors.joining(" "))));
  }

  private static void requireKnown(RunKeys keys, Set<String> found) {
    Set<String> known =
        Stream.concat(keys.all().keySet().stream(), found.stream())
            .map(RunKeys::name)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String accepted : keys.accepted()) {
      if (!known.contains(accepted)) {
        throw new InputException(
            "--accept-change %s: no key of this run; known: %s"
                .formatted(accepted, String.join(", ", known)));
      }
    }
  }

  private static boolean isOpen(String key, RunKeys keys) {
    // one that has gone, as an input of a second model, is as open as the others of its name
    return keys.open().containsKey(key)
        || (!keys.fixed().containsKey(key)
            && keys.open().keySet().stream()
                .anyMatch(other -> RunKeys.name(other).equals(RunKeys.name(key)))
            && keys.fixed().keySet().stream()
                .noneMatch(other -> RunKeys.name(other).equals(RunKeys.name(key))));
  }

  private static List<Difference> differences(SortedMap<String, String> found, RunKeys now) {
    List<Difference> differences = new ArrayList<>();
    SortedMap<String, String> all = now.all();
    Set<String> names = new TreeSet<>(found.keySet());
    names.addAll(all.keySet());
    for (String key : names) {
      String before = found.get(key);
      String after = all.get(key);
      boolean unknown = // an earlier version kept a checksum of it, or nothing
          (before == null && (now.open().containsKey(key) || found.containsKey(key + CHECKSUM)))
              || (after == null
                  && key.endsWith(CHECKSUM)
                  && all.containsKey(key.substring(0, key.length() - CHECKSUM.length())));
      if (!unknown && !Objects.equals(before, after)) {
        differences.addAll(parts(key, before, after));
      }
    }
    return differences;
  }

  private static List<Difference> parts(String key, String before, String now) {
    Map<String, String> old = leaves(before);
    Map<String, String> others = leaves(now);
    if (old == null || others == null) {
      return List.of(new Difference(key, "", before, now));
    }
    Set<String> names = new TreeSet<>(old.keySet());
    names.addAll(others.keySet());
    return names.stream()
        .filter(name -> !Objects.equals(old.get(name), others.get(name)))
        .map(name -> new Difference(key, name, old.get(name), others.get(name)))
        .toList();
  }

  /** {@code null} for a value without parts. */
  private static Map<String, String> leaves(String value) {
    if (value == null || !value.startsWith("{")) {
      return null;
    }
    try {
      return JSON.readValue(value, new TypeReference<TreeMap<String, String>>() {});
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** Killed before run.json is written, the next call finds the same changes: once is enough. */
  private static void record(Workdir workdir, List<Change> changes) {
    List<Change> all = new ArrayList<>(changes(workdir));
    if (all.size() >= changes.size()
        && all.subList(all.size() - changes.size(), all.size()).equals(changes)) {
      return;
    }
    all.addAll(changes);
    ObjectNode content = JSON.createObjectNode();
    content.set("changes", JSON.valueToTree(all));
    Workdir.replace(workdir.changes(), Sealed.text(content));
  }

  /** All changes of a run, in order. */
  static List<Change> changes(Workdir workdir) {
    if (!Files.exists(workdir.changes())) {
      return List.of();
    }
    try {
      return JSON.convertValue(
          Sealed.read(workdir.changes()).path("changes"), new TypeReference<List<Change>>() {});
    } catch (Sealed.BrokenException | IllegalArgumentException e) {
      throw new InputException(
          "%s: %s. Put back what was there, or remove it: the run goes on without a record of what was changed"
              .formatted(workdir.changes(), why(e)),
          e);
    }
  }

  private static void write(Workdir workdir, RunKeys keys) {
    Workdir.replace(workdir.identity(), Sealed.text(JSON.valueToTree(keys.all())));
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
              .formatted(workdir.identity(), why(e)),
          e);
    }
  }

  private static String why(Exception e) {
    return e instanceof IllegalArgumentException
        ? "it does not hold what a run writes there"
        : e.getMessage();
  }

  /** Whether a stage of ours is there. */
  private static boolean isOurs(Workdir workdir) {
    return Commit.exists(workdir.frames())
        || Commit.exists(workdir.picks(0))
        || Files.exists(workdir.timings());
  }

  static String shown(String value) {
    if (value == null) {
      return "not set";
    }
    return value.length() <= LONGEST ? value : value.substring(0, LONGEST) + "...";
  }
}
