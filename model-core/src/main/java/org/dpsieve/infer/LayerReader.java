package org.dpsieve.infer;

import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.Frame;

/**
 * Evaluates models, and says what they would say with changes of their output layers, whoever knows
 * what is before these layers.
 */
public interface LayerReader extends AutoCloseable {
  /**
   * @param layers changes of the output layers of each model, [models][layers][types][weights of
   *     the last hidden layer, then the bias]; {@code null} to ask for predictions alone
   * @return [frame][model]; everything is NaN where a frame cannot be evaluated, {@link #problem}
   *     says why
   * @throws org.dpsieve.error.InputException when an element is not in the type map, or a frame
   *     lacks parameters that a model needs
   */
  List<Reading[]> read(List<Frame> frames, double[][][][] layers);

  /** Why a frame's results are NaN; empty where they need not be. */
  Optional<String> problem(Frame frame);

  @Override
  void close();
}
