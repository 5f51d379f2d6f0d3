package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;

/**
 * An embedding net with its slope: both go forward together, since the net has but one input. Not
 * for two threads at once.
 */
final class EmbeddingNet implements EmbeddingSlope {
  private final Network network;
  private double[] value;
  private double[] slope;
  private double[] nextValue;
  private double[] nextSlope;
  private final double[] activationSlope;

  EmbeddingNet(Network network) {
    this.network = network;
    int widest = 1;
    for (Layer layer : network.layers()) {
      widest = Math.max(widest, layer.outputs());
    }
    value = new double[widest];
    slope = new double[widest];
    nextValue = new double[widest];
    nextSlope = new double[widest];
    activationSlope = new double[widest];
  }

  @Override
  public void evaluate(double s, double[] out, int offset, int slopeOffset) {
    value[0] = s;
    slope[0] = 1;
    for (Layer layer : network.layers()) {
      step(layer);
    }
    int width = network.outputSize();
    System.arraycopy(value, 0, out, offset, width);
    System.arraycopy(slope, 0, out, slopeOffset, width);
  }

  private void step(Layer layer) {
    int outputs = layer.outputs();
    double[] weight = layer.weight();
    Arrays.fill(nextValue, 0, outputs, 0);
    Arrays.fill(nextSlope, 0, outputs, 0);
    for (int k = 0; k < layer.inputs(); k++) {
      double x = value[k];
      double dx = slope[k];
      int row = k * outputs;
      for (int j = 0; j < outputs; j++) {
        nextValue[j] += x * weight[row + j];
        nextSlope[j] += dx * weight[row + j];
      }
    }
    LoopLayerFunction.activate(layer, nextValue, activationSlope, 0);
    for (int j = 0; j < outputs; j++) {
      nextSlope[j] *= activationSlope[j];
    }
    if (layer.shortcut() != Layer.Shortcut.NONE) {
      for (int j = 0; j < outputs; j++) {
        nextValue[j] += value[j % layer.inputs()];
        nextSlope[j] += slope[j % layer.inputs()];
      }
    }
    double[] swap = value;
    value = nextValue;
    nextValue = swap;
    swap = slope;
    slope = nextSlope;
    nextSlope = swap;
  }
}
