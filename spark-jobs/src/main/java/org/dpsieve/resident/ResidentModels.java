package org.dpsieve.resident;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.resident.Wire.Answer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models as DeePMD-kit evaluates them, in a process of its own that stays: it loads them once, and
 * is started anew should it die. A batch that it fails on, by an error, a crash, too little memory
 * or in no time, is given to it again by halves, down to the frames that are to blame. Not for two
 * threads at once.
 */
public final class ResidentModels implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ResidentModels.class);

  /** Lost so often in a row before any answer, it is not the frames. */
  private static final int MOST_LOST = 8;

  /** Å, of the atoms that a check is done with: no model sees as far. */
  private static final double FAR_APART = 1000;

  private static final String MEMORY = "too little memory: ";

  private final DpProgram program;
  private final Evaluated evaluated;
  private final Map<String, String> environment;
  private final Limits limits;
  private EvaluatingProcess process;
  private LoadedModels loaded;
  private boolean knownToWork;
  private boolean answered;
  private boolean crashed;
  private double secondsPerAtom;
  private int starts;
  private int lost;

  /**
   * Starts nothing.
   *
   * @param models whole paths, in any format that the program reads
   * @param branch of checkpoints of several models; empty for others
   * @param typeMap what types 0, 1 ... are for models that do not name theirs; empty for others
   * @param environment of the process where nothing else is said, e.g. its threads
   */
  public ResidentModels(
      DpProgram program,
      List<Path> models,
      String branch,
      List<String> typeMap,
      Map<String, String> environment,
      Limits limits) {
    this(program, new DeepmdModels(models, typeMap, branch, false, false), environment, limits);
  }

  /** The same of models of a property, which are asked {@link Question#VALUES}. */
  public static ResidentModels ofProperty(
      DpProgram program,
      List<Path> models,
      List<String> typeMap,
      Map<String, String> environment,
      Limits limits) {
    return new ResidentModels(
        program, new DeepmdModels(models, typeMap, "", false, true), environment, limits);
  }

  /** Starts nothing. */
  ResidentModels(
      DpProgram program, Evaluated evaluated, Map<String, String> environment, Limits limits) {
    this.program = program;
    this.evaluated = evaluated;
    this.environment = new HashMap<>(environment);
    this.limits = limits;
  }

  /**
   * What is known of a frame.
   *
   * @param parts an array of numbers for each part of the question; {@code null} where there is a
   *     problem
   * @param problem why there are no numbers; {@code null} where there are
   */
  public record Known(double[][] parts, String problem) {}

  /**
   * What the models are; the process runs then.
   *
   * @throws InputException when the program is not there, or cannot load them
   */
  public LoadedModels loaded(BooleanSupplier stopped) {
    if (process != null && process.isAlive()) {
      return loaded;
    }
    close();
    try {
      process = new EvaluatingProcess(program, evaluated, environment);
      starts++;
      Answer answer = process.ask(evaluated.load(), List.of(), 0, limits.load(), stopped);
      requireLoaded(answer.head());
      loaded = LoadedModels.of(answer.head());
      return loaded;
    } catch (EvaluatingProcess.Lost e) {
      close();
      throw new InputException(
          "'%s' cannot evaluate %s: %s. %s"
              .formatted(
                  program.shown(),
                  evaluated.takesSingleAtoms() ? "models" : evaluated.name(),
                  e.getMessage(),
                  evaluated.nameIt()),
          e);
    } catch (InputException e) {
      close();
      throw e;
    }
  }

  /**
   * What keeps the program from beginning to read models, whatever they are: it is not there, or a
   * library is missing.
   *
   * @throws InputException saying so when it does not even run
   */
  public Optional<String> cannotBegin(BooleanSupplier stopped) {
    try {
      loaded(stopped);
    } catch (NotReadException e) {
      return e.isForLibrary() ? Optional.of(e.getMessage()) : Optional.empty();
    }
    return Optional.empty();
  }

  private void requireLoaded(JsonNode head) {
    if (head.has("error")) {
      boolean library = head.path("kind").asText().equals("import");
      throw new NotReadException(
          evaluated.cannotLoad(program.shown(), head) + (library ? ". " + evaluated.nameIt() : ""),
          library);
    }
  }

  /** The program runs, and does not read the models. */
  private static final class NotReadException extends InputException {
    private static final long serialVersionUID = 1;
    private final boolean forLibrary;

    NotReadException(String message, boolean forLibrary) {
      super(message);
      this.forLibrary = forLibrary;
    }

    boolean isForLibrary() {
      return forLibrary;
    }
  }

  /** How often the process was started. */
  public int starts() {
    return starts;
  }

  /** The process, for who looks after it; 0 where there is none. */
  public long pid() {
    return process == null ? 0 : process.pid();
  }

  /** What keeps the program from evaluating one atom of each element. */
  public Optional<String> problem(
      List<String> elements, int fparam, int aparam, BooleanSupplier stopped) {
    LoadedModels now;
    try {
      now = loaded(stopped);
    } catch (InputException e) {
      return Optional.of(e.getMessage());
    }
    List<String> typeMap = evaluated.typeMap(now);
    List<String> unknown =
        typeMap.isEmpty()
            ? List.of()
            : elements.stream().filter(type -> !typeMap.contains(type)).toList();
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
    Question check = evaluated.check();
    Known[] found = new Known[1];
    String words = String.join(" ", elements);
    Optional<String> problem =
        evaluated
            .problem(atoms, now)
            .or(
                () -> {
                  tryBatch(List.of(atoms), List.of(0), check, now, found, stopped);
                  return Optional.ofNullable(found[0].problem());
                });
    if (problem.isPresent()) {
      return Optional.of(
          "'%s' cannot evaluate the models on an atom of each of %s: %s. %s"
              .formatted(
                  program.shown(),
                  words,
                  problem.get(),
                  problem.get().startsWith(MEMORY) ? LoadFailure.MORE_MEMORY : evaluated.nameIt()));
    }
    boolean nan = Arrays.stream(found[0].parts()[0]).anyMatch(Double::isNaN);
    return nan && !check.equals(Question.VALUES)
        ? Optional.of(
            "'%s' gives no forces for these models (NaN, for an atom of each of %s): of .dp, .yaml and .json files DeePMD-kit has energies alone; convert them to its TensorFlow, PyTorch or JAX format (dp convert-backend)"
                .formatted(program.shown(), words))
        : Optional.empty();
  }

  /**
   * What the models say of each frame, in order.
   *
   * @throws InputException when it is the program or the models rather than frames
   * @throws java.util.concurrent.CancellationException when {@code stopped}
   */
  public List<Known> ask(List<Frame> frames, Question question, BooleanSupplier stopped) {
    LoadedModels now = loaded(stopped);
    Known[] found = new Known[frames.size()];
    List<Frame> given = new ArrayList<>(frames);
    List<Integer> sound = new ArrayList<>();
    for (int i = 0; i < found.length; i++) {
      Frame frame = frames.get(i);
      Optional<String> problem = evaluated.problem(frame, now);
      if (problem.isPresent()) {
        found[i] = new Known(null, problem.get());
      } else {
        given.set(i, evaluated.workable(frame));
        sound.add(i);
      }
    }
    for (List<Integer> batch : Batches.of(given, sound, now)) {
      evaluate(given, batch, question, found, stopped);
    }
    return List.of(found);
  }

  private void evaluate(
      List<Frame> frames,
      List<Integer> which,
      Question question,
      Known[] found,
      BooleanSupplier stopped) {
    Optional<String> problem = tryBatch(frames, which, question, loaded(stopped), found, stopped);
    if (problem.isPresent() && which.size() == 1 && crashed) {
      // it may have been killed from elsewhere, or have ended because nobody asked for long
      problem = tryBatch(frames, which, question, loaded(stopped), found, stopped);
    }
    if (problem.isEmpty()) {
      knownToWork = true;
      return;
    }
    requireWorking(which.stream().map(frames::get).toList(), problem.get(), stopped);
    if (which.size() == 1) {
      LOG.warn(
          "Frame {}: {}: {}", frames.get(which.get(0)).name(), evaluated.name(), problem.get());
      return;
    }
    int half = which.size() / 2;
    evaluate(frames, which.subList(0, half), question, found, stopped);
    evaluate(frames, which.subList(half, which.size()), question, found, stopped);
  }

  /** Tries frames together; what they fail by. */
  private Optional<String> tryBatch(
      List<Frame> frames,
      List<Integer> which,
      Question question,
      LoadedModels now,
      Known[] found,
      BooleanSupplier stopped) {
    List<Frame> batch = which.stream().map(frames::get).toList();
    int atoms = batch.get(0).atomCount();
    List<String> typeMap = evaluated.typeMap(now);
    List<int[]> types = batch.stream().map(frame -> types(frame, typeMap)).toList();
    int fparam = evaluated.fparam(batch.get(0), now);
    String problem;
    crashed = false;
    try {
      long begin = System.nanoTime();
      Answer answer =
          process.ask(
              question.head(),
              question.blocks(batch, types, fparam, now.aparam()),
              question.mostBytes(batch.size(), atoms, evaluated.count()),
              limit(batch.size() * atoms * question.evaluations()),
              stopped);
      if (!answer.head().has("error")) {
        took(System.nanoTime() - begin, batch.size() * atoms * question.evaluations());
        for (int k = 0; k < batch.size(); k++) {
          String own = answer.head().path("problems").path(Integer.toString(k)).asText(null);
          found[which.get(k)] =
              own == null ? new Known(slice(answer, k, batch.size()), null) : new Known(null, own);
        }
        return Optional.empty();
      }
      problem = answer.head().path("error").asText();
      if (answer.head().path("kind").asText().equals("memory")) {
        problem = MEMORY + problem;
      } else if (problem.contains("CUDA")) {
        close(); // the device may be of no use to this process any more
      }
    } catch (EvaluatingProcess.Lost e) {
      problem = e.getMessage();
      crashed = !e.isLate();
      lost++;
    }
    for (int i : which) {
      found[i] = new Known(null, problem);
    }
    return Optional.of(problem);
  }

  private static double[][] slice(Answer answer, int frame, int frames) {
    return answer.arrays().values().stream()
        .map(
            all -> {
              int length = all.length / frames;
              return Arrays.copyOfRange(all, frame * length, (frame + 1) * length);
            })
        .toArray(double[][]::new);
  }

  private static int[] types(Frame frame, List<String> typeMap) {
    return Arrays.stream(frame.z()).map(z -> typeMap.indexOf(frame.names().name(z))).toArray();
  }

  private Duration limit(int atoms) {
    if (!answered) {
      return limits.first();
    }
    Duration expected = Duration.ofNanos((long) (1e9 * limits.factor() * secondsPerAtom * atoms));
    return expected.compareTo(limits.least()) > 0 ? expected : limits.least();
  }

  private void took(long nanos, int atoms) {
    answered = true;
    secondsPerAtom = Math.max(secondsPerAtom, nanos / 1e9 / atoms);
  }

  /** Whether it is the frames, rather than the program, the models or the machine. */
  private void requireWorking(List<Frame> failed, String why, BooleanSupplier stopped) {
    if (knownToWork) {
      return;
    }
    if (!evaluated.takesSingleAtoms()) {
      if (lost >= MOST_LOST) {
        throw new InputException(
            "'%s': %s has not answered for any frame, %d tried; the last: %s. %s"
                .formatted(program.shown(), evaluated.name(), lost, why, evaluated.nameIt()));
      }
      return;
    }
    Optional<String> problem = Optional.empty();
    Frame first = failed.get(0);
    for (String type : failed.stream().flatMap(f -> f.types().stream()).distinct().toList()) {
      problem = problem(List.of(type), first.fparamCount(), first.aparamCount(), stopped);
      if (problem.isEmpty()) {
        knownToWork = true;
        return;
      }
    }
    throw new InputException(problem.orElseThrow());
  }

  /** Ends the process; the next question starts another. */
  @Override
  public void close() {
    if (process != null) {
      process.close();
      process = null;
    }
  }
}
