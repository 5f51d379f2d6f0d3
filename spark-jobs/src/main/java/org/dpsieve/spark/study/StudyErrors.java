package org.dpsieve.spark.study;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.frame.Labels;

/**
 * Errors of one trained model on the frames held out: root mean squares, and those of the worst
 * frame.
 *
 * @param energy eV per atom
 * @param force of a component, eV/Å
 * @param virial of a component, eV per atom
 * @param worstEnergy of any frame, eV per atom
 * @param worstForce largest root mean square over a frame's components, eV/Å
 * @param uncertainty of all models together
 */
record StudyErrors(
    String strategy,
    long seed,
    int labels,
    int model,
    double energy,
    double force,
    double virial,
    double worstEnergy,
    double worstForce,
    StudyUncertainty uncertainty) {
  static final StructType SCHEMA =
      new StructType()
          .add("strategy", StringType, false)
          .add("seed", LongType, false)
          .add("labels", IntegerType, false)
          .add("model", IntegerType, false)
          .add("rmse_energy", DoubleType, false)
          .add("rmse_force", DoubleType, false)
          .add("rmse_virial", DoubleType, false)
          .add("worst_energy", DoubleType, false)
          .add("worst_force", DoubleType, false)
          .add("label_energy", DoubleType, false)
          .add("label_force", DoubleType, false)
          .add("label_virial", DoubleType, false)
          .add("coverage_label_energy", DoubleType, false)
          .add("coverage_label_force", DoubleType, false)
          .add("rank_sigma", DoubleType, false)
          .add("worst_by_sigma", DoubleType, false)
          .add("rank_deviation", DoubleType, false)
          .add("worst_by_deviation", DoubleType, false)
          .add("rank_members", DoubleType, false)
          .add("worst_by_members", DoubleType, false)
          .add("rank_expected", DoubleType, false)
          .add("worst_by_expected", DoubleType, false)
          .add("coverage_energy", DoubleType, false)
          .add("coverage_force", DoubleType, false)
          .add("next_energy", DoubleType, false)
          .add("next_force", DoubleType, false);

  static StudyErrors of(
      String strategy,
      long seed,
      int labels,
      int model,
      double[] parameters,
      List<StudyFrame> heldOut,
      StudyUncertainty uncertainty) {
    double energy = 0;
    double force = 0;
    double virial = 0;
    double worstEnergy = 0;
    double worstForce = 0;
    long components = 0;
    for (StudyFrame frame : heldOut) {
      Labels known = frame.frame().labels();
      double n = frame.frame().atomCount();
      double e = (frame.energy(model, parameters) - known.energy()) / n;
      double f = squares(frame.force(model, parameters), known.force());
      energy += e * e;
      force += f;
      virial += squares(frame.virial(model, parameters), known.virial()) / (n * n);
      components += known.force().length;
      worstEnergy = Math.max(worstEnergy, Math.abs(e));
      worstForce = Math.max(worstForce, Math.sqrt(f / known.force().length));
    }
    return new StudyErrors(
        strategy,
        seed,
        labels,
        model,
        Math.sqrt(energy / heldOut.size()),
        Math.sqrt(force / components),
        Math.sqrt(virial / (9.0 * heldOut.size())),
        worstEnergy,
        worstForce,
        uncertainty);
  }

  private static double squares(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += (a[k] - b[k]) * (a[k] - b[k]);
    }
    return sum;
  }

  Row row() {
    StudyUncertainty.Label label = uncertainty.label();
    StudyUncertainty.Ranking ranking = uncertainty.rankings().get(model);
    return RowFactory.create(
        strategy,
        seed,
        labels,
        model,
        energy,
        force,
        virial,
        worstEnergy,
        worstForce,
        label.energy(),
        label.force(),
        label.virial(),
        label.energyCoverage(),
        label.forceCoverage(),
        ranking.sigma().spearman(),
        ranking.sigma().worst(),
        ranking.deviation().spearman(),
        ranking.deviation().worst(),
        ranking.members().spearman(),
        ranking.members().worst(),
        ranking.expected().spearman(),
        ranking.expected().worst(),
        uncertainty.energyCoverage(),
        uncertainty.forceCoverage(),
        uncertainty.nextEnergy(),
        uncertainty.nextForce());
  }
}
