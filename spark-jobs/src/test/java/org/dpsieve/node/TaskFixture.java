package org.dpsieve.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Task folders with an input file each, and a listener that remembers. */
final class TaskFixture implements TaskListener {
  final Path base;
  final Map<String, State> states = new ConcurrentHashMap<>();
  final Map<String, TaskEnd> ends = new ConcurrentHashMap<>();
  final CountDownLatch running = new CountDownLatch(1);
  final List<String> places = java.util.Collections.synchronizedList(new ArrayList<>());

  TaskFixture(Path base) {
    this.base = base;
  }

  NodeTask task(int number, String command) throws IOException {
    Path folder = Files.createDirectories(base.resolve("task.000.%06d".formatted(number)));
    if (!Files.exists(folder.resolve("input"))) {
      Files.writeString(folder.resolve("input"), "number %d\n".formatted(number));
    }
    return new NodeTask(
        folder, command, List.of("input"), List.of(), List.of("result", "more*"), "log");
  }

  @Override
  public void state(List<String> tasks, State state, String where) {
    tasks.forEach(task -> states.put(task, state));
    places.add(where);
    if (state == State.RUNNING) {
      running.countDown();
    }
  }

  @Override
  public void ended(TaskEnd end) {
    ends.put(end.task(), end);
  }
}
