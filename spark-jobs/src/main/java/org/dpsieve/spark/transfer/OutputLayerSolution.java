package org.dpsieve.spark.transfer;

import java.util.List;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.LabelKind;

/**
 * One model before and after its output layer was solved.
 *
 * @param model the new one
 * @param ridge what it was found with; 0 for none
 * @param ridgeChosen whether cross-validation chose the ridge
 * @param before errors of the old model on the labelled frames
 * @param after errors of the new one on the same frames
 * @param unfitted kinds of labels that nothing was fitted to: what the old model says is held
 * @param old what became of the old labels; {@code null} where there were none
 */
public record OutputLayerSolution(
    DeepPotential model,
    double ridge,
    boolean ridgeChosen,
    ModelErrors before,
    ModelErrors after,
    List<LabelKind> unfitted,
    OldLabelUse old) {}
