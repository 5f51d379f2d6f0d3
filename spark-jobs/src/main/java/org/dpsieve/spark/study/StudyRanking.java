package org.dpsieve.spark.study;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.frame.Labels;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.spark.transfer.Foretold;
import org.dpsieve.uncertainty.Calibration;
import org.dpsieve.uncertainty.FrameSigma;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * How well one model's largest force error of each frame held out is foretold: Spearman's rank
 * correlation, and the share of the worst tenth that is among the tenth foretold as worst.
 *
 * @param sigma by the posterior
 * @param deviation by max_devi_f of all models
 * @param known by what the fit to old labels leaves of the frame's own, and the posterior of the
 *     change; NaN where old labels were not used
 * @param energyCoverage share of new energies within the 95 % interval around old label + change;
 *     likewise NaN
 * @param forceCoverage the same of force components
 */
record StudyRanking(
    Foretold sigma, Foretold deviation, Foretold known, double energyCoverage, double forceCoverage)
    implements Serializable {
  /** Frames of a fold that are looked at, as the loop does. */
  private static final int MOST = 50;

  /** Where nobody asks. */
  static final StudyRanking NONE =
      new StudyRanking(Foretold.NONE, Foretold.NONE, Foretold.NONE, Double.NaN, Double.NaN);

  /** One frame by one model: what is left of its new label beside old label + change. */
  private record Rest(double energy, double[] force, double energySigma, double[] forceSigma) {
    double[] energyRatio() {
      return new double[] {energy / energySigma};
    }

    double[] forceRatios() {
      double[] ratios = new double[force.length];
      Arrays.setAll(ratios, c -> force[c] / forceSigma[c / 3]);
      return ratios;
    }
  }

  /** For each model. */
  static List<StudyRanking> of(StudyPool data, StudyTraining training) {
    int models = data.start().length;
    StudyUncertainty.Ensemble all = StudyUncertainty.ensemble(training, -1);
    List<FrameSigma> sigmas = sigmas(data.heldOut(), all);
    double[] deviation =
        data.heldOut().stream()
            .mapToDouble(frame -> frame.maxForceDeviation(all.parameters()))
            .toArray();
    List<StudyRanking> rankings = new ArrayList<>();
    for (int m = 0; m < models; m++) {
      int model = m;
      double[] found =
          data.heldOut().stream()
              .mapToDouble(
                  frame ->
                      largest(
                          minus(
                              frame.force(model, all.parameters()[model]),
                              frame.frame().labels().force())))
              .toArray();
      double[] sigma = sigmas.stream().mapToDouble(s -> s.modelForce()[model]).toArray();
      StudyRanking plain =
          new StudyRanking(
              Foretold.of(sigma, found),
              models < 2 ? Foretold.NONE : Foretold.of(deviation, found),
              Foretold.NONE,
              Double.NaN,
              Double.NaN);
      rankings.add(
          training.usesOld(m) ? withOld(data, training, m, all, sigmas, found, plain) : plain);
    }
    return rankings;
  }

  private static StudyRanking withOld(
      StudyPool data,
      StudyTraining training,
      int model,
      StudyUncertainty.Ensemble all,
      List<FrameSigma> sigmas,
      double[] found,
      StudyRanking plain) {
    List<double[]> energies = new ArrayList<>();
    List<double[]> forces = new ArrayList<>();
    for (int fold = 0; fold < OutputLayerFit.FOLDS; fold++) {
      List<StudyFrame> left = training.fold(fold);
      if (!left.isEmpty() && left.size() < training.frames()) {
        left = left.subList(0, Math.min(MOST, left.size()));
        StudyUncertainty.Ensemble without = StudyUncertainty.ensemble(training, fold);
        List<FrameSigma> own = sigmas(left, without);
        for (int k = 0; k < left.size(); k++) {
          Rest rest = rest(data, training, model, without, left.get(k), own.get(k));
          energies.add(rest.energyRatio());
          forces.add(rest.forceRatios());
        }
      }
    }
    double energyFactor = Calibration.factor(energies);
    double forceFactor = Calibration.factor(forces);
    double[] foretold = new double[found.length];
    double energyWithin = 0;
    double forceWithin = 0;
    long components = 0;
    for (int k = 0; k < found.length; k++) {
      StudyFrame frame = data.heldOut().get(k);
      Rest rest = rest(data, training, model, all, frame, sigmas.get(k));
      double[] known = known(data, training, model, frame);
      for (int atom = 0; atom < rest.forceSigma().length; atom++) {
        double sigma = forceFactor * rest.forceSigma()[atom];
        double square = 3 * sigma * sigma;
        for (int c = 3 * atom; c < 3 * atom + 3; c++) {
          square += known[c] * known[c];
        }
        foretold[k] = Math.max(foretold[k], Math.sqrt(square));
      }
      energyWithin += within(rest.energyRatio(), energyFactor);
      forceWithin += within(rest.forceRatios(), forceFactor);
      components += rest.force().length;
    }
    return new StudyRanking(
        plain.sigma,
        plain.deviation,
        Foretold.of(foretold, found),
        energyWithin / found.length,
        forceWithin / components);
  }

  private static long within(double[] ratios, double factor) {
    return Arrays.stream(ratios).filter(r -> Math.abs(r) <= Calibration.WIDTH * factor).count();
  }

  private static List<FrameSigma> sigmas(
      List<StudyFrame> frames, StudyUncertainty.Ensemble ensemble) {
    Uncertainty raw = new Uncertainty(new boolean[0], List.<OutputPosterior>of(), 1, 1);
    return frames.stream().map(f -> StudyUncertainty.sigma(f, ensemble, raw)).toList();
  }

  /** The share of what the fit to the old labels leaves of a frame's old forces, [3 nAtoms]. */
  private static double[] known(
      StudyPool data, StudyTraining training, int model, StudyFrame frame) {
    double[] known = new double[3 * frame.frame().atomCount()];
    if (frame.old().force() != null) {
      double share = training.share(model).force();
      double[] left = minus(frame.old().force(), frame.force(model, data.fitted(model)));
      Arrays.setAll(known, c -> share * left[c]);
    }
    return known;
  }

  private static Rest rest(
      StudyPool data,
      StudyTraining training,
      int model,
      StudyUncertainty.Ensemble ensemble,
      StudyFrame frame,
      FrameSigma sigma) {
    double[] parameters = ensemble.parameters()[model];
    Labels labels = frame.frame().labels();
    double energy = labels.energy() - frame.energy(model, parameters);
    if (frame.old().energy() != null) {
      double left = frame.old().energy() - frame.energy(model, data.fitted(model));
      energy -= training.share(model).energy() * left;
    }
    double[] force = minus(labels.force(), frame.force(model, parameters));
    double[] known = known(data, training, model, frame);
    return new Rest(
        energy / frame.frame().atomCount(),
        minus(force, known),
        sigma.modelEnergy()[model],
        sigma.component());
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    Arrays.setAll(difference, c -> a[c] - b[c]);
    return difference;
  }

  /** Of an atom's vector. */
  private static double largest(double[] force) {
    double largest = 0;
    for (int c = 0; c < force.length; c += 3) {
      double square = 0;
      for (int k = c; k < c + 3; k++) {
        square += force[k] * force[k];
      }
      largest = Math.max(largest, square);
    }
    return Math.sqrt(largest);
  }
}
