package org.dpsieve.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.node.TaskListener.State;

/**
 * A scheduler's queue, here or on another machine, by dpdispatcher: Slurm, PBS, LSF, a plain shell
 * and what else it knows, with the user's {@code machine} and {@code resources} as they are.
 */
public final class DispatcherNode implements Node {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CANCEL_SECONDS = 60;
  private static final int LEAVE_SECONDS = 10;

  private final String python;
  private final Map<String, Object> machine;
  private final Map<String, Object> resources;
  private final double pollSeconds;
  private final double timeLimit;
  private final Secrets secrets;

  /** Tasks that a job took with it when it ended early: next time each gets a job of its own. */
  private final Set<String> lost = new HashSet<>();

  private volatile DispatcherProcess process;

  /**
   * @param python the interpreter that has dpdispatcher
   * @param machine dpdispatcher's own, with its passwords
   * @param resources dpdispatcher's own
   * @param pollSeconds between two looks at the queue
   * @param timeLimit seconds a task may run; 0: only what the scheduler itself limits
   */
  public DispatcherNode(
      String python,
      Map<String, Object> machine,
      Map<String, Object> resources,
      double pollSeconds,
      double timeLimit) {
    this.python = python;
    this.machine = Map.copyOf(machine);
    this.resources = Map.copyOf(resources);
    this.pollSeconds = pollSeconds;
    this.timeLimit = timeLimit;
    this.secrets = Secrets.in(machine);
  }

  private ObjectNode request(String op, Path base) {
    ObjectNode request = JSON.createObjectNode().put("op", op).put("base", base.toString());
    request.set("machine", JSON.valueToTree(machine));
    ObjectNode settled = JSON.valueToTree(resources);
    if (!settled.has("group_size")) { // dpdispatcher has no default, files of old DP-GEN no key
      settled.put("group_size", 1);
    }
    request.set("resources", settled);
    return request;
  }

  @Override
  public void check() {
    try (DispatcherProcess once =
        new DispatcherProcess(python, request("check", Path.of("").toAbsolutePath()), secrets)) {
      once.next();
    }
  }

  @Override
  public List<TaskEnd> run(List<NodeTask> tasks, TaskListener listener) {
    if (tasks.isEmpty()) {
      return List.of();
    }
    Path base = tasks.get(0).folder().getParent();
    Map<String, NodeTask> byName = tasks.stream().collect(Collectors.toMap(NodeTask::name, t -> t));
    listener.state(tasks.stream().map(NodeTask::name).toList(), State.WAITING, "");
    ObjectNode request = request("run", base).put("poll", pollSeconds);
    if (timeLimit > 0) {
      request.put("limit", timeLimit);
    }
    if (tasks.stream().anyMatch(task -> lost.contains(task.name()))) {
      request.withObject("/resources").put("group_size", 1);
    }
    request.set("tasks", JSON.valueToTree(tasks.stream().map(DispatcherNode::describe).toList()));
    process = new DispatcherProcess(python, request, secrets);
    try {
      List<TaskEnd> ends = new ArrayList<>();
      while (true) {
        JsonNode event = process.next();
        switch (event.path("event").asText()) {
          case "state" ->
              listener.state(
                  names(event.path("tasks")),
                  State.valueOf(event.path("state").asText().toUpperCase(Locale.ROOT)),
                  event.path("where").asText());
          case "end" -> {
            NodeTask task = byName.get(event.path("task").asText());
            if (task != null) {
              TaskEnd end = end(task, event);
              ends.add(end);
              listener.ended(end);
            }
          }
          case "note" -> listener.note(event.path("message").asText());
          case "done" -> {
            process.send("seen");
            process.end(CANCEL_SECONDS);
            return ends;
          }
          default -> {
            return ends; // told to stop
          }
        }
      }
    } finally {
      process.close();
      process = null;
    }
  }

  private static Map<String, Object> describe(NodeTask task) {
    return Map.of(
        "name", task.name(),
        "command", task.command(),
        "forward", task.forward(),
        "resume", task.resume(),
        "backward", task.backward(),
        "log", task.log());
  }

  private static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.forEach(name -> names.add(name.asText()));
    return names;
  }

  private TaskEnd end(NodeTask task, JsonNode event) {
    String lastLine = LogTail.lastLine(task.folder().resolve(task.log()));
    JsonNode exit = event.path("exit");
    if (exit.isInt()) {
      // coreutils' timeout, which runs the command where a limit is set
      boolean timedOut = timeLimit > 0 && (exit.asInt() == 124 || exit.asInt() == 137);
      return timedOut
          ? TaskEnd.failed(
              task.name(),
              TaskOutcome.TIMED_OUT,
              "stopped after %.0f s (time_limit)".formatted(timeLimit))
          : TaskEnd.of(task.name(), exit.asInt(), lastLine);
    }
    lost.add(task.name());
    String reason = event.path("reason").asText();
    String where = event.path("where").asText();
    return reason.equals("time limit")
        ? TaskEnd.failed(task.name(), TaskOutcome.TIMED_OUT, where + ": stopped by its time limit")
        : TaskEnd.failed(task.name(), TaskOutcome.CRASHED, where + ": " + reason);
  }

  @Override
  public void stop(OnExit onExit) {
    DispatcherProcess current = process;
    if (current == null) {
      return;
    }
    if (onExit == OnExit.CANCEL) {
      current.send("cancel");
      current.await(CANCEL_SECONDS);
    } else {
      current.end(LEAVE_SECONDS);
    }
  }
}
