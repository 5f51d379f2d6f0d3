package org.dpsieve.spark.transfer;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.infer.Reading;
import org.dpsieve.label.EnergyShifts;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.frames.FrameRows;

/**
 * How labels differ from what a model says, as far as that is an energy of each atom by its
 * element: what {@code dp change-bias} adds to a model.
 *
 * @param shifts labels less model
 * @param before root mean square of the differences, eV per atom
 */
public record ModelShifts(EnergyShifts shifts, double before) {
  private static final int BATCH = 64; // frames

  /** The energies of atoms are another level's where they leave less than this of differences. */
  private static final double PART = 0.5;

  /** One frame: what each model's energy is off, eV. */
  private record Differences(FoldedFrames.Place place, Map<String, Integer> atoms, double[] of)
      implements Serializable {}

  /**
   * Of several models of one type map; the same bits whatever the partitions.
   *
   * @param labelled rows of the frames dataset
   * @return in the models' order; empty where no more frames than types have an energy
   */
  public static List<Optional<ModelShifts>> of(
      SparkSession spark, Dataset<Row> labelled, List<DeepPotential> models) {
    List<Differences> all;
    try (EnsembleHandle ensemble = EnsembleHandle.of(spark, models)) {
      all =
          new ArrayList<>(
              FoldedFrames.of(spark, labelled)
                  .rows()
                  .mapPartitions(rows -> differences(rows, ensemble))
                  .collect());
    }
    all.sort(Comparator.comparing(Differences::place));
    List<Optional<ModelShifts>> found = new ArrayList<>();
    for (int m = 0; m < models.size(); m++) {
      found.add(of(all, m));
    }
    return found;
  }

  private static Optional<ModelShifts> of(List<Differences> all, int model) {
    List<EnergyShifts.Pair> pairs = new ArrayList<>();
    double squares = 0;
    for (Differences frame : all) {
      double off = frame.of[model];
      if (Double.isFinite(off)) {
        double n = frame.atoms.values().stream().mapToInt(Integer::intValue).sum();
        squares += off / n * (off / n);
        pairs.add(new EnergyShifts.Pair(frame.atoms, off));
      }
    }
    double before = Math.sqrt(squares / pairs.size());
    return EnergyShifts.of(pairs).map(shifts -> new ModelShifts(shifts, before));
  }

  private static Iterator<Differences> differences(
      Iterator<scala.Tuple2<FoldedFrames.Place, Row>> rows, EnsembleHandle ensemble) {
    List<Differences> result = new ArrayList<>();
    OutputLayerReader reader = ensemble.reader(); // stays for other tasks
    while (rows.hasNext()) {
      List<Frame> frames = new ArrayList<>();
      List<FoldedFrames.Place> places = new ArrayList<>();
      while (rows.hasNext() && frames.size() < BATCH) {
        scala.Tuple2<FoldedFrames.Place, Row> row = rows.next();
        Frame frame = FrameRows.toFrame(row._2());
        if (frame.labels().energy() != null) {
          places.add(row._1());
          frames.add(frame);
        }
      }
      List<Reading[]> readings = reader.read(frames, null);
      for (int k = 0; k < frames.size(); k++) {
        Frame frame = frames.get(k);
        double[] off = new double[readings.get(k).length];
        for (int m = 0; m < off.length; m++) {
          off[m] = frame.labels().energy() - readings.get(k)[m].prediction().energy();
        }
        result.add(new Differences(places.get(k), Formula.counts(frame.z(), frame.names()), off));
      }
    }
    return result.iterator();
  }

  /** Whether the level of theory moves the energies of atoms, and not much else. */
  public boolean matter() {
    long free = shifts.frames() - shifts.perAtom().size();
    double left = shifts.left() * Math.sqrt(shifts.frames() / (double) free);
    return left < PART * before;
  }

  /** The model with these energies added. */
  public DeepPotential added(DeepPotential model) {
    boolean[] present = new boolean[model.typeCount()];
    for (int type = 0; type < present.length; type++) {
      present[type] = shifts.perAtom().containsKey(model.typeMap().get(type));
    }
    OutputParameters places = OutputParameters.of(model, present);
    double[] numbers = places.read(model);
    for (int type = 0; type < present.length; type++) {
      if (places.includes(type)) {
        numbers[places.bias(type)] += shifts.perAtom().get(model.typeMap().get(type));
      }
    }
    return places.write(model, numbers);
  }
}
