package org.dpsieve.label;

import java.util.List;
import org.dpsieve.frame.Frame;

/**
 * What one output file of a labeller says.
 *
 * @param file the file
 * @param outcome how its calculation ended
 * @param reason one sentence for a person; empty when finished
 * @param frames the converged geometries with their labels, in the file's own atom order and cell
 *     orientation; whatever the outcome, as far as the file goes
 */
public record FileLabels(String file, TaskOutcome outcome, String reason, List<Frame> frames) {}
