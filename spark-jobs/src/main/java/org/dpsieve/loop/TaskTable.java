package org.dpsieve.loop;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dpsieve.node.TaskJournal;

/** The tasks of a step in columns, for a person at a terminal. */
final class TaskTable {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private TaskTable() {}

  /** A line over each task's own; empty without tasks. */
  static List<String> lines(String title, List<TaskJournal.Entry> tasks) {
    if (tasks.isEmpty()) {
      return List.of();
    }
    int name = width(tasks.stream().map(TaskJournal.Entry::task).toList(), "task");
    int state = width(tasks.stream().map(TaskJournal.Entry::state).toList(), "state");
    int where = width(tasks.stream().map(TaskJournal.Entry::where).toList(), "where");
    String pattern = "%-" + name + "s  %-" + state + "s  %-19s  %7s  %-" + where + "s  %s";
    List<String> lines = new ArrayList<>();
    lines.add(title);
    lines.add(
        pattern
            .formatted("task", "state", "since", "attempt", "where", "how far, or how it ended")
            .stripTrailing());
    for (TaskJournal.Entry task : tasks) {
      lines.add(
          pattern
              .formatted(
                  task.task(),
                  task.state(),
                  local(task.since()),
                  task.attempt(),
                  task.where(),
                  task.reason())
              .stripTrailing());
    }
    return lines;
  }

  private static int width(List<String> values, String title) {
    return Math.max(title.length(), values.stream().mapToInt(String::length).max().orElse(0));
  }

  private static String local(String instant) {
    try {
      return Instant.parse(instant).atZone(ZoneId.systemDefault()).format(TIME);
    } catch (DateTimeParseException e) {
      return instant;
    }
  }
}
