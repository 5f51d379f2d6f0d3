package org.dpsieve.infer;

import java.util.List;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Foreign;

/**
 * Evaluates models, and says what they would say with changes of their output layers, whoever knows
 * what is before these layers.
 */
public interface OutputLayerReader extends AutoCloseable {
  /** Of models that somebody else evaluates. */
  interface Elsewhere extends Foreign.Evaluator {
    /**
     * @param models all of them of evaluators of this class
     */
    OutputLayerReader of(List<DeepPotential> models);
  }

  /**
   * Of models of one type map: an {@link Ensemble}, or who evaluates them elsewhere.
   *
   * @throws InputException when some are evaluated here and others elsewhere
   */
  static OutputLayerReader of(List<DeepPotential> models, EnsembleOptions options) {
    List<DeepPotential> foreign =
        models.stream().filter(model -> model.descriptor() instanceof Foreign).toList();
    if (foreign.isEmpty()) {
      return Ensemble.of(models, options);
    }
    if (foreign.size() < models.size()) {
      DeepPotential known =
          models.stream().filter(model -> !foreign.contains(model)).findFirst().orElseThrow();
      throw new InputException(
          "%s is read here, but %s only by DeePMD-kit: models of one ensemble have to be of one kind"
              .formatted(known.name(), foreign.get(0).name()));
    }
    Foreign first = (Foreign) foreign.get(0).descriptor();
    return ((Elsewhere) first.evaluator()).of(models);
  }

  /**
   * @param layers changes of the output layers of each model, [models][layers][types][weights of
   *     the last hidden layer, then the bias]; {@code null} to ask for predictions alone
   * @return [frame][model]; everything is NaN where a frame cannot be evaluated, {@link #problem}
   *     says why
   * @throws org.dpsieve.error.InputException when an element is not in the type map, or a frame
   *     lacks parameters that a model needs
   */
  List<Reading[]> read(List<Frame> frames, double[][][][] layers);

  /**
   * What the first model's hidden layers make of frames, without its forces where these cost extra.
   *
   * @return of each frame as {@link Reading#hidden}; {@code null} where it cannot be evaluated
   */
  List<double[][]> hidden(List<Frame> frames);

  /** Why a frame's results are NaN; empty where they need not be. */
  Optional<String> problem(Frame frame);

  @Override
  void close();
}
