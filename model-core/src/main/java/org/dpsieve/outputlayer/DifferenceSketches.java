package org.dpsieve.outputlayer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.model.DeepPotential;

/**
 * {@link FrameSketch}es of a model whose hidden layers can be asked for, but not their derivatives:
 * a row of forces is the slope of the hidden layers along a random displacement of all atoms, a row
 * of virials that along a strain, both by central differences. So a sketch costs {@code 1 + 2 *
 * (ROWS + VIRIALS)} forward passes, however many parameters there are.
 */
public final class DifferenceSketches {
  /** Å. Errors by the curvature are of its square, those of single precision of its inverse. */
  private static final double STEP = 1e-3;

  /** Of a strain, without unit. */
  private static final double STRAIN = 2e-4;

  private final OutputLayerReader reader;
  private final OutputParameters parameters;
  private final EnergyRow rows;
  private final boolean slopes;

  /**
   * @param reader of this one model
   * @param present types that are solved for; of frames with others there are no sketches
   * @param slopes whether forces and virials are wanted; the rows of others are empty
   */
  public DifferenceSketches(
      OutputLayerReader reader, DeepPotential model, boolean[] present, boolean slopes) {
    this.reader = reader;
    this.parameters = OutputParameters.of(model, present);
    this.rows = EnergyRow.of(parameters);
    this.slopes = slopes;
  }

  /**
   * @return empty for a frame that the model cannot be asked about
   */
  public Optional<FrameSketch> of(String id, String formula, Frame frame) {
    List<Frame> asked = new ArrayList<>(List.of(frame));
    if (slopes) {
      for (double[] direction : FrameSketch.signs(id, 3 * frame.atomCount())) {
        asked.add(displaced(frame, direction, STEP));
        asked.add(displaced(frame, direction, -STEP));
      }
      for (int i = 0; i < 3; i++) {
        for (int j = i; j < 3; j++) {
          asked.add(strained(frame, i, j, STRAIN));
          asked.add(strained(frame, i, j, -STRAIN));
        }
      }
    }
    List<double[][]> hidden = reader.hidden(asked);
    if (hidden.stream().anyMatch(sums -> sums == null || !rows.knows(sums))) {
      return Optional.empty();
    }
    List<double[]> energies =
        hidden.stream().map(sums -> rows.of(sums, frame.atomCount())).toList();
    if (!energies.stream().allMatch(row -> Arrays.stream(row).allMatch(Double::isFinite))) {
      return Optional.empty();
    }
    double[] force = new double[slopes ? FrameSketch.ROWS * parameters.size() : 0];
    double[] virial = new double[slopes ? FrameSketch.VIRIALS * parameters.size() : 0];
    if (slopes) {
      double atoms = frame.atomCount();
      // a force is less the slope of the energy; the signs' scale is that of FrameSketch
      double scale = atoms / Math.sqrt(FrameSketch.ROWS * 3 * atoms);
      for (int row = 0; row < FrameSketch.ROWS; row++) {
        slope(energies, 1 + 2 * row, scale / (2 * STEP), force, row);
      }
      int row = 0;
      for (int i = 0; i < 3; i++) {
        for (int j = i; j < 3; j++) {
          double weight = i == j ? 1 : Math.sqrt(2);
          int place = 1 + 2 * (FrameSketch.ROWS + row);
          slope(energies, place, weight / (2 * STRAIN), virial, row);
          row++;
        }
      }
    }
    return Optional.of(new FrameSketch(id, formula, energies.get(0), force, virial));
  }

  private static void slope(
      List<double[]> energies, int place, double factor, double[] rows, int row) {
    double[] ahead = energies.get(place);
    double[] behind = energies.get(place + 1);
    for (int k = 0; k < ahead.length; k++) {
      rows[row * ahead.length + k] = factor * (behind[k] - ahead[k]);
    }
  }

  private static Frame displaced(Frame frame, double[] direction, double step) {
    double[] coord = frame.coord().clone();
    for (int c = 0; c < coord.length; c++) {
      coord[c] += step * direction[c];
    }
    return frame.withGeometry(coord, frame.cell());
  }

  /** By the symmetric strain of two axes. */
  private static Frame strained(Frame frame, int i, int j, double strain) {
    double[] coord = frame.coord().clone();
    strain(coord, i, j, strain);
    double[] cell = frame.cell() == null ? null : frame.cell().clone();
    if (cell != null) {
      strain(cell, i, j, strain);
    }
    return frame.withGeometry(coord, cell);
  }

  private static void strain(double[] vectors, int i, int j, double strain) {
    for (int at = 0; at < vectors.length; at += 3) {
      double first = vectors[at + i];
      double second = vectors[at + j];
      vectors[at + i] += strain / 2 * second;
      vectors[at + j] += strain / 2 * first;
    }
  }
}
