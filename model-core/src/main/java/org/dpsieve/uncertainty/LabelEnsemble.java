package org.dpsieve.uncertainty;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.EnergyRow;
import org.dpsieve.outputlayer.OldShare;
import org.dpsieve.outputlayer.OutputParameters;

/**
 * Labels at the new level of theory, y_old + Δ: a model trained on new labels says y_new, its fit to
 * the old labels says y_fit, and what that leaves of a frame's own old label, y_old - y_fit, is left
 * of the new one, too, or a share s of it. So y = s y_old + (y_new - s y_fit), where the bracket is
 * what the same nets say with another output layer: one evaluation for each share that a model has,
 * one in all where its shares are the same. The mean over the models is the label. Its standard
 * deviation is the posterior's, as {@link UncertainEnsemble} has it.
 *
 * <p>The same to the last bit in any batch and order.
 */
public final class LabelEnsemble implements AutoCloseable {
  private final List<Member> members;
  private final Uncertainty uncertainty;
  private final List<Places> places = new ArrayList<>();
  private final List<EnergyRow> rows = new ArrayList<>();
  private final double[][][] draws;
  private final Ensemble ensemble;

  /**
   * One model.
   *
   * @param model trained on new labels
   * @param fitted its parameters fitted to old labels, of the types that have new ones
   * @param share of what that fit leaves
   */
  public record Member(DeepPotential model, double[] fitted, OldShare share)
      implements Serializable {
    /** The model less a share of the one that was fitted to old labels. */
    private DeepPotential less(double part, OutputParameters parameters) {
      double[] layer = parameters.read(model);
      for (int k = 0; k < layer.length; k++) {
        layer[k] -= part * fitted[k];
      }
      DeepPotential other = parameters.write(model, layer);
      double[] level = other.fitting().zeroLevel().clone();
      for (int type = 0; type < level.length; type++) {
        level[type] *= -part;
      }
      return other.withFitting(other.fitting().raised(level));
    }
  }

  /** Which of the evaluated layers a model's energy, force and virial are of. */
  private record Places(int energy, int force, int virial) {}

  /**
   * @param members of one type map, at least one
   * @param uncertainty of these models
   */
  public LabelEnsemble(
      List<Member> members, Uncertainty uncertainty, EnsembleOptions options) {
    this.members = List.copyOf(members);
    this.uncertainty = uncertainty;
    List<DeepPotential> layers = new ArrayList<>();
    List<double[][]> drawn = new ArrayList<>();
    for (int m = 0; m < members.size(); m++) {
      Member member = members.get(m);
      OutputParameters parameters = OutputParameters.of(member.model(), uncertainty.present());
      rows.add(EnergyRow.of(member.model(), parameters));
      Map<Double, Integer> byShare = new LinkedHashMap<>();
      for (double share :
          new double[] {member.share.force(), member.share.virial(), member.share.energy()}) {
        if (byShare.putIfAbsent(share, layers.size()) == null) {
          layers.add(member.less(share, parameters));
          boolean draws = byShare.size() == 1 && FrameSigma.drawOf(m, members.size()) == m;
          drawn.add(
              draws
                  ? UncertainEnsemble.layers(
                      member.model(), parameters, uncertainty.posteriors().get(m).draw(m))
                  : null);
        }
      }
      places.add(
          new Places(
              byShare.get(member.share.energy()),
              byShare.get(member.share.force()),
              byShare.get(member.share.virial())));
    }
    this.draws = drawn.toArray(new double[0][][]);
    this.ensemble = Ensemble.of(layers, options);
  }

  /**
   * @param frames with old labels, of all kinds or some
   * @return in the frames' order
   * @throws org.dpsieve.error.InputException when an element is not in the type map
   */
  public List<PredictedLabels> evaluate(List<Frame> frames) {
    List<PredictedLabels> all = new ArrayList<>(frames.size());
    List<Reading[]> readings = ensemble.read(frames, draws);
    for (int k = 0; k < frames.size(); k++) {
      all.add(of(frames.get(k), readings.get(k)));
    }
    return all;
  }

  private PredictedLabels of(Frame frame, Reading[] readings) {
    int models = members.size();
    Labels old = frame.labels();
    double energy = 0;
    double[] force = new double[3 * frame.atomCount()];
    double[] virial = new double[9];
    Prediction[] predictions = new Prediction[models];
    double[] variance = new double[models];
    double[][] drawnForce = new double[models][];
    for (int m = 0; m < models; m++) {
      Places at = places.get(m);
      OldShare share = members.get(m).share();
      Reading forces = readings[at.force()];
      predictions[m] = forces.prediction();
      if (old.energy() != null) {
        energy +=
            (share.energy() * old.energy() + readings[at.energy()].prediction().energy()) / models;
      }
      add(forces.prediction().force(), share.force(), old.force(), models, force);
      add(
          readings[at.virial()].prediction().virial(), share.virial(), old.virial(), models, virial);
      variance[m] = Double.NaN;
      if (forces.hidden() != null && rows.get(m).knows(forces.hidden())) {
        double[] row = rows.get(m).of(forces.hidden(), forces.atoms());
        variance[m] = uncertainty.posteriors().get(m).variance(row);
      }
      drawnForce[m] = forces.drawnForce();
    }
    FrameSigma sigma = FrameSigma.of(uncertainty, predictions, variance, drawnForce);
    return new PredictedLabels(
        new Labels(
            old.energy() == null ? null : energy,
            old.force() == null ? null : force,
            old.virial() == null ? null : virial),
        sigma.energy(),
        sigma.component());
  }

  private static void add(double[] change, double share, double[] old, int models, double[] sum) {
    for (int k = 0; old != null && k < sum.length; k++) {
      sum[k] += (share * old[k] + change[k]) / models;
    }
  }

  /** Why nothing is known of a frame, by its geometry; empty where that is not the cause. */
  public java.util.Optional<String> problem(Frame frame) {
    return ensemble.problem(frame);
  }

  @Override
  public void close() {
    ensemble.close();
  }
}
