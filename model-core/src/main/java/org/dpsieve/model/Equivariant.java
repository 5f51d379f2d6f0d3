package org.dpsieve.model;

import java.util.List;

/**
 * The directions that descriptors have beside their invariant numbers: the rows of A = Rᵀ G / N but
 * the first, [3, width], of se_e2_a and se_atten; of a hybrid those of its parts, one after the
 * other.
 */
public final class Equivariant {
  private Equivariant() {}

  /** Columns; 0 where a descriptor has none. */
  public static int width(Descriptor descriptor) {
    return parts(descriptor).stream().mapToInt(Equivariant::ofPart).sum();
  }

  private static int ofPart(Descriptor part) {
    if (part instanceof SeE2A seE2A) {
      return seE2A.embeddingWidth();
    }
    return part instanceof SeAtten seAtten ? seAtten.embedding().width() : 0;
  }

  private static List<Descriptor> parts(Descriptor descriptor) {
    return descriptor instanceof Hybrid hybrid ? hybrid.parts() : List.of(descriptor);
  }
}
