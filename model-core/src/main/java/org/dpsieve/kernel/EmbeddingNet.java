package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;

/**
 * An embedding net with its slope: both go forward together, since the net has but one input. Not
 * for two threads at once.
 */
final class EmbeddingNet {
  private final Network network;
  private double[] value;
  private double[] slope;
  private double[] nextValue;
  private double[] nextSlope;

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
  }

  /**
   * @param s the normalised s of one neighbour
   * @param out G(s) to {@code out[offset..]}, dG/ds to {@code out[offset + width..]}
   */
  void evaluate(double s, double[] out, int offset) {
    value[0] = s;
    slope[0] = 1;
    for (Layer layer : network.layers()) {
      step(layer);
    }
    int width = network.outputSize();
    System.arraycopy(value, 0, out, offset, width);
    System.arraycopy(slope, 0, out, offset + width, width);
  }

  private void step(Layer layer) {
    int outputs = layer.outputs();
    double[] weight = layer.weight();
    System.arraycopy(layer.bias(), 0, nextValue, 0, outputs);
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
    for (int j = 0; j < outputs; j++) {
      double z = nextValue[j];
      double scale = layer.idt() == null ? 1 : layer.idt()[j];
      nextValue[j] = scale * layer.activation().value(z);
      nextSlope[j] *= scale * layer.activation().derivative(z);
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
