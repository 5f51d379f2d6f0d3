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

/**
 * An ensemble that also says how far off it may be, by the posterior of its output layers.
 *
 * <p>Energies exactly: their rows are sums of the last hidden layer, which evaluation has at hand.
 * Forces by random projection: the rows of all force components would cost as many ways back as
 * there are hidden units. Instead an output layer is drawn from the posterior, and the forces it
 * makes are squared: their expectation is the variance. Every second model has one draw (all of an
 * ensemble of one), a half of a model's evaluation each, so an eighth of the time for each two
 * models of four. An atom's estimate, three components of each draw, is drawn towards the frame's
 * mean by {@link FrameSigma#PRIOR_VALUES} values' weight.
 *
 * <p>The same to the last bit in any batch and order: draws follow from the model's place alone.
 */
public final class UncertainEnsemble {
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
      if (FrameSigma.drawOf(m, draws.length) == m) {
        draws[m] = layers(models.get(m), parameters, uncertainty.posteriors().get(m).draw(m));
      }
    }
  }

  /** Weights of each type, without the bias, which moves no atom; zeros where none is drawn. */
  static double[][] layers(
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
    double[] variance = new double[models.length];
    double[][] drawnForce = new double[models.length][];
    for (int m = 0; m < models.length; m++) {
      variance[m] = Double.NaN;
      if (readings[m].hidden() != null && rows.get(m).knows(readings[m].hidden())) {
        double[] row = rows.get(m).of(readings[m].hidden(), readings[m].atoms());
        variance[m] = uncertainty.posteriors().get(m).variance(row);
      }
      drawnForce[m] = readings[m].drawnForce();
    }
    return FrameSigma.of(uncertainty, models, variance, drawnForce);
  }
}
