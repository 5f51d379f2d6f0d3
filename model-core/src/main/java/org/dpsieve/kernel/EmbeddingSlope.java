package org.dpsieve.kernel;

import org.dpsieve.model.Embedding;
import org.dpsieve.model.Network;
import org.dpsieve.model.TabulatedEmbedding;

/** An embedding with its slope, at one place. Not for two threads at once. */
interface EmbeddingSlope {
  /**
   * @param s the normalised s of one neighbor
   * @param out G(s) to {@code out[offset..]}, dG/ds to {@code out[slopeOffset..]}
   */
  void evaluate(double s, double[] out, int offset, int slopeOffset);

  static EmbeddingSlope of(Embedding embedding) {
    return embedding instanceof Network network
        ? new EmbeddingNet(network)
        : ((TabulatedEmbedding) embedding)::evaluate;
  }
}
