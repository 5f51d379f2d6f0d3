package org.dpsieve.spark.study;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.frame.Labels;
import org.dpsieve.outputlayer.OldShare;

/**
 * Errors of one trained model on the frames held out: root mean squares, and those of the worst
 * frame.
 *
 * @param energy eV per atom
 * @param force of a component, eV/Å
 * @param virial of a component, eV per atom
 * @param worstEnergy of any frame, eV per atom
 * @param worstForce largest root mean square over a frame's components, eV/Å
 * @param label errors of labels predicted as old label + change: energy, force, virial, in the same
 *     units; NaN where old labels were not used
 * @param ranking of frames by what their force error is expected to be
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
    double[] label,
    StudyRanking ranking,
    StudyUncertainty uncertainty)
    implements Serializable {
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
      double[] label,
      StudyRanking ranking,
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
        label,
        ranking,
        uncertainty);
  }

  /**
   * Errors of labels predicted as what the model says and what a fit to the old labels leaves of
   * them.
   *
   * @param fitted parameters of that fit
   * @param share of it
   */
  static double[] ofLabels(
      int model, double[] parameters, double[] fitted, OldShare share, List<StudyFrame> heldOut) {
    double energy = 0;
    double force = 0;
    double virial = 0;
    long components = 0;
    for (StudyFrame frame : heldOut) {
      Labels known = frame.frame().labels();
      Labels old = frame.old();
      double n = frame.frame().atomCount();
      double e = frame.energy(model, parameters) - known.energy();
      e += old.energy() == null ? 0 : share.energy() * (old.energy() - frame.energy(model, fitted));
      energy += e * e / (n * n);
      force +=
          squares(
              plus(
                  frame.force(model, parameters),
                  share.force(),
                  old.force(),
                  frame.force(model, fitted)),
              known.force());
      virial +=
          squares(
                  plus(
                      frame.virial(model, parameters),
                      share.virial(),
                      old.virial(),
                      frame.virial(model, fitted)),
                  known.virial())
              / (n * n);
      components += known.force().length;
    }
    return new double[] {
      Math.sqrt(energy / heldOut.size()),
      Math.sqrt(force / components),
      Math.sqrt(virial / (9.0 * heldOut.size()))
    };
  }

  private static double[] plus(double[] a, double share, double[] old, double[] fitted) {
    double[] sum = a.clone();
    for (int k = 0; old != null && k < sum.length; k++) {
      sum[k] += share * (old[k] - fitted[k]);
    }
    return sum;
  }

  private static double squares(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += (a[k] - b[k]) * (a[k] - b[k]);
    }
    return sum;
  }

  Row row() {
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
        label[0],
        label[1],
        label[2],
        ranking.energyCoverage(),
        ranking.forceCoverage(),
        ranking.sigma().spearman(),
        ranking.sigma().worst(),
        ranking.deviation().spearman(),
        ranking.deviation().worst(),
        ranking.known().spearman(),
        ranking.known().worst(),
        uncertainty.energyCoverage(),
        uncertainty.forceCoverage(),
        uncertainty.nextEnergy(),
        uncertainty.nextForce());
  }
}
