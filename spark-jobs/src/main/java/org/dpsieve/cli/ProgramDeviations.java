package org.dpsieve.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnnamedTypesException;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.resident.DeviationCall;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels;
import org.dpsieve.resident.ResidentModels.Known;

/** By DeePMD-kit itself, in one process with every core of this machine, as {@code dp} has them. */
final class ProgramDeviations implements ModelDeviEngine {
  private static final int ATOMS_AT_ONCE = 100_000;
  private static final int COLUMNS = FrameDeviation.NAMES.size();

  private final List<Path> models;
  private final Question question;
  private final List<String> known;

  /** How many types models have that do not name them; 0 where all do, or a person did. */
  private final int unnamed;

  /** What their types are, where a person said it of models that do not. */
  private final List<String> names;

  private final String first;
  private final String branch;

  /** By type map. */
  private final Map<List<String>, ResidentModels> evaluations = new HashMap<>();

  private final Map<String, String> problems = new ConcurrentHashMap<>();

  ProgramDeviations(ModelOptions models, DeviationCall call) {
    this.question = Question.deviations(List.of(call));
    List<String> given = models.typeMap();
    first = models.files().get(0).toString();
    branch = models.branch();
    unnamed =
        given.isEmpty()
            ? models.files().stream()
                .map(ModelFiles::unnamedTypes)
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(0)
            : 0;
    names = unnamed > 0 ? List.of() : ModelFiles.unnamed(models.files(), given);
    known = unnamed > 0 ? KernelDeviations.numbers(unnamed) : known(models);
    this.models = models.files();
  }

  /** The models' own type map, where our reader finds it. */
  private static List<String> known(ModelOptions models) {
    try {
      return models.read(models.files().get(0), models.typeMap()).typeMap();
    } catch (InputException e) {
      return models.typeMap();
    }
  }

  @Override
  public int atomsAtOnce() {
    return ATOMS_AT_ONCE;
  }

  @Override
  public List<String> typeMap() {
    return known;
  }

  @Override
  public List<String> named() {
    return unnamed > 0 ? List.of() : known;
  }

  @Override
  public synchronized List<FrameDeviation> evaluate(List<Frame> frames, List<String> typeMap) {
    if (unnamed > 0 && typeMap.isEmpty()) {
      throw new UnnamedTypesException(first, unnamed);
    }
    List<String> own = unnamed > 0 ? typeMap.subList(0, Math.min(unnamed, typeMap.size())) : names;
    ResidentModels dp = evaluations.computeIfAbsent(own, this::models);
    List<Known> found = dp.ask(frames, question, () -> false);
    List<FrameDeviation> deviations = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      Frame frame = frames.get(i);
      if (found.get(i).problem() != null) {
        problems.put(frame.name(), found.get(i).problem());
      }
      double[][] parts = found.get(i).parts();
      deviations.add(deviation(parts == null ? null : parts[0], frame.atomCount()));
    }
    return deviations;
  }

  private ResidentModels models(List<String> typeMap) {
    return EngineOption.program(models, branch, typeMap);
  }

  private static FrameDeviation deviation(double[] found, int atoms) {
    double[] row = found;
    if (row == null) {
      row = new double[COLUMNS + atoms];
      Arrays.fill(row, Double.NaN);
    }
    return new FrameDeviation(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        Arrays.copyOfRange(row, COLUMNS, row.length));
  }

  @Override
  public Optional<String> problem(Frame frame) {
    return Optional.of(problems.getOrDefault(frame.name(), "DeePMD-kit gives NaN"));
  }

  @Override
  public synchronized void close() {
    evaluations.values().forEach(ResidentModels::close);
  }
}
