package org.dpsieve.outputlayer;

import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.Additions;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.ShortRange;

/**
 * The plain {@link FeatureKernel}, which defines the numbers: the model evaluated with one output
 * parameter set to 1 and all others to 0, for every parameter in turn.
 */
public final class ReferenceFeatures implements FeatureKernel {
  private final DeepPotential model;
  private final OutputParameters parameters;

  public ReferenceFeatures(DeepPotential model, OutputParameters parameters) {
    this.model = model;
    this.parameters = parameters;
  }

  @Override
  public FrameFeatures of(Frame frame) {
    int size = parameters.size();
    int atoms = frame.atomCount();
    double[] energy = new double[size];
    double[] force = new double[3 * atoms * size];
    double[] virial = new double[9 * size];
    DeepPotential withoutConstant = withoutConstant();
    for (int k = 0; k < size; k++) {
      double[] unit = new double[size];
      unit[k] = 1;
      Prediction column =
          new ReferenceModel(parameters.write(withoutConstant, unit)).evaluate(frame);
      energy[k] = column.energy();
      for (int row = 0; row < 3 * atoms; row++) {
        force[row * size + k] = column.force()[row];
      }
      for (int row = 0; row < 9; row++) {
        virial[row * size + k] = column.virial()[row];
      }
    }
    DeepPotential zero = parameters.write(model, new double[size]);
    Prediction left = new ReferenceModel(zero).evaluate(frame);
    return new FrameFeatures(
        atoms,
        new FrameFeatures.Constant(left.energy(), left.force(), left.virial()),
        energy,
        force,
        virial);
  }

  private DeepPotential withoutConstant() {
    EnergyFitting fitting = model.fitting();
    ShortRange shortRange = model.additions().shortRange();
    return model
        .withFitting(
            new EnergyFitting(
                fitting.networks(),
                fitting.vacuumSubtracted(),
                new double[model.typeCount()],
                fitting.extraInputs(),
                fitting.precision()))
        .with(new Additions(shortRange == null ? null : shortRange.times(0), List.of(), List.of()));
  }

  @Override
  public void close() {}
}
