package org.dpsieve.outputlayer;

/**
 * The descriptors of a block's atoms, and what a fitting net's first layer makes of their
 * derivatives by the neighbors' displacements. Not for two threads at once.
 */
interface DescriptorRows {
  /** Numbers of a descriptor. */
  int size();

  /**
   * Takes the atoms of a block, until the next is taken.
   *
   * @return their descriptors, row-major [atoms, size] or longer
   */
  double[] load(CentreBlock block);

  /**
   * The derivatives of the first layer's outputs.
   *
   * @param slope of its activation, row-major [atoms, outputs]
   * @param tangent row-major [pairs, 3, outputs], Å⁻¹, by the displacement's components;
   *     overwritten
   */
  void tangent(double[] slope, double[] tangent);
}
