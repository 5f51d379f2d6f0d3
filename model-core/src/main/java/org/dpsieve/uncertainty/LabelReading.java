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

  /** By member: where the layer that was fitted to old labels is read. */
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
      fits[m] = layers.add(places[m], member.model(), parameters, member.fitted());
    }
  }

  PredictedLabels of(Frame frame, Reading[] readings) {
    Labels old = frame.labels();
    double energy = 0;
    double[] force = new double[3 * frame.atomCount()];
    double[] virial = new double[9];
    FrameSigma off = sigma.of(readings);
    for (int m = 0; m < fits.length; m++) {
      OldShare share = members.get(m).share();
      Reading said = readings[places[m]];
      double[] row = sigma.row(m, readings);
      if (row == null) { // said by the standard deviation, NaN
        return new PredictedLabels(Labels.NONE, Double.NaN, nothing(frame.atomCount()));
      }
      if (old.energy() != null) {
        double fit = fittedEnergy(members.get(m), row, said.atoms());
        energy +=
            (said.prediction().energy() + share.energy() * (old.energy() - fit)) / fits.length;
      }
      Reading.Other fit = said.others()[fits[m]];
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

  /** eV, of the frame. */
  private static double fittedEnergy(LabelEnsemble.Member member, double[] row, int[] counts) {
    double perAtom = 0;
    for (int k = 0; k < row.length; k++) {
      perAtom += row[k] * member.fitted()[k];
    }
    int atoms = 0;
    double level = 0;
    for (int type = 0; type < counts.length; type++) {
      atoms += counts[type];
      level += counts[type] * member.model().fitting().zeroLevel()[type];
    }
    return atoms * perAtom + level;
  }

  private void add(double[] said, double share, double[] old, double[] fit, double[] sum) {
    for (int k = 0; old != null && k < sum.length; k++) {
      sum[k] += (said[k] + share * (old[k] - fit[k])) / fits.length;
    }
  }

  private static double[] nothing(int atoms) {
    double[] nothing = new double[atoms];
    Arrays.fill(nothing, Double.NaN);
    return nothing;
  }
}
