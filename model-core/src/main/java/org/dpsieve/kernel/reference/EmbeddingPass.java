package org.dpsieve.kernel.reference;

import org.dpsieve.model.Embedding;
import org.dpsieve.model.Network;
import org.dpsieve.model.TabulatedEmbedding;

/** One number through an embedding and the gradient back, in plain loops. */
interface EmbeddingPass {
  /** [embedding.outputSize]. */
  double[] output();

  /**
   * @param outputGradient dE/d(output), [embedding.outputSize]
   * @return dE/ds
   */
  double inputGradient(double[] outputGradient);

  /**
   * @param s the normalised s of one neighbor
   */
  static EmbeddingPass of(Embedding embedding, double s) {
    return embedding instanceof Network network
        ? new Net(new NetworkPass(network, new double[] {s}))
        : new Table((TabulatedEmbedding) embedding, s);
  }

  /** Through the net. */
  record Net(NetworkPass pass) implements EmbeddingPass {
    @Override
    public double[] output() {
      return pass.output();
    }

    @Override
    public double inputGradient(double[] outputGradient) {
      return pass.inputGradient(outputGradient)[0];
    }
  }

  /** By the table that the model has instead of a net. */
  record Table(double[] output, double[] slope) implements EmbeddingPass {
    Table(TabulatedEmbedding table, double s) {
      this(new double[table.outputSize()], new double[table.outputSize()]);
      double[] both = new double[2 * output.length];
      table.evaluate(s, both, 0, output.length);
      System.arraycopy(both, 0, output, 0, output.length);
      System.arraycopy(both, output.length, slope, 0, output.length);
    }

    @Override
    public double inputGradient(double[] outputGradient) {
      double sum = 0;
      for (int m = 0; m < slope.length; m++) {
        sum += outputGradient[m] * slope[m];
      }
      return sum;
    }
  }
}
