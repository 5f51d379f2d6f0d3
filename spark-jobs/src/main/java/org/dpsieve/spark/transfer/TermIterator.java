package org.dpsieve.spark.transfer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.neighbor.GeometryException;
import org.dpsieve.outputlayer.FeatureKernel;
import org.dpsieve.outputlayer.LabelWeights;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.spark.frames.FrameRows;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The terms of one partition's frames, each frame read once for all models. */
final class TermIterator implements Iterator<FoldSums.Term>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TermIterator.class);

  private final Iterator<scala.Tuple2<FoldedFrames.Place, Row>> rows;
  private final List<double[]> starts = new ArrayList<>();
  private final List<FeatureKernel> kernels = new ArrayList<>();
  private final Deque<FoldSums.Term> ready = new ArrayDeque<>();
  private scala.Tuple2<FoldedFrames.Place, Row> next;

  /**
   * @param present which types of the models are solved for
   */
  TermIterator(
      Iterator<scala.Tuple2<FoldedFrames.Place, Row>> rows,
      List<DeepPotential> models,
      boolean[] present) {
    this.rows = rows;
    for (DeepPotential model : models) {
      OutputParameters parameters = OutputParameters.of(model, present);
      starts.add(parameters.read(model));
      kernels.add(FeatureKernel.of(model, parameters));
    }
    advance();
  }

  private void advance() {
    next = rows.hasNext() ? rows.next() : null;
  }

  @Override
  public boolean hasNext() {
    return !ready.isEmpty() || next != null;
  }

  @Override
  public FoldSums.Term next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (ready.isEmpty()) {
      read();
    }
    return ready.remove();
  }

  /** The next term of every model. */
  private void read() {
    FoldedFrames.Place place = next._1();
    List<NormalEquations> sums =
        starts.stream().map(start -> new NormalEquations(start.length)).toList();
    List<Row> term = new ArrayList<>();
    while (next != null && next._1().fold() == place.fold() && next._1().term() == place.term()) {
      term.add(next._2());
      advance();
    }
    List<Frame> frames = term.stream().map(FrameRows::toFrame).toList();
    kernels.forEach(kernel -> kernel.prepare(frames));
    for (int k = 0; k < term.size(); k++) {
      Row row = term.get(k);
      add(frames.get(k), FrameRows.oldLabels(row), SigmaWeights.of(row), sums);
    }
    if (next == null) {
      close();
    }
    for (int m = 0; m < sums.size(); m++) {
      ready.add(new FoldSums.Term(m, place, sums.get(m)));
    }
  }

  /** A frame that no model can be asked about is left out: it costs no other frame. */
  private void add(Frame frame, Labels old, LabelWeights weights, List<NormalEquations> sums) {
    try {
      for (int m = 0; m < sums.size(); m++) {
        double[] start = starts.get(m);
        sums.get(m).add(frame, kernels.get(m).of(frame), start, old, start, weights);
      }
    } catch (GeometryException e) {
      LOG.warn("not trained on: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    kernels.forEach(FeatureKernel::close);
  }
}
