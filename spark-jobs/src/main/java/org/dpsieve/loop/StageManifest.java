package org.dpsieve.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.io.RegularFile;
import org.dpsieve.text.Counted;

/**
 * What a complete stage says of itself, {@code _stage.json} in its folder. Holds no time, host or
 * absolute path: the same run gives the same bytes.
 *
 * @param inputs what it was made from: name to checksum
 * @param facts its counts, for whoever resumes
 * @param files every file below the stage's folder, by relative path
 */
record StageManifest(
    SortedMap<String, String> inputs, JsonNode facts, SortedMap<String, Entry> files) {
  static final String NAME = "_stage.json";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN = 10;

  StageManifest {
    Objects.requireNonNull(inputs);
    Objects.requireNonNull(facts);
    Objects.requireNonNull(files);
  }

  /**
   * @param bytes the file's size
   * @param sha256 of its content, hex
   */
  record Entry(long bytes, String sha256) {}

  /** Of the files that lie there now. */
  static StageManifest of(Path folder, Map<String, String> inputs, Object facts)
      throws IOException {
    SortedMap<String, Entry> files = new TreeMap<>();
    for (Path file : files(folder)) {
      files.put(name(folder, file), new Entry(Files.size(file), RegularFile.sha256(file)));
    }
    return new StageManifest(new TreeMap<>(inputs), JSON.valueToTree(facts), files);
  }

  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).toList();
    }
  }

  private static String name(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  /**
   * Of a complete stage.
   *
   * @throws InputException when it is not as it was written
   */
  static StageManifest read(Path target) {
    Path file = target.resolve(NAME);
    try {
      return JSON.convertValue(Sealed.read(file), StageManifest.class);
    } catch (Sealed.BrokenException e) {
      throw new InputException("%s: %s. %s".formatted(file, e.getMessage(), remedy(target)), e);
    } catch (IllegalArgumentException e) { // of an earlier version, without a seal
      throw new InputException(
          "%s: it does not hold what a stage says of itself. %s".formatted(file, remedy(target)),
          e);
    }
  }

  ObjectNode toJson() {
    return JSON.valueToTree(this);
  }

  <F> F facts(Path target, Class<F> type) {
    try {
      return JSON.convertValue(facts, type);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "%s: its facts are not those of this stage. %s"
              .formatted(target.resolve(NAME), remedy(target)),
          e);
    }
  }

  /**
   * By size alone, for those who show what is there.
   *
   * @throws InputException naming every file that is missing or has another size
   */
  void checkSizes(Path target) {
    check(target, files.entrySet().stream(), entry -> sizeProblem(target, entry));
  }

  /**
   * Byte by byte: what somebody computes with must be what was written. All files are read once, as
   * many at a time as there are cores.
   *
   * @throws InputException naming every file that is not as it was written, and Parquet files that
   *     were not there
   */
  void checkContent(Path target) {
    check(target, files.entrySet().parallelStream(), entry -> contentProblem(target, entry));
    try {
      for (Path file : files(target)) {
        String name = name(target, file);
        if (name.endsWith(".parquet") && !files.containsKey(name)) {
          throw new InputException(
              "%s: does not belong to this table, whose files %s lists; remove it and run again"
                  .formatted(file, target.resolve(NAME)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void check(
      Path target,
      Stream<Map.Entry<String, Entry>> files,
      Function<Map.Entry<String, Entry>, String> problem) {
    List<String> problems =
        new ArrayList<>(files.map(problem).filter(Objects::nonNull).sorted().toList());
    if (problems.isEmpty()) {
      return;
    }
    int more = problems.size() - SHOWN;
    if (more > 0) {
      problems.subList(SHOWN, problems.size()).clear();
      problems.add("... and %d more".formatted(more));
    }
    throw new InputException(
        "%s%n%s".formatted(String.join(System.lineSeparator(), problems), remedy(target)));
  }

  private static String sizeProblem(Path target, Map.Entry<String, Entry> entry) {
    Path file = target.resolve(entry.getKey());
    long bytes = size(file);
    long expected = entry.getValue().bytes();
    return bytes == expected
        ? null
        : "%s: %s, expected %s as %s says"
            .formatted(
                file, bytes < 0 ? "missing" : bytes + " bytes", Counted.of(expected, "byte"), NAME);
  }

  private static String contentProblem(Path target, Map.Entry<String, Entry> entry) {
    String problem = sizeProblem(target, entry);
    if (problem != null) {
      return problem;
    }
    Path file = target.resolve(entry.getKey());
    String found = RegularFile.sha256(file);
    String expected = String.valueOf(entry.getValue().sha256());
    return found.equals(expected)
        ? null
        : "%s: its content has changed since it was written (SHA-256 %s, expected %s as %s says)"
            .formatted(file, shortened(found), shortened(expected), NAME);
  }

  private static String shortened(String checksum) {
    return checksum.substring(0, Math.min(16, checksum.length())) + "...";
  }

  private static String remedy(Path target) {
    return "Put back what was there, or remove %s and run again to have it made anew"
        .formatted(target);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return -1;
    }
  }
}
