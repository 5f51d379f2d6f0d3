package org.dpsieve.spark.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.dpsieve.outputlayer.OldShare;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.uncertainty.FrameSigma;
import org.dpsieve.uncertainty.FrameWidth;
import org.dpsieve.uncertainty.PredictedLabels;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * Models at some point of a study: what {@link org.dpsieve.uncertainty.UncertainEnsemble} and
 * {@link org.dpsieve.uncertainty.LabelEnsemble} evaluate with nets, from features.
 */
final class StudyEnsemble {
  /**
   * One model.
   *
   * @param number in the study
   * @param draw of the posterior; {@code null} where another model's counts for this one, too
   * @param share of what its fit to old labels leaves; {@code null} where it does without
   * @param fitted to old labels; likewise
   */
  private record Member(
      int number,
      double[] parameters,
      OutputPosterior posterior,
      double[] draw,
      OldShare share,
      double[] fitted) {}

  private final List<Member> members;

  private final double[][] changes;

  /** Those that use old labels. */
  private final List<Member> used;

  /**
   * @param without a fold that the models have not seen; -1 for none
   * @param changes of the one model's parameters, which make members of an ensemble of it,
   *     [members][size]; {@code null} where the models are the members
   */
  StudyEnsemble(StudyTraining training, int without, double[][] changes) {
    this.changes = changes;
    double[][] parameters = training.parametersWithout(without);
    OutputPosterior[] posteriors = training.posteriorsWithout(without);
    List<Integer> all = IntStream.range(0, parameters.length).boxed().toList();
    this.members = members(all, parameters, posteriors, training);
    this.used =
        members(all.stream().filter(training::usesOld).toList(), parameters, posteriors, training);
  }

  private static List<Member> members(
      List<Integer> numbers,
      double[][] parameters,
      OutputPosterior[] posteriors,
      StudyTraining training) {
    List<Member> members = new ArrayList<>();
    for (int place = 0; place < numbers.size(); place++) {
      int m = numbers.get(place);
      members.add(
          new Member(
              m,
              parameters[m],
              posteriors[m],
              FrameSigma.drawOf(place, numbers.size()) == place ? posteriors[m].draw(place) : null,
              training.usesOld(m) ? training.share(m) : null,
              training.usesOld(m) ? training.fitted(m) : null));
    }
    return members;
  }

  double[][] parameters() {
    return members.stream().map(Member::parameters).toArray(double[][]::new);
  }

  /** What the models say, and how far off they may be. */
  FrameSigma sigma(StudyFrame frame, double energyFactor, double forceFactor, FrameWidth width) {
    return sigma(members, changes, frame, energyFactor, forceFactor, width);
  }

  private static FrameSigma sigma(
      List<Member> members,
      double[][] ensemble,
      StudyFrame frame,
      double energyFactor,
      double forceFactor,
      FrameWidth width) {
    int models = members.size();
    double atoms = frame.frame().atomCount();
    Prediction[] predictions = new Prediction[models];
    double[] variance = new double[models];
    double[][] drawn = new double[models][];
    double[] first = null;
    for (int m = 0; m < models; m++) {
      Member member = members.get(m);
      predictions[m] = prediction(frame, member.number, member.parameters);
      double[] row = frame.models()[member.number].energy().clone();
      for (int k = 0; k < row.length; k++) {
        row[k] /= atoms;
      }
      if (m == 0) {
        first = row;
      }
      variance[m] = member.posterior.variance(row);
      drawn[m] = member.draw == null ? null : frame.force(member.number, member.draw);
    }
    return FrameSigma.of(
        new Uncertainty(new boolean[0], List.of(), energyFactor, forceFactor, width),
        predictions,
        ensemble == null ? predictions : made(frame, members.get(0), ensemble),
        variance,
        drawn,
        first);
  }

  /** What members that are made of one model say. */
  private static Prediction[] made(StudyFrame frame, Member of, double[][] changes) {
    return Arrays.stream(changes)
        .map(change -> prediction(frame, of.number, StudyTraining.sum(of.parameters, change)))
        .toArray(Prediction[]::new);
  }

  private static Prediction prediction(StudyFrame frame, int model, double[] parameters) {
    return new Prediction(
        frame.energy(model, parameters),
        frame.force(model, parameters),
        frame.virial(model, parameters),
        new double[0]);
  }

  /** Whether any model uses old labels. */
  boolean usesOld() {
    return !used.isEmpty();
  }

  /** A frame's old label + change; what it has no old label of is not predicted. */
  PredictedLabels label(StudyFrame frame, double energyFactor, double forceFactor) {
    FrameSigma sigma = sigma(used, null, frame, energyFactor, forceFactor, null);
    Labels old = frame.old();
    double energy = 0;
    double[] force = new double[3 * frame.frame().atomCount()];
    double[] virial = new double[9];
    for (int m = 0; m < used.size(); m++) {
      Prediction said = sigma.models()[m];
      OldShare share = used.get(m).share;
      Labels rest = frame.rest(used.get(m).number, used.get(m).fitted);
      if (old.energy() != null) {
        energy += (said.energy() + share.energy() * rest.energy()) / used.size();
      }
      add(said.force(), share.force(), rest.force(), used.size(), force);
      add(said.virial(), share.virial(), rest.virial(), used.size(), virial);
    }
    return new PredictedLabels(
        new Labels(
            old.energy() == null ? null : energy,
            old.force() == null ? null : force,
            old.virial() == null ? null : virial),
        sigma.energy(),
        sigma.component());
  }

  private static void add(double[] said, double share, double[] rest, int models, double[] sum) {
    for (int k = 0; rest != null && k < sum.length; k++) {
      sum[k] += (said[k] + share * rest[k]) / models;
    }
  }
}
