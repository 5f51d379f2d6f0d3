package org.dpsieve.cli;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.OrderedParallel;
import org.dpsieve.infer.Prediction;
import org.dpsieve.uncertainty.FrameSigma;
import org.dpsieve.uncertainty.UncertainEnsemble;

/** Frames in, what each model says of them out: some thousand atoms at a time, on every core. */
final class EvalRun {
  static final int ATOMS_AT_ONCE = 8192;

  private EvalRun() {}

  /**
   * @param models what each says, [models]
   * @param sigma {@code null} where it is not known
   * @param problem why all numbers are NaN; {@code null} where they are not
   */
  record Result(Frame frame, Prediction[] models, FrameSigma sigma, String problem) {}

  /**
   * @param uncertain the same models with their posteriors; {@code null} where these are not known
   * @param sink hears of every frame, in order
   */
  static void run(
      FrameSource frames, Ensemble ensemble, UncertainEnsemble uncertain, Consumer<Result> sink) {
    OrderedParallel.map(
        new Chunks(frames),
        chunk -> evaluate(chunk, ensemble, uncertain),
        results -> results.forEach(sink));
  }

  private static List<Result> evaluate(
      List<Frame> frames, Ensemble ensemble, UncertainEnsemble uncertain) {
    List<FrameSigma> sigmas = uncertain == null ? null : uncertain.evaluate(frames);
    List<Prediction[]> predictions =
        sigmas == null
            ? ensemble.evaluate(frames)
            : sigmas.stream().map(FrameSigma::models).toList();
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      Frame frame = frames.get(i);
      Prediction[] models = predictions.get(i);
      String problem =
          Double.isNaN(models[0].energy())
              ? ensemble.problem(frame).orElse("the models give NaN")
              : null;
      results.add(new Result(frame, models, sigmas == null ? null : sigmas.get(i), problem));
    }
    return results;
  }

  /** Frames for one call. */
  private record Chunks(FrameSource frames) implements Iterator<List<Frame>> {
    @Override
    public boolean hasNext() {
      return frames.hasNext();
    }

    @Override
    public List<Frame> next() {
      List<Frame> chunk = new ArrayList<>();
      for (int atoms = 0; atoms < ATOMS_AT_ONCE && frames.hasNext(); ) {
        Frame frame = frames.next().frame();
        chunk.add(frame);
        atoms += frame.atomCount();
      }
      if (chunk.isEmpty()) {
        throw new NoSuchElementException();
      }
      return chunk;
    }
  }
}
