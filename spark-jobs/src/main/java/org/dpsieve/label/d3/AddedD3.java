package org.dpsieve.label.d3;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.DispersionD3;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.Addition;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.resident.TaskRoom;

/** DFT-D3. */
public record AddedD3(D3Options options) implements Addition {
  @Override
  public List<LabelResult> of(List<Frame> frames, TypeElements elements, TaskRoom room) {
    DispersionD3 dispersion = new DispersionD3(options);
    List<LabelResult> results = new ArrayList<>();
    for (Frame frame : frames) {
      try {
        results.add(LabelResult.finished(dispersion.evaluate(elements.apply(frame))));
      } catch (InputException e) {
        results.add(LabelResult.failed(TaskOutcome.CRASHED, e.getMessage()));
      }
    }
    return results;
  }
}
