package org.dpsieve.uncertainty;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Reading;
import org.dpsieve.outputlayer.OldShare;
import org.dpsieve.outputlayer.OutputParameters;

/** Labels predicted from old ones by some models of an ensemble, from what it reads. */
final class LabelReading {
  private final List<LabelEnsemble.Member> members;
  private final int[] places;
  private final SigmaReading sigma;

  /** By member: where the change to the layer that was fitted to old labels is read. */
  private final int[] fits;

  /**
   * @param places of the members' models in the ensemble
   * @param uncertainty of these models
   * @param layers hears what to read
   */
  LabelReading(
      List<LabelEnsemble.Member> members,
      int[] places,
      Uncertainty uncertainty,
      OtherLayers layers) {
    this.members = List.copyOf(members);
    this.places = places.clone();
    this.sigma =
        new SigmaReading(
            members.stream().map(LabelEnsemble.Member::model).toList(),
            places,
            uncertainty,
            layers);
    this.fits = new int[places.length];
    for (int m = 0; m < fits.length; m++) {
      LabelEnsemble.Member member = members.get(m);
      OutputParameters parameters = OutputParameters.of(member.model(), uncertainty.present());
      double[] change = parameters.readWithLevels(member.model());
      for (int k = 0; k < change.length; k++) {
        change[k] = member.fitted()[k] - change[k];
      }
      fits[m] = layers.add(places[m], member.model(), parameters, change);
    }
  }

  PredictedLabels of(Frame frame, Reading[] readings) {
    Labels old = frame.labels();
    double energy = 0;
    double[] force = new double[3 * frame.atomCount()];
    double[] virial = new double[9];
    FrameSigma off = sigma.of(readings, null);
    for (int m = 0; m < fits.length; m++) {
      OldShare share = members.get(m).share();
      Reading said = readings[places[m]];
      if (sigma.row(m, readings) == null) { // said by the standard deviation, NaN
        return new PredictedLabels(Labels.NONE, Double.NaN, nothing(frame.atomCount()));
      }
      Reading.Other fit = said.others()[fits[m]];
      if (old.energy() != null) {
        double energyNow = said.prediction().energy();
        energy +=
            (energyNow + share.energy() * (old.energy() - (energyNow + fit.energy())))
                / fits.length;
      }
      add(said.prediction().force(), share.force(), old.force(), fit.force(), force);
      add(said.prediction().virial(), share.virial(), old.virial(), fit.virial(), virial);
    }
    return new PredictedLabels(
        new Labels(
            old.energy() == null ? null : energy,
            old.force() == null ? null : force,
            old.virial() == null ? null : virial),
        off.energy(),
        off.component());
  }

  private void add(double[] said, double share, double[] old, double[] change, double[] sum) {
    for (int k = 0; old != null && k < sum.length; k++) {
      sum[k] += (said[k] + share * (old[k] - (said[k] + change[k]))) / fits.length;
    }
  }

  private static double[] nothing(int atoms) {
    double[] nothing = new double[atoms];
    Arrays.fill(nothing, Double.NaN);
    return nothing;
  }
}
