package org.dpsieve.spark.transfer;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.neighbor.GeometryException;
import org.dpsieve.outputlayer.FeatureKernel;
import org.dpsieve.outputlayer.GemmFeatures;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.spark.frames.FrameRows;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The terms of one partition's frames. */
final class TermIterator implements Iterator<FoldSums.Term>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TermIterator.class);

  private final Iterator<scala.Tuple2<LabelledFrames.Place, Row>> rows;
  private final double[] start;
  private final FeatureKernel kernel;
  private scala.Tuple2<LabelledFrames.Place, Row> next;

  TermIterator(
      Iterator<scala.Tuple2<LabelledFrames.Place, Row>> rows,
      DeepPotential model,
      OutputParameters parameters) {
    this.rows = rows;
    this.start = parameters.read(model);
    this.kernel = new GemmFeatures(model, parameters);
    advance();
  }

  private void advance() {
    next = rows.hasNext() ? rows.next() : null;
    if (next == null) {
      close();
    }
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public FoldSums.Term next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    LabelledFrames.Place place = next._1();
    NormalEquations equations = new NormalEquations(start.length);
    while (next != null && next._1().fold() == place.fold() && next._1().term() == place.term()) {
      add(next._2(), equations);
      advance();
    }
    return new FoldSums.Term(place, equations);
  }

  /** A frame that no model can be asked about is left out: it costs no other frame. */
  private void add(Row row, NormalEquations equations) {
    Frame frame = FrameRows.toFrame(row);
    try {
      equations.add(frame, kernel.of(frame), start, OldLabels.of(row), start);
    } catch (GeometryException e) {
      LOG.warn("not trained on: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    kernel.close();
  }
}
