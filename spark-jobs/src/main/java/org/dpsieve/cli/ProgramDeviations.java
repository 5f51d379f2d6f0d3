package org.dpsieve.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnnamedTypesException;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.deviation.DpEvaluation;
import org.dpsieve.spark.deviation.DpProgram;

/** By DeePMD-kit's own {@code dp model-devi}, one start at a time. */
final class ProgramDeviations implements ModelDeviEngine {
  private static final int ATOMS_AT_ONCE = 100_000;
  private static final int COLUMNS = FrameDeviation.NAMES.size();

  private final DpEvaluation.Local models;
  private final List<String> options;
  private final List<String> known;

  /** How many types models have that do not name them; 0 where all do, or a person did. */
  private final int unnamed;

  /** What their types are, where a person said it of models that do not. */
  private final List<String> names;

  private final String first;

  /** By type map. */
  private final Map<List<String>, DpEvaluation> evaluations = new HashMap<>();

  /**
   * @param options the program's own, beside models and files
   */
  ProgramDeviations(ModelOptions models, List<String> options) throws IOException {
    this.options = List.copyOf(options);
    List<String> given = models.typeMap();
    first = models.files().get(0).toString();
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
    this.models =
        new DpEvaluation.Local(new DpProgram(DpProgram.defaultCommand(), Map.of()), models.files());
  }

  /** The models' own type map, where our reader finds it. */
  private static List<String> known(ModelOptions models) {
    try {
      return ModelFiles.read(models.files().get(0), models.typeMap()).typeMap();
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
  public synchronized List<FrameDeviation> evaluate(List<Frame> frames, List<String> typeMap) {
    if (unnamed > 0 && typeMap.isEmpty()) {
      throw new UnnamedTypesException(first, unnamed);
    }
    List<String> own = unnamed > 0 ? typeMap.subList(0, Math.min(unnamed, typeMap.size())) : names;
    DpEvaluation dp = evaluations.computeIfAbsent(own, models::of);
    double[][] rows;
    try {
      rows = dp.evaluate(frames, List.of(options))[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<FrameDeviation> deviations = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      deviations.add(deviation(rows[i], frames.get(i).atomCount()));
    }
    return deviations;
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
    return Optional.of("dp model-devi gives no numbers for it");
  }

  @Override
  public void close() {
    models.close();
  }
}
