package org.dpsieve.label.d4;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.dpsieve.d3.DispersionD3;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.WildLabel;
import org.dpsieve.resident.TaskRoom;

/** {@code fp_style: d4}: DFT-D4 added to the stored label. */
final class D4Labels implements BatchLabeller {
  private static final long serialVersionUID = 1;
  private static final int ATOMS_AT_ONCE = 4096;
  private static final int AFFORDABLE = 4000;

  private final DispersionD4 dispersion;
  private final TypeElements elements;

  D4Labels(DispersionD4 dispersion, TypeElements elements) {
    this.dispersion = dispersion;
    this.elements = elements;
  }

  @Override
  public String style() {
    return "d4";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    try {
      DispersionD3.requireLabel(frame);
    } catch (InputException e) {
      return Optional.of(new Finding("no stored label", e.getMessage()));
    }
    return DispersionD3.unfit(frame)
        .map(reason -> new Finding("unfit for D4", reason))
        .or(() -> WildLabel.stored(frame));
  }

  @Override
  public int atomsAtOnce() {
    return ATOMS_AT_ONCE;
  }

  @Override
  public int affordable() {
    return AFFORDABLE;
  }

  @Override
  public boolean inProcesses() {
    return true;
  }

  @Override
  public boolean knowsSigma() {
    return false;
  }

  @Override
  public SortedMap<String, String> tried(TaskRoom room) {
    return dispersion.tried(room);
  }

  @Override
  public List<LabelResult> label(List<Frame> frames, TaskRoom room) {
    List<LabelResult> additions = dispersion.of(frames, elements, room);
    List<LabelResult> results = new ArrayList<>();
    for (int k = 0; k < frames.size(); k++) {
      results.add(sum(frames.get(k), additions.get(k)));
    }
    return results;
  }

  private LabelResult sum(Frame frame, LabelResult addition) {
    Optional<Finding> finding = check(frame);
    if (finding.isPresent() || addition.outcome() != TaskOutcome.FINISHED) {
      return finding
          .map(found -> LabelResult.failed(TaskOutcome.MISSING_OUTPUT, found.detail()))
          .orElse(addition);
    }
    Labels own = frame.labels();
    Labels more = addition.labels();
    return LabelResult.finished(
        new Labels(
            own.energy() + more.energy(),
            sum(own.force(), more.force()),
            own.virial() == null || more.virial() == null
                ? null
                : sum(own.virial(), more.virial())));
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    Arrays.setAll(sum, k -> a[k] + b[k]);
    return sum;
  }
}
