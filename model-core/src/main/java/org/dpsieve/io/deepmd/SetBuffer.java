package org.dpsieve.io.deepmd;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeMap;

/** Collects the frames of one set: same atoms in the same order, same labels and parameters. */
final class SetBuffer {
  private static final double[] NO_CELL = new double[9];

  private final List<String> typeMap;
  private final List<Frame> frames = new ArrayList<>();
  private final List<Certainty> certainties = new ArrayList<>();
  private Frame model;

  SetBuffer(List<String> typeMap) {
    this.typeMap = typeMap;
  }

  /**
   * @param certainty of its labels; {@code null} for all frames or for none
   */
  void add(Frame frame, Certainty certainty) {
    if (model == null) {
      model = frame;
    } else if (!fits(frame)) {
      throw new IllegalArgumentException(
          "%s and %s differ in atoms, cell or labels: they cannot share a system"
              .formatted(model.name(), frame.name()));
    }
    frames.add(frame);
    certainties.add(certainty);
  }

  /** Whether the frame may share a system with those before. */
  boolean fits(Frame frame) {
    return model == null || FrameKind.of(model).equals(FrameKind.of(frame));
  }

  /** The first frame; the others are like it. */
  Frame model() {
    return model;
  }

  int size() {
    return frames.size();
  }

  /** Numbers that the buffered frames hold in their largest array. */
  long largestArray() {
    return model == null ? 0 : 3L * model.atomCount() * frames.size();
  }

  void clear() {
    frames.clear();
    certainties.clear();
  }

  boolean periodic() {
    return model.cell() != null;
  }

  /** Type of each atom by the type map. */
  int[] types() {
    return TypeMap.of(typeMap, "the type map").types(model);
  }

  /** The arrays of the set, row-major [frames, width], by the layout's names. */
  Map<String, double[]> arrays() {
    Map<String, double[]> arrays = new LinkedHashMap<>();
    put(arrays, "coord.npy", Frame::coord);
    put(arrays, "box.npy", frame -> frame.cell() == null ? NO_CELL : frame.cell());
    put(
        arrays,
        "energy.npy",
        frame -> frame.labels().energy() == null ? null : new double[] {frame.labels().energy()});
    put(arrays, "force.npy", frame -> frame.labels().force());
    put(arrays, "virial.npy", frame -> frame.labels().virial());
    put(arrays, "fparam.npy", Frame::fparam);
    put(arrays, "aparam.npy", Frame::aparam);
    for (Property property : model.properties().keySet()) {
      put(arrays, property.file(), frame -> frame.properties().get(property));
    }
    if (!certainties.isEmpty() && certainties.get(0) != null) {
      put(
          arrays,
          Certainty.ENERGY_FILE,
          certainties,
          c -> c.energy() == null ? null : new double[] {c.energy()});
      put(arrays, Certainty.FORCE_FILE, certainties, Certainty::force);
      put(arrays, Certainty.COMPUTED_FILE, certainties, c -> new double[] {c.computed() ? 1 : 0});
    }
    return arrays;
  }

  private void put(Map<String, double[]> arrays, String name, Function<Frame, double[]> values) {
    put(arrays, name, frames, values);
  }

  private static <T> void put(
      Map<String, double[]> arrays, String name, List<T> rows, Function<T, double[]> values) {
    double[] first = values.apply(rows.get(0));
    if (first == null || first.length == 0) {
      return;
    }
    double[] all = new double[Math.multiplyExact(first.length, rows.size())];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(values.apply(rows.get(i)), 0, all, i * first.length, first.length);
    }
    arrays.put(name, all);
  }
}
