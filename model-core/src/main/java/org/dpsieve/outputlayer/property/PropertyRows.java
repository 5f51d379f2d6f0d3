package org.dpsieve.outputlayer.property;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.infer.AtomFeatures;

/**
 * What one labelled frame says of an output layer: its label, or those of its atoms, and the rows
 * of the design matrix that predict them. All that a solution needs of it.
 *
 * @param frame its name, for messages
 * @param entries labels: 1, or one of each atom that has a value
 * @param labels row-major [entries, components]
 * @param counts row-major [entries, types], of {@link LabelStandard#counts}
 * @param x of each base row-major [entries, rows, size]
 */
public record PropertyRows(
    String frame, int entries, double[] labels, double[] counts, List<double[]> x) {
  /** Rows of a frame's atoms that are left out together. */
  private static final int LARGEST_BLOCK = 64;

  /**
   * @param values of all atoms
   * @param features says which of them count
   * @param x rows of those that do
   */
  static PropertyRows ofAtoms(
      String frame, double[] values, AtomFeatures features, int types, List<double[]> x) {
    int atoms = features.types().length;
    int components = values.length / atoms;
    double[] labels = new double[values.length];
    double[] counts = new double[atoms * types];
    int entries = 0;
    for (int i = 0; i < atoms; i++) {
      if (features.hidden()[i] != null) {
        System.arraycopy(values, i * components, labels, entries * components, components);
        counts[entries * types + features.types()[i]] = 1;
        entries++;
      }
    }
    return new PropertyRows(
        frame,
        entries,
        Arrays.copyOf(labels, entries * components),
        Arrays.copyOf(counts, entries * types),
        x);
  }

  /** Labels of each entry. */
  List<double[]> labelList() {
    return parts(labels, entries);
  }

  /** Atoms of each type, of each entry. */
  List<double[]> countList() {
    return parts(counts, entries);
  }

  /**
   * Rows that are left out together: all of a frame or, where it has very many, those of each atom.
   *
   * @param base number
   * @param rows of a label
   */
  List<DesignRows.Block> blocks(int base, int rows, LabelStandard standard) {
    if (entries == 0) {
      return List.of();
    }
    List<double[]> label = labelList();
    List<double[]> count = countList();
    List<double[]> y = new ArrayList<>();
    for (int k = 0; k < entries; k++) {
      y.add(standard.of(label.get(k), count.get(k)));
    }
    double[] all = y.stream().flatMapToDouble(Arrays::stream).toArray();
    if (entries == 1 || entries * rows <= LARGEST_BLOCK) {
      return List.of(new DesignRows.Block(x.get(base), all));
    }
    List<double[]> each = parts(x.get(base), entries);
    List<DesignRows.Block> blocks = new ArrayList<>();
    for (int k = 0; k < entries; k++) {
      blocks.add(new DesignRows.Block(each.get(k), y.get(k)));
    }
    return blocks;
  }

  private static List<double[]> parts(double[] all, int count) {
    int size = count == 0 ? 0 : all.length / count;
    List<double[]> parts = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      parts.add(Arrays.copyOfRange(all, k * size, (k + 1) * size));
    }
    return parts;
  }
}
