package org.dpsieve.spark.deviation;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.deepmd.FrameKind;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.neighbor.Geometry;

/** One start of {@code dp model-devi}, in a temporary folder of its own. */
final class DpModelDeviRun implements Closeable {
  /** Where {@code max_devi_f} stands in a row of {@link FrameDeviation#NAMES}. */
  static final int FORCE = FrameDeviation.NAMES.indexOf("max_devi_f");

  /** Å, about what models see; which cells are skewed does not hang on it. */
  private static final double CUTOFF = 8;

  private static final int LOOK_MILLIS = 100;
  private static final int LAST_LINES = 3;
  private static final List<String> THREADS =
      List.of(
          "OMP_NUM_THREADS", "DP_INTRA_OP_PARALLELISM_THREADS", "DP_INTER_OP_PARALLELISM_THREADS");

  private final DpProgram program;
  private final List<String> models;
  private final List<String> typeMap;
  private final List<Frame> frames;
  private final Path folder;

  /** Numbers of the frames of each system, by the name of its folder. */
  private final Map<String, List<Integer>> systems = new LinkedHashMap<>();

  private int exitCode;

  /**
   * @param modelFolder where the models lie
   * @param models their names there
   * @param typeMap the first types, in order: models without a type map know them by their numbers
   */
  DpModelDeviRun(
      DpProgram program,
      Path modelFolder,
      List<String> models,
      List<String> typeMap,
      List<Frame> frames)
      throws IOException {
    this.program = program;
    this.models = models;
    this.typeMap = typeMap;
    this.frames = frames;
    this.folder = Files.createTempDirectory("dpsieve-dp");
    Files.createSymbolicLink(folder.resolve("models"), modelFolder);
    write();
  }

  private void write() throws IOException {
    TreeMap<Integer, String> types = new TreeMap<>();
    Map<FrameKind, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < frames.size(); i++) {
      Frame frame = frames.get(i);
      Arrays.stream(frame.z()).distinct().forEach(z -> types.put(z, frame.names().name(z)));
      groups.computeIfAbsent(FrameKind.of(frame), k -> new ArrayList<>()).add(i);
    }
    Set<String> all = new LinkedHashSet<>(typeMap);
    all.addAll(types.values());
    LocalStorage storage = new LocalStorage();
    for (List<Integer> members : groups.values()) {
      String name = "s%06d".formatted(systems.size());
      systems.put(name, members);
      Path system = Files.createDirectories(folder.resolve("data").resolve(name));
      try (NpySystemWriter writer =
          new NpySystemWriter(storage, system.toString(), List.copyOf(all), members.size())) {
        for (int i : members) {
          writer.add(workable(frames.get(i)));
        }
      }
    }
  }

  /**
   * With a less skewed basis of the same lattice: the program makes a copy of every atom for every
   * image that the cutoff may reach, as the basis has it, and comes to no end with a skewed one.
   */
  private static Frame workable(Frame frame) {
    return new Frame(
        frame.system(),
        frame.index(),
        frame.z(),
        frame.coord(),
        Geometry.workableCell(frame.cell(), CUTOFF),
        frame.labels(),
        frame.fparam(),
        frame.aparam(),
        frame.names());
  }

  /**
   * The deviations of each frame by {@link FrameDeviation#NAMES}; {@code null} for those of systems
   * that it did not come to the end of.
   *
   * @param options of the program; with {@code --atomic} the numbers of all atoms follow
   * @throws InputException when its output is of another kind than that of DeePMD-kit 2.2.2 to 3.2
   */
  double[][] deviations(List<String> options) throws IOException {
    OwnFiles.remove(folder.resolve("out"));
    exitCode = start(options);
    double[][] found = new double[frames.size()][];
    read()
        .forEach(
            (system, rows) -> {
              List<Integer> members = systems.get(system);
              if (members != null && rows.size() == members.size()) {
                for (int k = 0; k < rows.size(); k++) {
                  found[members.get(k)] = rows.get(k);
                }
              }
            });
    return found;
  }

  private int start(List<String> options) throws IOException {
    String words =
        models.stream().map(name -> "models/" + name).collect(Collectors.joining(" ", "-m ", ""));
    String command =
        "%s model-devi %s -s data -o out %s"
            .formatted(program.command(), words, String.join(" ", options));
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    TaskContext task = TaskContext.get();
    for (String name : THREADS) { // a task has its cores, not the machine's
      builder.environment().putIfAbsent(name, Integer.toString(task == null ? 1 : task.cpus()));
    }
    builder.environment().putAll(program.environment());
    Process process = builder.start();
    process.getOutputStream().close();
    Thread hook = new Thread(() -> kill(process), "dp model-devi");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (task != null && task.isInterrupted()) {
          throw new TaskKilledException();
        }
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TaskKilledException();
    } finally {
      kill(process);
      forget(hook);
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is being run.
    }
  }

  /**
   * The rows by system, in the text of {@code deepmd/infer/model_devi.py: write_model_devi_out}.
   */
  private Map<String, List<double[]>> read() throws IOException {
    Map<String, List<double[]>> found = new LinkedHashMap<>();
    if (!Files.exists(folder.resolve("out"))) {
      return found;
    }
    String text = Files.readString(folder.resolve("out"));
    List<double[]> rows = new ArrayList<>();
    int[] columns = {};
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
      String[] words = line.strip().split("\\s+");
      if (line.startsWith("# step")) {
        columns = columns(List.of(words));
      } else if (line.startsWith("# ")) {
        rows = new ArrayList<>();
        found.put(Path.of(line.substring(2).strip()).getFileName().toString(), rows);
      } else {
        int last = Arrays.stream(columns).max().orElse(0);
        double[] row = new double[columns.length + words.length - 1 - last];
        for (int k = 0; k < row.length; k++) {
          row[k] = number(words[k < columns.length ? columns[k] : last + 1 + k - columns.length]);
        }
        rows.add(row);
      }
    }
    return found;
  }

  /**
   * Where each of {@link FrameDeviation#NAMES} stands in a row; the comment's first word is its
   * {@code #}.
   */
  private int[] columns(List<String> header) {
    return FrameDeviation.NAMES.stream()
        .mapToInt(
            name -> {
              if (!header.contains(name)) {
                throw new InputException(
                    "'%s model-devi' writes no column %s, only %s; expected DeePMD-kit 2.2.2 or later"
                        .formatted(
                            program.command(),
                            name,
                            String.join(" ", header.subList(1, header.size()))));
              }
              return header.indexOf(name) - 1;
            })
        .toArray();
  }

  private static double number(String text) {
    return switch (text) {
      case "nan", "-nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  int exitCode() {
    return exitCode;
  }

  /** All that the program said. */
  String log() throws IOException {
    Path log = folder.resolve("log");
    return Files.exists(log) ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8) : "";
  }

  /** How the program ended, and the last lines it said. */
  String lastWords() throws IOException {
    List<String> said = log().lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    return "exit code %d, last lines: %s"
        .formatted(
            exitCode,
            said.isEmpty()
                ? "none"
                : String.join(
                    " / ", said.subList(Math.max(0, said.size() - LAST_LINES), said.size())));
  }

  @Override
  public void close() {
    OwnFiles.remove(folder);
  }
}
