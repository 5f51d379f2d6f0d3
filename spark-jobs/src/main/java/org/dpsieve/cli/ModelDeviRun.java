package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.deviation.ModelDeviText;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.OrderedParallel;
import org.dpsieve.infer.Prediction;
import org.dpsieve.io.FrameSystem;

/** Systems in, {@code model_devi.out} out: some thousand atoms at a time, on every core. */
final class ModelDeviRun {
  private static final int ATOMS_AT_ONCE = 4096;

  private final Ensemble ensemble;
  private final Deviation deviation;
  private final boolean realError;
  private final boolean atomic;
  private final int frequency;
  private final PrintWriter err;
  private long notEvaluated;

  ModelDeviRun(
      Ensemble ensemble,
      Deviation deviation,
      boolean realError,
      boolean atomic,
      int frequency,
      PrintWriter err) {
    this.ensemble = ensemble;
    this.deviation = deviation;
    this.realError = realError;
    this.atomic = atomic;
    this.frequency = frequency;
    this.err = err;
  }

  void run(List<String> systems, Appendable out) throws IOException {
    ModelDeviText text = new ModelDeviText(out, atomic);
    try (Chunks chunks = new Chunks(systems.iterator())) {
      OrderedParallel.map(chunks, this::evaluate, rows -> write(rows, text));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (notEvaluated > 0) {
      err.printf("warning: %d frames could not be evaluated: their rows are NaN%n", notEvaluated);
    }
  }

  /**
   * @param system the system that begins with this frame, or {@code null}
   */
  private record Item(String system, Frame frame) {}

  private record Row(String system, Frame frame, FrameDeviation deviation) {}

  private List<Row> evaluate(List<Item> items) {
    List<Prediction[]> predictions = ensemble.evaluate(items.stream().map(Item::frame).toList());
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      Frame frame = items.get(i).frame();
      Prediction[] models = predictions.get(i);
      rows.add(
          new Row(
              items.get(i).system(),
              frame,
              realError ? deviation.ofLabels(models, frame.labels()) : deviation.ofModels(models)));
    }
    return rows;
  }

  private void write(List<Row> rows, ModelDeviText text) {
    try {
      for (Row row : rows) {
        if (row.system() != null) {
          text.system(row.system());
          warnOfMissingLabels(row.frame());
        }
        text.row((long) row.frame().index() * frequency, row.deviation());
        if (Double.isNaN(row.deviation().maxDeviF())) {
          notEvaluated++;
          err.printf(
              "warning: Frame %s: %s%n",
              row.frame().name(), ensemble.problem(row.frame()).orElse("the models give NaN"));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void warnOfMissingLabels(Frame frame) {
    Labels labels = frame.labels();
    List<String> missing = new ArrayList<>();
    if (labels.energy() == null) {
      missing.add("energy");
    }
    if (labels.force() == null) {
      missing.add("force");
    }
    if (labels.virial() == null) {
      missing.add("virial");
    }
    if (realError && !missing.isEmpty()) {
      err.printf(
          "warning: %s: no %s labels; --real_error takes them as zeros, as dp does%n",
          frame.system(), String.join(", ", missing));
    }
  }

  /** The frames of all systems, in order. */
  private final class Chunks implements Iterator<List<Item>>, AutoCloseable {
    private final Iterator<String> systems;
    private FrameSystem open;
    private Iterator<FrameSystem.Run> runs = List.<FrameSystem.Run>of().iterator();
    private Iterator<Frame> frames = List.<Frame>of().iterator();
    private String begins;

    Chunks(Iterator<String> systems) {
      this.systems = systems;
    }

    @Override
    public boolean hasNext() {
      try {
        while (!frames.hasNext()) {
          if (runs.hasNext()) {
            frames = open.read(runs.next()).iterator();
          } else if (systems.hasNext()) {
            close();
            begins = systems.next();
            open = SystemListing.open(begins, ensemble.typeMap());
            runs = open.runs(ATOMS_AT_ONCE).iterator();
          } else {
            return false;
          }
        }
        return true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public List<Item> next() {
      List<Item> items = new ArrayList<>();
      for (int atoms = 0; atoms < ATOMS_AT_ONCE && hasNext(); ) {
        Frame frame = frames.next();
        items.add(new Item(begins, frame));
        begins = null;
        atoms += frame.atomCount();
      }
      if (items.isEmpty()) {
        throw new NoSuchElementException();
      }
      return items;
    }

    @Override
    public void close() throws IOException {
      if (open != null) {
        open.close();
        open = null;
      }
    }
  }
}
