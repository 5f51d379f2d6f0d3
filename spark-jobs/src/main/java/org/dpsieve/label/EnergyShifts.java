package org.dpsieve.label;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.dpsieve.text.Counted;

/**
 * Where two levels of theory put their zeros of energy: a shift per atom of each type that makes
 * their energies of the same frames differ least, by least squares of energies per atom.
 *
 * @param perAtom eV, new level less old one, by type; where compositions do not tell types apart
 *     the smallest such shifts
 * @param apart whether the compositions tell all types apart
 * @param left root mean square of what the shifts leave of the differences, eV per atom
 * @param frames that have both energies
 */
public record EnergyShifts(
    SortedMap<String, Double> perAtom, boolean apart, double left, long frames) {
  /** Below this part of the largest singular value there is none. */
  private static final double RANK = 1e-10;

  public EnergyShifts {
    perAtom = Collections.unmodifiableSortedMap(new TreeMap<>(perAtom));
  }

  /**
   * One frame.
   *
   * @param atoms of each type
   * @param difference energy at the new level less that at the old one, eV
   */
  public record Pair(Map<String, Integer> atoms, double difference) {}

  /** Empty where there are no more frames than types: any shifts would leave nothing of them. */
  public static Optional<EnergyShifts> of(List<Pair> pairs) {
    List<String> types =
        List.copyOf(
            pairs.stream()
                .flatMap(pair -> pair.atoms().keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new)));
    if (pairs.size() <= types.size()) {
      return Optional.empty();
    }
    RealMatrix shares = MatrixUtils.createRealMatrix(pairs.size(), types.size());
    ArrayRealVector differences = new ArrayRealVector(pairs.size());
    for (int k = 0; k < pairs.size(); k++) {
      Map<String, Integer> atoms = pairs.get(k).atoms();
      double n = atoms.values().stream().mapToInt(Integer::intValue).sum();
      for (int type = 0; type < types.size(); type++) {
        shares.setEntry(k, type, atoms.getOrDefault(types.get(type), 0) / n);
      }
      differences.setEntry(k, pairs.get(k).difference() / n);
    }
    SingularValueDecomposition svd = new SingularValueDecomposition(shares);
    double[] values = svd.getSingularValues();
    ArrayRealVector shifts = new ArrayRealVector(types.size());
    int rank = 0;
    for (int k = 0; k < values.length && values[k] > RANK * values[0]; k++, rank++) {
      double part = svd.getU().getColumnVector(k).dotProduct(differences) / values[k];
      shifts = shifts.add(svd.getV().getColumnVector(k).mapMultiply(part));
    }
    SortedMap<String, Double> perAtom = new TreeMap<>();
    for (int type = 0; type < types.size(); type++) {
      perAtom.put(types.get(type), shifts.getEntry(type));
    }
    double left = differences.subtract(shares.operate(shifts)).getNorm() / Math.sqrt(pairs.size());
    return Optional.of(new EnergyShifts(perAtom, rank == types.size(), left, pairs.size()));
  }

  /** {@code Ag -1.2340, Au +0.0120 eV per atom ...}. */
  public String text() {
    List<String> words = new ArrayList<>();
    perAtom.forEach(
        (type, shift) -> words.add(String.format(Locale.ROOT, "%s %+.4f", type, shift)));
    return String.format(
        Locale.ROOT,
        "%s eV per atom, which leave %.4f eV per atom (root mean square of %s)%s",
        String.join(", ", words),
        left,
        Counted.of(frames, "frame"),
        apart ? "" : "; the compositions do not tell these types apart");
  }
}
