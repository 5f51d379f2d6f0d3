package org.dpsieve.spark.transfer;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.spark.frames.FrameRows;

/**
 * Whether old labels look like those of another unit: new ones are then the same multiple of them
 * in all frames. Of energies what a shift per element explains is taken off before.
 */
final class OldScale {
  private static final int LEAST_FRAMES = 5;
  private static final double LEAST_CORRELATION = 0.9;

  /**
   * How far the logarithm of a slope may be from that of a unit's size: levels of theory differ,
   * too, the more so where forces are small. Units near 1 have to be met better.
   */
  private static final double TOLERANCE = 0.2;

  private static final double NEAR_TOLERANCE = 0.05;
  private static final double NEAR = 1.5;

  /** In eV, and of forces eV/Å. */
  private record Unit(String name, double size) {}

  private static final List<Unit> ENERGIES =
      List.of(
          new Unit("Hartree", 27.211386),
          new Unit("Rydberg", 13.605693),
          new Unit("kcal/mol", 0.04336410),
          new Unit("kJ/mol", 0.01036427),
          new Unit("meV", 0.001));

  private static final double BOHR = 0.529177210903;

  /** One frame: products of force components, energies, atoms of each type. */
  private record Sums(
      String id, double[] force, double oldEnergy, double newEnergy, Map<String, Integer> counts)
      implements Serializable {}

  private OldScale() {}

  /**
   * In a sentence, for people; empty where labels are too few, or of one unit.
   *
   * @param beside labelled frames with their old labels, as {@link OldLabels#beside} makes them
   */
  static Optional<String> text(Dataset<Row> beside) {
    return ofSums(beside.dropDuplicates("frame_id").javaRDD().map(OldScale::sums).collect());
  }

  /** The same of rows that are here. */
  static Optional<String> text(List<Row> beside) {
    return ofSums(beside.stream().map(OldScale::sums).toList());
  }

  private static Optional<String> ofSums(List<Sums> sums) {
    List<Sums> all = new ArrayList<>(sums);
    all.sort(Comparator.comparing(Sums::id));
    Optional<String> forces = forces(all);
    return forces.isPresent() ? forces : energies(all);
  }

  private static Sums sums(Row row) {
    Frame frame = FrameRows.toFrame(row);
    Labels now = frame.labels();
    Labels old = FrameRows.oldLabels(row);
    double[] force = new double[3];
    for (int c = 0; now.force() != null && old.force() != null && c < now.force().length; c++) {
      force[0] += old.force()[c] * old.force()[c];
      force[1] += old.force()[c] * now.force()[c];
      force[2] += now.force()[c] * now.force()[c];
    }
    return new Sums(
        row.getString(row.fieldIndex("frame_id")),
        force,
        old.energy() == null ? Double.NaN : old.energy(),
        now.energy() == null ? Double.NaN : now.energy(),
        Formula.counts(frame.z(), frame.names()));
  }

  private static Optional<String> forces(List<Sums> all) {
    double[] sum = new double[3];
    int frames = 0;
    for (Sums one : all) {
      frames += one.force[0] > 0 && one.force[2] > 0 ? 1 : 0;
      for (int k = 0; k < 3; k++) {
        sum[k] += one.force[k];
      }
    }
    List<Unit> units =
        ENERGIES.stream()
            .flatMap(
                unit ->
                    List.of(
                        new Unit(unit.name + "/Bohr", unit.size / BOHR),
                        new Unit(unit.name + "/Å", unit.size))
                        .stream())
            .collect(Collectors.toCollection(ArrayList::new));
    units.add(new Unit("eV/Bohr", 1 / BOHR));
    return frames < LEAST_FRAMES ? Optional.empty() : text("forces", "eV/Å", sum, units);
  }

  private static Optional<String> energies(List<Sums> all) {
    List<Sums> known =
        all.stream()
            .filter(one -> Double.isFinite(one.oldEnergy) && Double.isFinite(one.newEnergy))
            .toList();
    TreeSet<String> types = new TreeSet<>();
    known.forEach(one -> types.addAll(one.counts.keySet()));
    if (known.size() < LEAST_FRAMES + types.size()) {
      return Optional.empty();
    }
    double[] old = rest(known, List.copyOf(types), known.stream().mapToDouble(o -> o.oldEnergy));
    double[] now = rest(known, List.copyOf(types), known.stream().mapToDouble(o -> o.newEnergy));
    double[] sum = new double[3];
    for (int k = 0; k < old.length; k++) {
      sum[0] += old[k] * old[k];
      sum[1] += old[k] * now[k];
      sum[2] += now[k] * now[k];
    }
    return text("energies", "eV", sum, ENERGIES);
  }

  /** What a shift per element leaves of energies; a least-squares fit, whatever its rank. */
  private static double[] rest(
      List<Sums> frames, List<String> types, java.util.stream.DoubleStream energies) {
    double[][] counts =
        frames.stream()
            .map(one -> types.stream().mapToDouble(t -> one.counts.getOrDefault(t, 0)).toArray())
            .toArray(double[][]::new);
    RealMatrix x = new Array2DRowRealMatrix(counts, false);
    double[] y = energies.toArray();
    double[] shifts =
        new SingularValueDecomposition(x.transpose().multiply(x))
            .getSolver()
            .getInverse()
            .operate(x.preMultiply(y));
    double[] fitted = x.operate(shifts);
    for (int k = 0; k < y.length; k++) {
      y[k] -= fitted[k];
    }
    return y;
  }

  /**
   * @param sum of old squares, old times new, new squares
   */
  private static Optional<String> text(
      String what, String expected, double[] sum, List<Unit> units) {
    double correlation = sum[1] / Math.sqrt(sum[0] * sum[2]);
    if (!(Math.abs(correlation) >= LEAST_CORRELATION)) {
      return Optional.empty();
    }
    double slope = sum[1] / sum[0];
    String found =
        String.format(
            Locale.ROOT,
            "new %s are %.4g times the old (correlation %.3f)",
            what,
            slope,
            correlation);
    if (slope < 0) {
      return Optional.of(found + ": one of them has the other sign, as a gradient has");
    }
    String old = near(units, slope);
    String now = near(units, 1 / slope);
    if (old.isEmpty() && now.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "%s: the %s look like %s, expected %s"
            .formatted(found, old.isEmpty() ? "new" : "old", old.isEmpty() ? now : old, expected));
  }

  /** The units that a slope may be of, the nearest first; empty for none. */
  private static String near(List<Unit> units, double slope) {
    return units.stream()
        .filter(unit -> distance(unit, slope) < tolerance(unit))
        .sorted(Comparator.comparingDouble(unit -> distance(unit, slope)))
        .map(Unit::name)
        .collect(Collectors.joining(" or "));
  }

  private static double distance(Unit unit, double slope) {
    return Math.abs(Math.log(slope / unit.size));
  }

  private static double tolerance(Unit unit) {
    return Math.abs(Math.log(unit.size)) < NEAR ? NEAR_TOLERANCE : TOLERANCE;
  }
}
