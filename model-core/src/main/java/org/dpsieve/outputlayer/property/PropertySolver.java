package org.dpsieve.outputlayer.property;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.model.PropertyHead;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.outputlayer.property.PropertyBases.Base;
import org.dpsieve.text.Counted;

/** The output layer that labelled frames say: that of the base with the smallest error left out. */
public final class PropertySolver {
  private final PropertyBases bases;
  private final Form form;
  private final OptionalDouble ridge;

  private PropertySolver(PropertyBases bases, OptionalDouble ridge) {
    this.bases = bases;
    this.form = bases.all().get(0).design().form();
    this.ridge = ridge;
  }

  /**
   * @param labelled frames that can be evaluated
   * @param old the same at another level; may be empty
   * @param ridge as a part of the largest eigenvalue; empty to choose
   * @throws InputException when there are too few labels, or they do not fit together
   */
  public static PropertySolution solve(
      PropertyBases bases,
      List<PropertyRows> labelled,
      List<PropertyRows> old,
      OptionalDouble ridge) {
    return new PropertySolver(bases, ridge).solve(labelled, old);
  }

  private PropertySolution solve(List<PropertyRows> labelled, List<PropertyRows> old) {
    if (labelled.size() < PropertyTransfer.LEAST) {
      throw new InputException(
          "%s with the label %s can be evaluated, expected three or more"
              .formatted(Counted.of(labelled.size(), "frame"), bases.label()));
    }
    requireSameDimension(labelled, old);
    LabelStandard standard = standard(labelled);
    LabelStandard before =
        old.size() < PropertyTransfer.LEAST ? null : standard.withBias(standard(old).bias());
    int best = -1;
    PropertyFit bestFit = null;
    DesignRows bestRows = null;
    List<PropertySolution.Tried> tried = new ArrayList<>();
    for (int b = 0; b < bases.all().size(); b++) {
      DesignRows fresh = rows(b, labelled, standard);
      PropertyFit fit =
          PropertyFit.best(fresh, before == null ? null : rows(b, old, before), ridge);
      tried.add(
          new PropertySolution.Tried(
              bases.all().get(b).name(), fit.usesOld(), Math.sqrt(fit.loss())));
      if (best < 0 || fit.loss() < bestFit.loss()) {
        best = b;
        bestFit = fit;
        bestRows = fresh;
      }
    }
    Base base = bases.all().get(best);
    double[] folded =
        bestFit.usesOld()
            ? null
            : FoldedRatios.of(
                bestRows,
                ridge,
                isInvariant() ? standard.deviation().length : base.design().rows());
    PropertyHead head =
        base.design().head(bestFit.parameters(), isInvariant() ? standard.deviation().length : 1);
    return PropertySolution.of(
            new PropertyModel(base.body(), inUnits(head, standard)),
            base.design(),
            bestFit,
            standard,
            labelled.stream().flatMap(frame -> frame.labelList().stream()).toList(),
            folded,
            labelled.size())
        .with(tried);
  }

  private boolean isInvariant() {
    return form == Form.INVARIANT;
  }

  private void requireSameDimension(List<PropertyRows> labelled, List<PropertyRows> old) {
    List<PropertyRows> all = new ArrayList<>(labelled);
    all.addAll(old);
    int first = all.get(0).labels().length / Math.max(1, all.get(0).entries());
    int expected = isInvariant() ? first : bases.all().get(0).design().rows();
    for (PropertyRows frame : all) {
      int dimension = frame.labels().length / Math.max(1, frame.entries());
      if (frame.entries() > 0 && (dimension != expected || dimension == 0)) {
        throw new InputException(
            "Frame %s: %s has %s, expected %d%s"
                .formatted(
                    frame.frame(),
                    bases.label(),
                    Counted.of(dimension, "number"),
                    expected,
                    bases.label().orOfAtoms()));
      }
    }
  }

  private LabelStandard standard(List<PropertyRows> frames) {
    return LabelStandard.of(
        form,
        frames.stream().flatMap(frame -> frame.countList().stream()).toList(),
        frames.stream().flatMap(frame -> frame.labelList().stream()).toList());
  }

  private DesignRows rows(int base, List<PropertyRows> frames, LabelStandard standard) {
    PropertyDesign design = bases.all().get(base).design();
    List<DesignRows.Block> blocks =
        frames.stream()
            .flatMap(frame -> frame.blocks(base, design.rows(), standard).stream())
            .toList();
    return new DesignRows(design.size(), isInvariant() ? standard.deviation().length : 1, blocks);
  }

  /** From standardised labels to their units. */
  private PropertyHead inUnits(PropertyHead head, LabelStandard standard) {
    int outputs = head.outputs();
    int[] groups = bases.all().get(0).design().group();
    Property property = PropertyTransfer.ofFrames(bases.label());
    double[][] weight = new double[groups.length][];
    double[][] bias = new double[groups.length][outputs];
    double[] shift = head.shift().clone();
    boolean own = form == Form.INVARIANT;
    for (int t = 0; t < groups.length; t++) {
      for (int other = 0; other < t && weight[t] == null; other++) {
        weight[t] = groups[other] == groups[t] ? weight[other] : null;
      }
      if (weight[t] == null) {
        weight[t] = head.weight()[t].clone();
        for (int k = 0; k < weight[t].length; k++) {
          weight[t][k] *= standard.deviation()[own ? k % outputs : 0];
        }
      }
      for (int k = 0; k < outputs; k++) {
        double deviation = standard.deviation()[own ? k : 0];
        bias[t][k] = head.bias()[t][k] * deviation + (own ? standard.bias()[t][k] : 0);
      }
      shift[t] *= standard.deviation()[0];
    }
    return new PropertyHead(property, form, head.dimension(), weight, bias, shift);
  }
}
