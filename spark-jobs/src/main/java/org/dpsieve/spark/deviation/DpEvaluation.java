package org.dpsieve.spark.deviation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.OwnFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deviations of frames by {@code dp model-devi}, started here: for as many frames at a time as the
 * caller has, for each start costs seconds. Where it fails, the frames it did not come to are given
 * to it again by halves, down to the one that it fails on. Not for two threads at once.
 */
public final class DpEvaluation {
  /** Without further options: the deviation. */
  static final List<String> PLAIN = List.of();

  /** Against the labels. */
  public static final String REAL_ERROR = "--real_error";

  private static final Logger LOG = LoggerFactory.getLogger(DpEvaluation.class);

  private static final String NAME_IT =
      "Name DeePMD-kit's program by model_devi.command in machine.json, or by DPSIEVE_DP; it has to be there, with the models' backend, wherever Spark's tasks run";

  /** Python's words where a backend is not installed. */
  private static final Pattern LACKS_LIBRARY = Pattern.compile("ModuleNotFoundError|ImportError");

  /** Å, of the atoms that a check is done with: no model sees as far. */
  private static final double FAR_APART = 1000;

  private final DpProgram program;
  private final Path folder;
  private final List<String> models;
  private final List<String> typeMap;
  private boolean knownToWork;

  /**
   * @param folder where the models lie
   * @param models their names there
   * @param typeMap what types 0, 1 ... are for models that do not name theirs; empty for others
   */
  DpEvaluation(DpProgram program, Path folder, List<String> models, List<String> typeMap) {
    this.program = program;
    this.folder = folder;
    this.models = List.copyOf(models);
    this.typeMap = List.copyOf(typeMap);
  }

  /** Models where they are, for one process. */
  public static final class Local implements AutoCloseable {
    private final DpProgram program;
    private final Path folder;
    private final List<String> names = new ArrayList<>();

    /** Of models in any format that the program reads. */
    public Local(DpProgram program, List<Path> models) throws IOException {
      this.program = program;
      folder = Files.createTempDirectory("dpsieve-models");
      for (Path model : models) {
        Path file = PackedModels.file(model);
        names.add(PackedModels.name(names.size(), file));
        Files.createSymbolicLink(
            folder.resolve(names.get(names.size() - 1)), file.toAbsolutePath());
      }
    }

    /** With names for types of models that have none. */
    public DpEvaluation of(List<String> typeMap) {
      return new DpEvaluation(program, folder, names, typeMap);
    }

    @Override
    public void close() {
      OwnFiles.remove(folder);
    }
  }

  /** What keeps the program from evaluating one atom of each element. */
  public Optional<String> problem(List<String> elements, int fparam, int aparam)
      throws IOException {
    List<String> unknown = elements.stream().filter(type -> !knows(type)).toList();
    if (!unknown.isEmpty()) {
      return Optional.of(
          "frames hold types that the models (%s) do not know: %s"
              .formatted(String.join(" ", typeMap), String.join(" ", unknown)));
    }
    int[] z = new int[elements.size()];
    double[] coord = new double[3 * z.length];
    for (int i = 0; i < z.length; i++) {
      z[i] = TypeNames.number(elements.get(i));
      coord[3 * i] = FAR_APART * i;
    }
    Frame atoms =
        new Frame(
            "check",
            0,
            z,
            coord,
            null,
            Labels.NONE,
            fparam == 0 ? null : new double[fparam],
            aparam == 0 ? null : new double[aparam * z.length],
            TypeNames.of(elements));
    try (DpModelDeviRun run = run(List.of(atoms))) {
      double[] deviation = run.deviations(PLAIN)[0];
      if (deviation != null && Double.isFinite(deviation[DpModelDeviRun.FORCE])) {
        return Optional.empty();
      }
      if (deviation != null) {
        return Optional.of(
            "'%s model-devi' gives no forces for these models (NaN, for an atom of each of %s): of .dp, .yaml and .json files DeePMD-kit has energies alone; convert them to its TensorFlow, PyTorch or JAX format (dp convert-backend)"
                .formatted(program.command(), String.join(" ", elements)));
      }
      return Optional.of(
          "'%s model-devi' cannot evaluate the models on an atom of each of %s: %s. %s"
              .formatted(program.command(), String.join(" ", elements), run.lastWords(), NAME_IT));
    }
  }

