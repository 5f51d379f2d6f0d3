package org.dpsieve.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.MachineReader.Section;
import org.dpsieve.config.reading.Block;

/** The keys of a section of machine.json that say where its tasks run. */
final class NodeReader {
  /** Keys of ours beside DP-GEN's. */
  static final List<String> KEYS =
      List.of("tasks_at_once", "time_limit", "poll_interval", "retry_count", "dpdispatcher_python");

  private static final double POLL_SECONDS = 10;
  private static final int RETRIES = 3; // dpdispatcher's own

  private final Path current;

  NodeReader(Path current) {
    this.current = current.toAbsolutePath();
  }

  /**
   * The node of a section: the one that {@code backend} names, dpdispatcher for a plain section of
   * DP-GEN's, empty for one without {@code backend} and {@code machine}.
   *
   * @param command where the section has none
   */
  Optional<NodeConfig> read(Section section, Optional<String> command) {
    Block block = section.block();
    boolean plain = !block.has("backend") && !section.machine().isEmpty();
    Optional<String> program = section.command().or(() -> command);
    if (section.backend().isEmpty() && !(plain && program.isPresent())) {
      return Optional.empty();
    }
    Backend backend = section.backend().orElse(Backend.DPDISPATCHER);
    if (program.isEmpty() || program.get().isBlank()) {
      block.error(
          "command", "is missing: backend %s runs it in every task".formatted(backend.key()));
      return Optional.empty();
    }
    if (backend == Backend.DPDISPATCHER) {
      for (String key : List.of("machine", "resources")) {
        if (!block.has(key)) {
          block.error(key, "is missing: backend dpdispatcher needs dpdispatcher's own");
        }
      }
      MachineReader.requireMachine(block);
      block.block("resources").ifPresent(NodeReader::refuseStrategy);
    }
    int cpus = section.resources().get("cpu_per_node") instanceof Number n ? n.intValue() : 1;
    int room = Math.max(1, Runtime.getRuntime().availableProcessors() / Math.max(1, cpus));
    int machineRetries =
        section.machine().get("retry_count") instanceof Number n ? n.intValue() : RETRIES;
    return Optional.of(
        new NodeConfig(
            backend,
            program.get(),
            section.machine(),
            section.resources(),
            forward(section),
            section.userBackwardFiles(),
            block.integer("tasks_at_once", 1).orElse(room),
            block.finite("time_limit", 0).orElse(0),
            block.finite("poll_interval", 0.1).orElse(POLL_SECONDS),
            block.integer("retry_count", 0).orElse(machineRetries),
            block
                .text("dpdispatcher_python")
                .orElseGet(
                    () ->
                        Optional.ofNullable(System.getenv("DPSIEVE_DPDISPATCHER_PYTHON"))
                            .orElse("python3"))));
  }

  /** What dpdispatcher ends at when the first job is to be submitted ({@code submission.py}). */
  private static void refuseStrategy(Block resources) {
    Optional<Block> strategy = resources.block("strategy");
    if (strategy.isEmpty() || !strategy.get().flag("if_cuda_multi_devices")) {
      return;
    }
    if (resources.integer("gpu_per_node", 0).orElse(0) < 1) {
      resources.error(
          "gpu_per_node",
          "expected 1 or more with strategy.if_cuda_multi_devices true: it shares the GPUs of a node among tasks");
    }
    if (resources.integer("number_node", 0).orElse(1) != 1) {
      resources.error("number_node", "expected 1 with strategy.if_cuda_multi_devices true");
    }
  }

  private List<Path> forward(Section section) {
    List<Path> files = new ArrayList<>();
    for (String name : section.userForwardFiles()) {
      Path file = current.resolve(name).normalize();
      if (!Files.exists(file)) {
        section.block().error("user_forward_files", "%s: no such file".formatted(file));
      }
      files.add(file);
    }
    return files;
  }
}
