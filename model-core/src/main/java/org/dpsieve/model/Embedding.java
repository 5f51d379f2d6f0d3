package org.dpsieve.model;

import java.io.Serializable;

/** The function from one number, the normalised s of a neighbor, to a vector. */
public sealed interface Embedding extends Serializable permits Network, TabulatedEmbedding {
  /** Length of the vector. */
  int outputSize();
}