  /**
   * What keeps a program from evaluating models that there are not yet, as far as that shows: it is
   * given an empty one, on which it has to fail in the reading, not before.
   *
   * @param suffix of such models, {@code pb}
   */
  static Optional<String> problem(DpProgram program, String suffix) throws IOException {
    Path folder = Files.createTempDirectory("dpsieve-models");
    try {
      String model = "000." + suffix;
      Files.createFile(folder.resolve(model));
      Frame atom = new Frame("check", 0, new int[] {1}, new double[3], null, Labels.NONE);
      try (DpModelDeviRun run =
          new DpModelDeviRun(program, folder, List.of(model), List.of(), List.of(atom))) {
        run.deviations(PLAIN);
        String said = run.log();
        boolean begins = said.contains("Traceback") || run.exitCode() == 0;
        boolean lacksLibrary = LACKS_LIBRARY.matcher(said).find();
        return begins && !lacksLibrary
            ? Optional.empty()
            : Optional.of(
                "'%s model-devi' cannot evaluate models *.%s, which training is to make: %s. %s"
                    .formatted(program.command(), suffix, run.lastWords(), NAME_IT));
      }
    } finally {
      OwnFiles.remove(folder);
    }
  }

  /** The program itself would take numbers of types that a model without names does not have. */
  private boolean knows(String type) {
    return typeMap.isEmpty() || typeMap.contains(type);
  }

  DpModelDeviRun run(List<Frame> frames) throws IOException {
    return new DpModelDeviRun(program, folder, models, typeMap, frames);
  }

  /**
   * What the program says of each frame.
   *
   * @param calls its options, beside those for models and files, of each call
   * @return [calls][frames]: the numbers by {@link org.dpsieve.deviation.FrameDeviation#NAMES},
   *     with {@code --atomic} followed by those of all atoms; {@code null} for a frame that makes
   *     no sense, has types that the models do not know, or that the program fails on
   * @throws InputException when it is the program or the models rather than frames
   */
  public double[][][] evaluate(List<Frame> frames, List<List<String>> calls) throws IOException {
    boolean labels = calls.stream().anyMatch(options -> options.contains(REAL_ERROR));
    double[][][] found = new double[calls.size()][frames.size()][];
    List<Integer> sound = new ArrayList<>();
    List<Frame> given = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      Frame bare = frames.get(i).withLabels(Labels.NONE);
      given.add(labels ? frames.get(i) : bare);
      if (FrameCheck.problem(bare).isEmpty() && bare.types().stream().allMatch(this::knows)) {
        sound.add(i);
      }
    }
    evaluate(given, sound, calls, found);
    return found;
  }

  private void evaluate(
      List<Frame> frames, List<Integer> which, List<List<String>> calls, double[][][] found)
      throws IOException {
    if (which.isEmpty()) {
      return;
    }
    List<Integer> missed = new ArrayList<>();
    String lastWords;
    try (DpModelDeviRun run = run(which.stream().map(frames::get).toList())) {
      double[][][] rows = new double[calls.size()][][];
      for (int call = 0; call < rows.length; call++) {
        rows[call] = run.deviations(calls.get(call));
      }
      for (int k = 0; k < which.size(); k++) {
        boolean whole = true;
        for (double[][] row : rows) {
          whole &= row[k] != null;
        }
        for (int call = 0; whole && call < rows.length; call++) {
          found[call][which.get(k)] = rows[call][k];
        }
        if (!whole) {
          missed.add(which.get(k));
        }
      }
      lastWords = run.lastWords();
    }
    if (missed.isEmpty()) {
      return;
    }
    requireWorking(missed.stream().map(frames::get).toList());
    if (which.size() == 1) {
      LOG.warn(
          "Frame {}: dp model-devi: {}; set to NaN", frames.get(which.get(0)).name(), lastWords);
      return;
    }
    int half = Math.max(1, missed.size() / 2);
    evaluate(frames, missed.subList(0, half), calls, found);
    evaluate(frames, missed.subList(half, missed.size()), calls, found);
  }

  /** Whether it is the frames, rather than the program, the models or the machine. */
  private void requireWorking(List<Frame> missed) throws IOException {
    if (knownToWork) {
      return;
    }
    List<String> types =
        missed.stream().flatMap(frame -> frame.types().stream()).distinct().toList();
    Optional<String> problem = Optional.empty();
    Frame first = missed.get(0);
    for (String type : types) {
      problem = problem(List.of(type), first.fparamCount(), first.aparamCount());
      if (problem.isEmpty()) {
        knownToWork = true;
        return;
      }
    }
    throw new InputException(problem.orElseThrow());
  }
}
