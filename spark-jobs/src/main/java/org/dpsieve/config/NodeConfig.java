package org.dpsieve.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the tasks of one step run.
 *
 * @param backend which kind of node
 * @param command {@code command}: the program, as a shell command
 * @param machine {@code machine}: dpdispatcher's, with its passwords: never to be shown or kept
 * @param resources {@code resources}: dpdispatcher's
 * @param forward {@code user_forward_files}: more input files of every task, absolute
 * @param backward {@code user_backward_files}: more files wanted back from every task
 * @param tasksAtOnce {@code tasks_at_once}: most tasks running at a time, on this machine
 * @param timeLimit {@code time_limit}: seconds a task may run; 0 for no limit but the scheduler's
 * @param pollInterval {@code poll_interval}: seconds between two looks at a queue
 * @param retries {@code retry_count}: further attempts of a task that failed
 * @param python {@code dpdispatcher_python}: the Python that has dpdispatcher
 */
public record NodeConfig(
    Backend backend,
    String command,
    Map<String, Object> machine,
    Map<String, Object> resources,
    List<Path> forward,
    List<String> backward,
    int tasksAtOnce,
    double timeLimit,
    double pollInterval,
    int retries,
    String python) {
  public NodeConfig {
    machine = Collections.unmodifiableMap(new LinkedHashMap<>(machine));
    resources = Collections.unmodifiableMap(new LinkedHashMap<>(resources));
    forward = List.copyOf(forward);
    backward = List.copyOf(backward);
  }

  /** {@code resources.KEY} as a whole number. */
  public int resource(String key, int otherwise) {
    return resources.get(key) instanceof Number number ? number.intValue() : otherwise;
  }

  /** Without the machine, which may hold passwords. */
  @Override
  public String toString() {
    return "%s: %s".formatted(backend.key(), command);
  }
}
