package org.dpsieve.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dpsieve.io.OwnFiles;

/**
 * {@code tasks.STEP.jsonl}: what became of each task, a line for each change; the last line of a
 * task holds. For people and {@code status}; nothing is decided by it.
 */
public final class TaskJournal implements TaskListener {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * Where a task stands.
   *
   * @param state {@code waiting, queued, running, cancelled}, or the outcome
   * @param where empty while nowhere
   * @param since of this state, ISO 8601
   * @param attempt from 1
   * @param reason how it ended; empty when well
   */
  public record Entry(
      String task, String state, String where, String since, int attempt, String reason) {
    /** Whether it is under way. */
    public boolean open() {
      return state.equals("waiting") || state.equals("queued") || state.equals("running");
    }

    public Entry withReason(String other) {
      return new Entry(task, state, where, since, attempt, other);
    }
  }

  /** With what earlier calls wrote. */
  public TaskJournal(Path file) {
    this.file = file;
    read(file).forEach(entry -> entries.put(entry.task(), entry));
  }

  /** All tasks of a journal as they stand, in the order of their first lines. */
  public static List<Entry> read(Path file) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    if (!Files.exists(file)) {
      return List.of();
    }
    for (String line : OwnFiles.lines(file)) {
      try {
        JsonNode node = JSON.readTree(line);
        if (node.hasNonNull("task")) {
          entries.put(
              node.path("task").asText(),
              new Entry(
                  node.path("task").asText(),
                  node.path("state").asText(),
                  node.path("where").asText(),
                  node.path("since").asText(),
                  node.path("attempt").asInt(),
                  node.path("reason").asText()));
        }
      } catch (IOException e) {
        // Half a line of a killed process.
      }
    }
    return List.copyOf(entries.values());
  }

  /** A round of attempts begins. */
  public synchronized void attempt(List<String> tasks, int attempt) {
    tasks.forEach(task -> put(task, "waiting", "", attempt, ""));
  }

  @Override
  public synchronized void state(List<String> tasks, State state, String where) {
    for (String task : tasks) {
      put(task, state.name().toLowerCase(Locale.ROOT), where, attemptOf(task), "");
    }
  }

  @Override
  public synchronized void ended(TaskEnd end) {
    Entry last = entries.get(end.task());
    put(
        end.task(),
        end.outcome().key(),
        last == null ? "" : last.where(),
        attemptOf(end.task()),
        end.reason());
  }

  /** All tasks that were under way are taken back. */
  public synchronized void cancelled() {
    for (Entry entry : new ArrayList<>(entries.values())) {
      if (entry.open()) {
        put(entry.task(), "cancelled", entry.where(), entry.attempt(), "");
      }
    }
  }

  /** All tasks, as they stand. */
  public synchronized List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  private int attemptOf(String task) {
    Entry entry = entries.get(task);
    return entry == null ? 1 : entry.attempt();
  }

  private void put(String task, String state, String where, int attempt, String reason) {
    Entry last = entries.get(task);
    if (last != null
        && last.state().equals(state)
        && last.where().equals(where)
        && last.attempt() == attempt
        && last.reason().equals(reason)) {
      return;
    }
    String since = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    entries.put(task, new Entry(task, state, where, since, attempt, reason));
    ObjectNode line = JSON.createObjectNode();
    line.put("task", task).put("state", state).put("where", where).put("since", since);
    line.put("attempt", attempt).put("reason", reason);
    try {
      Files.createDirectories(file.getParent());
      OwnFiles.appendLine(file, line.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
