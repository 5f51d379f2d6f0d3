package org.dpsieve.outputlayer;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.LayerReader;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.neighbor.GeometryException;

/**
 * The {@link FeatureKernel} of any model: it is asked what each parameter makes by itself, set to 1
 * and all others to 0. A way back through the model for each of them, so slow where there is a
 * {@link GemmFeatures}.
 */
public final class LayerFeatures implements FeatureKernel {
  private final LayerReader reader;
  private final OutputParameters parameters;
  private final double[] own;
  private final double[][][][] layers;
  private final Map<Frame, Reading> prepared = new IdentityHashMap<>();

  /**
   * @param reader of this one model; is closed with this
   */
  public LayerFeatures(LayerReader reader, DeepPotential model, OutputParameters parameters) {
    this.reader = reader;
    this.parameters = parameters;
    this.own = parameters.read(model);
    this.layers = new double[1][parameters.size()][][];
    for (int k = 0; k < own.length; k++) {
      double[] unit = new double[own.length];
      unit[k] = 1;
      layers[0][k] = parameters.byType(model, unit);
    }
  }

  @Override
  public void prepare(List<Frame> frames) {
    prepared.clear();
    List<Reading[]> readings = reader.read(frames, layers);
    for (int k = 0; k < frames.size(); k++) {
      prepared.put(frames.get(k), readings.get(k)[0]);
    }
  }

  @Override
  public FrameFeatures of(Frame frame) {
    Reading known = prepared.remove(frame);
    Reading reading = known == null ? reader.read(List.of(frame), layers).get(0)[0] : known;
    if (reading.others() == null) {
      throw new GeometryException(
          "Frame %s: %s; leave the frame out"
              .formatted(frame.name(), reader.problem(frame).orElse("it cannot be evaluated")));
    }
    int size = parameters.size();
    int components = 3 * frame.atomCount();
    double[] energy = new double[size];
    double[] force = new double[components * size];
    double[] virial = new double[9 * size];
    for (int k = 0; k < size; k++) {
      Reading.Other column = reading.others()[k];
      energy[k] = column.energy();
      for (int row = 0; row < components; row++) {
        force[row * size + k] = column.force()[row];
      }
      for (int row = 0; row < 9; row++) {
        virial[row * size + k] = column.virial()[row];
      }
    }
    Prediction all = reading.prediction();
    FrameFeatures.Constant constant =
        new FrameFeatures.Constant(
            left(new double[] {all.energy()}, energy)[0],
            left(all.force(), force),
            left(all.virial(), virial));
    return new FrameFeatures(frame.atomCount(), constant, energy, force, virial);
  }

  /** What the parameters do not make. */
  private double[] left(double[] all, double[] columns) {
    double[] left = new double[all.length];
    for (int row = 0; row < all.length; row++) {
      left[row] = all[row];
      for (int k = 0; k < own.length; k++) {
        left[row] -= columns[row * own.length + k] * own[k];
      }
    }
    return left;
  }

  @Override
  public void close() {
    reader.close();
  }
}
