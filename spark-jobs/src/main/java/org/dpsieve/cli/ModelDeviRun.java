package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.dpsieve.cli.FrameSource.Item;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.deviation.ModelDeviText;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.OrderedParallel;
import org.dpsieve.infer.Prediction;
import org.dpsieve.text.Counted;

/** Frames in, {@code model_devi.out} out: some thousand atoms at a time, on every core. */
final class ModelDeviRun {
  private final ModelDeviEngine engine;
  private final boolean realError;
  private final boolean atomic;
  private final int frequency;
  private final PrintWriter err;
  private final KnownFrames types;
  private long notEvaluated;

  ModelDeviRun(
      ModelDeviEngine engine, boolean realError, boolean atomic, int frequency, PrintWriter err) {
    this.engine = engine;
    this.realError = realError;
    this.atomic = atomic;
    this.frequency = frequency;
    this.err = err;
    this.types = new KnownFrames(engine.named());
  }

  /**
   * @throws org.dpsieve.error.InputException when the models know the types of no frame
   */
  void run(FrameSource frames, Appendable out) throws IOException {
    ModelDeviText text = new ModelDeviText(out, atomic);
    try {
      OrderedParallel.map(new Chunks(frames), this::evaluate, rows -> write(rows, text));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    types.requireAny();
    if (notEvaluated > 0) {
      err.printf(
          "warning: %s%n",
          Counted.of(
              notEvaluated,
              "frame could not be evaluated: its row is NaN",
              "frames could not be evaluated: their rows are NaN"));
    }
  }

  private record Row(Item item, FrameDeviation deviation) {}

  private List<Row> evaluate(List<Item> items) {
    List<FrameDeviation> deviations =
        types.ask(
            items.stream().map(Item::frame).toList(),
            frames -> engine.evaluate(frames, items.get(0).typeMap()),
            ModelDeviRun::notANumber);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      rows.add(new Row(items.get(i), deviations.get(i)));
    }
    return rows;
  }

  private static FrameDeviation notANumber(Frame frame) {
    return Deviation.PLAIN.ofModels(new Prediction[] {Prediction.notANumber(frame.atomCount())});
  }

  private void write(List<Row> rows, ModelDeviText text) {
    try {
      for (Row row : rows) {
        Frame frame = row.item().frame();
        if (row.item().begins() != null) {
          text.system(row.item().begins());
          warnOfMissingLabels(frame);
        }
        text.row((long) frame.index() * frequency, row.deviation());
        if (Double.isNaN(row.deviation().maxDeviF())) {
          notEvaluated++;
          err.printf(
              "warning: Frame %s: %s%n",
              frame.name(),
              types.problem(frame).or(() -> engine.problem(frame)).orElse("the models give NaN"));
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

  /** Frames of one type map, for one call. */
  private final class Chunks implements Iterator<List<Item>> {
    private final FrameSource frames;
    private Item next;

    Chunks(FrameSource frames) {
      this.frames = frames;
    }

    @Override
    public boolean hasNext() {
      return next != null || frames.hasNext();
    }

    @Override
    public List<Item> next() {
      List<Item> items = new ArrayList<>();
      for (int atoms = 0; atoms < engine.atomsAtOnce() && hasNext(); ) {
        Item item = next == null ? frames.next() : next;
        next = item;
        if (!items.isEmpty() && !items.get(0).typeMap().equals(item.typeMap())) {
          break;
        }
        next = null;
        items.add(item);
        atoms += item.frame().atomCount();
      }
      if (items.isEmpty()) {
        throw new NoSuchElementException();
      }
      return items;
    }
  }
}
