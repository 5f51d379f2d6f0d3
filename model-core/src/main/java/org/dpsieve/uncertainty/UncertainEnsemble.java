package org.dpsieve.uncertainty;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.EnergyRow;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.OutputPosterior;

/**
 * An ensemble that also says how far off it may be, by the posterior of its output layers.
 *
 * <p>Energies exactly: their rows are sums of the last hidden layer, which evaluation has at hand.
 * Forces by random projection: the rows of all force components would cost as many ways back as
 * there are hidden units. Instead an output layer is drawn from the posterior, and the forces it
 * makes are squared: their expectation is the variance. Every second model has one draw (all of an
 * ensemble of one), a half of a model's evaluation each, so an eighth of the time for each two
 * models of four. An atom's estimate, three components of each draw, is drawn towards the frame's
 * mean by {@link #PRIOR_VALUES} values' weight.
 *
 * <p>The same to the last bit in any batch and order: draws follow from the model's place alone.
 */
public final class UncertainEnsemble {
  /**
   * How many values the mean over the frame's atoms counts as. With two draws of the first Ag-Au
   * model and 50 to 280 labels the largest standard deviation of a frame then differs from the
   * exact one by 23 to 25 % (standard deviation of the logarithm).
   */
  private static final double PRIOR_VALUES = 3;

  private final Ensemble ensemble;
  private final Uncertainty uncertainty;
  private final List<EnergyRow> rows = new ArrayList<>();
  private final double[][][] draws;

  /**
   * @param models those of the ensemble, in its order
   * @param uncertainty of these models
   */
  public UncertainEnsemble(List<DeepPotential> models, Ensemble ensemble, Uncertainty uncertainty) {
    this.ensemble = ensemble;
    this.uncertainty = uncertainty;
    this.draws = new double[models.size()][][];
    for (int m = 0; m < draws.length; m++) {
      OutputParameters parameters = OutputParameters.of(models.get(m), uncertainty.present());
      rows.add(EnergyRow.of(models.get(m), parameters));
      if (drawOf(m) == m) {
        draws[m] = layers(models.get(m), parameters, uncertainty.posteriors().get(m).draw(m));
      }
    }
  }

  /** The model whose draw a model shares. */
  private int drawOf(int model) {
    int pair = model - model % 2;
    // of an odd number the last has no partner after it, and shares the draw before
    return pair == draws.length - 1 && pair > 0 ? pair - 2 : pair;
  }

  /** Weights of each type, without the bias, which moves no atom; zeros where none is drawn. */
  private static double[][] layers(
      DeepPotential model, OutputParameters parameters, double[] drawn) {
    double[][] layers = new double[model.typeCount()][];
    for (int type = 0; type < layers.length; type++) {
      if (parameters.includes(type)) {
        int from = parameters.offset(type);
        layers[type] = Arrays.copyOfRange(drawn, from, from + parameters.width(type));
      } else {
        int last = model.fitting().networks()[type].layers().size() - 1;
        layers[type] = new double[model.fitting().networks()[type].layers().get(last).inputs()];
      }
    }
    return layers;
  }

  /**
   * @return in the frames' order
   * @throws org.dpsieve.error.InputException when an element is not in the type map
   */
  public List<FrameSigma> evaluate(List<Frame> frames) {
    List<FrameSigma> result = new ArrayList<>(frames.size());
    for (Reading[] readings : ensemble.read(frames, draws)) {
      result.add(sigma(readings));
    }
    return result;
  }

  private FrameSigma sigma(Reading[] readings) {
    Prediction[] models =
        Arrays.stream(readings).map(Reading::prediction).toArray(Prediction[]::new);
    int atoms = models[0].atomEnergy().length;
    double[] energy = new double[models.length];
    double energySquare = 0;
    double[] component = new double[atoms];
    double[][] drawn = new double[models.length][];
    int count = 0;
    for (int m = 0; m < models.length; m++) {
      OutputPosterior posterior = uncertainty.posteriors().get(m);
      double variance = Double.NaN;
      if (readings[m].hidden() != null && rows.get(m).knows(readings[m].hidden())) {
        variance = posterior.variance(rows.get(m).of(readings[m].hidden(), readings[m].atoms()));
      }
      energy[m] = uncertainty.energyFactor() * Math.sqrt(variance);
      energySquare += energy[m] * energy[m] / models.length;
      if (draws[m] != null) {
        drawn[m] = variances(readings[m].drawnForce(), variance, atoms);
        count++;
        for (int i = 0; i < atoms; i++) {
          component[i] += drawn[m][i];
        }
      }
    }
    for (int i = 0; i < atoms; i++) {
      component[i] /= count;
    }
    double[] force = new double[models.length];
    for (int m = 0; m < models.length; m++) {
      force[m] = largest(smoothed(drawn[drawOf(m)], 1));
    }
    double[] sigma = smoothed(component, count);
    double mean = Math.sqrt(Arrays.stream(component).average().orElse(Double.NaN));
    return new FrameSigma(
        models,
        Math.sqrt(energySquare),
        largest(sigma),
        uncertainty.forceFactor() * mean,
        energy,
        force,
        sigma);
  }

  /** Mean square of an atom's three components; NaN where the energy's variance is. */
  private static double[] variances(double[] force, double known, int atoms) {
    double[] variance = new double[atoms];
    for (int i = 0; i < atoms; i++) {
      variance[i] = Double.NaN;
      if (!Double.isNaN(known)) {
        double x = force[3 * i];
        double y = force[3 * i + 1];
        double z = force[3 * i + 2];
        variance[i] = (x * x + y * y + z * z) / 3;
      }
    }
    return variance;
  }

  /** Calibrated standard deviations of a component. */
  private double[] smoothed(double[] variance, int count) {
    double mean = Arrays.stream(variance).average().orElse(Double.NaN);
    double values = 3.0 * count;
    double[] sigma = new double[variance.length];
    for (int i = 0; i < sigma.length; i++) {
      sigma[i] =
          uncertainty.forceFactor()
              * Math.sqrt((values * variance[i] + PRIOR_VALUES * mean) / (values + PRIOR_VALUES));
    }
    return sigma;
  }

  /** Of an atom's force as a vector; NaN stays. */
  private static double largest(double[] component) {
    double largest = 0;
    for (double sigma : component) {
      largest = Math.max(largest, Math.sqrt(3) * sigma);
    }
    return largest;
  }
}
