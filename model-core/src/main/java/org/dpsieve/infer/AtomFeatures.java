package org.dpsieve.infer;

/**
 * What one model makes of each atom of one frame before its output layer. Atoms in the frame's own
 * order; {@code null} for those that the model takes no notice of ({@code atom_exclude_types}).
 *
 * @param types of the atoms in the model's type map, [nAtoms]
 * @param hidden the last hidden layer, [nAtoms][width]
 * @param equivariant directions of the descriptor, [nAtoms], row-major [3, width]; of a descriptor
 *     without any, of no columns
 */
public record AtomFeatures(int[] types, double[][] hidden, double[][] equivariant) {}
