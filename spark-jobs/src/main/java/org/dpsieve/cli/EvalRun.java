package org.dpsieve.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.OrderedParallel;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.infer.Prediction;
import org.dpsieve.resident.DpPredictions;
import org.dpsieve.resident.ResidentModels;
import org.dpsieve.resident.ResidentModels.Known;
import org.dpsieve.uncertainty.FrameSigma;
import org.dpsieve.uncertainty.UncertainEnsemble;

/** Frames in, what each model says of them out: some thousand atoms at a time, on every core. */
final class EvalRun {
  static final int ATOMS_AT_ONCE = 8192;

  private EvalRun() {}

  /**
   * @param models what each says, [models]
   * @param deviation of these, or of the ensemble that is made of the one
   * @param sigma {@code null} where it is not known
   * @param problem why all numbers are NaN; {@code null} where they are not
   */
  record Result(
      Frame frame,
      Prediction[] models,
      FrameDeviation deviation,
      FrameSigma sigma,
      String problem) {}

  /**
   * @param engine who evaluates, for many threads at once
   */
  static void run(
      FrameSource frames, Function<List<Frame>, List<Result>> engine, Consumer<Result> sink) {
    OrderedParallel.map(new Chunks(frames), engine, results -> results.forEach(sink));
  }

  /**
   * The same, and NaN of frames with types that the models do not know.
   *
   * @param models how many there are
   */
  static Function<List<Frame>, List<Result>> of(
      KnownFrames types, int models, Function<List<Frame>, List<Result>> engine) {
    return frames ->
        types.ask(
            frames,
            engine,
            frame -> {
              Prediction[] none = new Prediction[models];
              Arrays.fill(none, Prediction.notANumber(frame.atomCount()));
              return new Result(
                  frame, none, Deviation.of(none), null, types.problem(frame).orElseThrow());
            });
  }

  /** By our kernels. */
  static Function<List<Frame>, List<Result>> by(Ensemble ensemble) {
    return frames -> {
      List<Prediction[]> models = ensemble.evaluate(frames);
      List<Result> results = new ArrayList<>();
      for (int i = 0; i < frames.size(); i++) {
        results.add(
            result(
                frames.get(i),
                models.get(i),
                Deviation.of(models.get(i)),
                null,
                ensemble::problem));
      }
      return results;
    };
  }

  /**
   * By our kernels, or whoever knows the models' hidden layers.
   *
   * @param uncertain the same models with their posteriors
   */
  static Function<List<Frame>, List<Result>> by(
      OutputLayerReader ensemble, UncertainEnsemble uncertain) {
    return frames -> {
      List<UncertainEnsemble.Answer> answers = uncertain.answer(frames);
      List<Result> results = new ArrayList<>();
      for (int i = 0; i < frames.size(); i++) {
        FrameSigma sigma = answers.get(i).sigma();
        results.add(
            result(
                frames.get(i),
                sigma.models(),
                answers.get(i).deviation(null),
                sigma,
                ensemble::problem));
      }
      return results;
    };
  }

  /** By DeePMD-kit, in one process. */
  static Function<List<Frame>, List<Result>> by(ResidentModels models, int count) {
    return chunk -> {
      List<Known> found;
      synchronized (models) {
        found = models.ask(chunk, DpPredictions.QUESTION, () -> false);
      }
      List<Result> results = new ArrayList<>();
      for (int i = 0; i < chunk.size(); i++) {
        Frame frame = chunk.get(i);
        Prediction[] all = DpPredictions.of(found.get(i), count, frame.atomCount());
        String problem = found.get(i).problem();
        boolean nan = problem == null && Double.isNaN(all[0].energy());
        results.add(
            new Result(
                frame, all, Deviation.of(all), null, nan ? "DeePMD-kit gives NaN" : problem));
      }
      return results;
    };
  }

  private static Result result(
      Frame frame,
      Prediction[] models,
      FrameDeviation deviation,
      FrameSigma sigma,
      Function<Frame, Optional<String>> problems) {
    String problem =
        Double.isNaN(models[0].energy())
            ? problems.apply(frame).orElse("the models give NaN")
            : null;
    return new Result(frame, models, deviation, sigma, problem);
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
