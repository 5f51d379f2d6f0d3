package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.dpsieve.deviation.ModelDeviText;
import org.dpsieve.deviation.PropertyDeviation;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.OrderedParallel;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.text.Counted;

/** {@code model-devi --property}: a row a frame, of models of that property. */
final class PropertyDeviRun {
  private static final int ATOMS_AT_ONCE = 4096;

  private final PropertyEngine engine;
  private final boolean realError;
  private final int frequency;
  private final PrintWriter err;
  private final KnownFrames types;
  private long notEvaluated;

  /**
   * @param property what the models are asked to be of; its value of frames is the label
   * @throws InputException when they are of another
   */
  PropertyDeviRun(
      PropertyEngine engine, Property property, boolean realError, int frequency, PrintWriter err) {
    this.engine = engine;
    Property theirs = engine.property();
    if (!theirs.name().equals(property.name())) {
      throw new InputException(
          "--property %1$s: the models are of %2$s; expected --property %3$s, or models of %1$s"
              .formatted(property.name(), theirs, theirs.name()));
    }
    this.realError = realError;
    this.frequency = frequency;
    this.err = err;
    this.types = new KnownFrames(engine.typeMap());
  }

  /**
   * @throws InputException when the models know the types of no frame
   */
  void run(FrameSource frames, Appendable out) throws IOException {
    ModelDeviText text = new ModelDeviText(out, PropertyDeviation.NAMES);
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

  private record Row(FrameSource.Item item, PropertyDeviation deviation) {}

  private List<Row> evaluate(List<FrameSource.Item> items) {
    List<Frame> frames = items.stream().map(FrameSource.Item::frame).toList();
    List<PropertyDeviation> deviations =
        types.ask(
            frames,
            this::deviations,
            frame -> new PropertyDeviation(Double.NaN, Double.NaN, Double.NaN));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      rows.add(new Row(items.get(i), deviations.get(i)));
    }
    return rows;
  }

  private List<PropertyDeviation> deviations(List<Frame> frames) {
    List<PropertyPrediction[]> said = engine.evaluate(frames);
    List<PropertyDeviation> deviations = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      deviations.add(
          realError
              ? PropertyDeviation.ofErrors(
                  said.get(i), label(frames.get(i), said.get(i)[0].value().length))
              : PropertyDeviation.of(said.get(i)));
    }
    return deviations;
  }

  private double[] label(Frame frame, int components) {
    double[] label = label(frame);
    if (label != null && label.length != components) {
      throw new InputException(
          "Frame %s: %s has %s, that of the models %d"
              .formatted(
                  frame.name(),
                  engine.property().name(),
                  Counted.of(label.length, "number"),
                  components));
    }
    return label;
  }

  private double[] label(Frame frame) {
    return frame.properties().entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(engine.property().name()))
        .findFirst()
        .map(Map.Entry::getValue)
        .orElse(null);
  }

  private String problem(Frame frame) {
    return types.problem(frame).or(() -> engine.problem(frame)).orElseGet(() -> why(frame));
  }

  private void write(List<Row> rows, ModelDeviText text) {
    try {
      for (Row row : rows) {
        Frame frame = row.item().frame();
        if (row.item().begins() != null) {
          text.system(row.item().begins());
          if (realError && label(frame) == null) {
            err.printf(
                "warning: %s: no %s labels; --real_error takes them as zeros, as dp does%n",
                frame.system(), engine.property().name());
          }
        }
        text.row((long) frame.index() * frequency, row.deviation().numbers());
        if (Double.isNaN(row.deviation().max())) {
          notEvaluated++;
          err.printf("warning: Frame %s: %s%n", frame.name(), problem(frame));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String why(Frame frame) {
    double[] label = realError ? label(frame) : null;
    return label != null && Arrays.stream(label).anyMatch(Double::isNaN)
        ? "its label %s is NaN".formatted(engine.property().name())
        : "the models give NaN";
  }

  private static final class Chunks implements Iterator<List<FrameSource.Item>> {
    private final FrameSource frames;

    Chunks(FrameSource frames) {
      this.frames = frames;
    }

    @Override
    public boolean hasNext() {
      return frames.hasNext();
    }

    @Override
    public List<FrameSource.Item> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      List<FrameSource.Item> items = new ArrayList<>();
      for (int atoms = 0; atoms < ATOMS_AT_ONCE && frames.hasNext(); ) {
        FrameSource.Item item = frames.next();
        items.add(item);
        atoms += item.frame().atomCount();
      }
      return items;
    }
  }
}
