package org.dpsieve.kernel.reference;

import org.dpsieve.model.TypedEmbedding;

/** An embedding net that knows types ({@code tebd_input_mode}). */
final class TypedDuals {
  private TypedDuals() {}

  /**
   * @param x what the net takes beside the types
   * @param gate the product of the switches
   */
  static Dual[] embedded(TypedEmbedding model, Dual x, int first, int second, Dual gate) {
    double[] types = model.pair(first, second);
    if (model.strip() == null) {
      return x.through(model.network(), types);
    }
    Dual[] g = x.through(model.network());
    double[] byType = model.strip().apply(types);
    for (int m = 0; m < g.length; m++) {
      Dual factor =
          model.smooth()
              ? gate.times(byType[m]).plus(1)
              : Dual.constant(1 + byType[m], x.slope().length);
      g[m] = g[m].times(factor);
    }
    return g;
  }

  /** A descriptor followed by its centre's type embedding. */
  static Dual[] concatenated(Dual[] descriptor, double[] types) {
    Dual[] both = new Dual[descriptor.length + types.length];
    System.arraycopy(descriptor, 0, both, 0, descriptor.length);
    for (int k = 0; k < types.length; k++) {
      both[descriptor.length + k] = Dual.constant(types[k], descriptor[0].slope().length);
    }
    return both;
  }
}
