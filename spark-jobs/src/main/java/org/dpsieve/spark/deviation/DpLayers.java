package org.dpsieve.spark.deviation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.LayerReader;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Foreign;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels.Known;

/**
 * Reads models that DeePMD-kit evaluates: one evaluation for each output layer. Energies of atoms
 * and derivatives by the output layer are not told. Not for two threads at once.
 */
final class DpLayers implements LayerReader {
  private final List<DeepPotential> models;

  /** Of frames that were read last. */
  private final Map<Frame, String> problems = new IdentityHashMap<>();

  DpLayers(List<DeepPotential> models) {
    this.models = List.copyOf(models);
  }

  @Override
  public List<Reading[]> read(List<Frame> frames, double[][][][] layers) {
    problems.clear();
    List<Reading[]> readings = new ArrayList<>();
    frames.forEach(frame -> readings.add(new Reading[models.size()]));
    SortedMap<Integer, List<Integer>> places = new TreeMap<>();
    DpBodies all = body(models.get(0)).all();
    for (int m = 0; m < models.size(); m++) {
      places.computeIfAbsent(body(models.get(m)).place(), key -> new ArrayList<>()).add(m);
    }
    places.forEach((place, siblings) -> read(all, place, siblings, frames, layers, readings));
    return readings;
  }

  private static DpBodies.Body body(DeepPotential model) {
    return (DpBodies.Body) ((Foreign) model.descriptor()).evaluator();
  }

  /** Models that differ in their output layers alone. */
  private void read(
      DpBodies all,
      int place,
      List<Integer> siblings,
      List<Frame> frames,
      double[][][][] layers,
      List<Reading[]> readings) {
    List<double[]> asked = new ArrayList<>();
    DeepPotential first = models.get(siblings.get(0));
    asked.add(new double[numbers(first, new double[first.typeCount()][]).length]);
    for (int m : siblings) {
      asked.add(own(models.get(m)));
      for (int k = 0; layers != null && k < layers[m].length; k++) {
        asked.add(numbers(models.get(m), layers[m][k]));
      }
    }
    Question question = Question.layers(place, asked.toArray(double[][]::new));
    List<Known> known = all.ask(frames, question);
    for (int f = 0; f < known.size(); f++) {
      Known one = known.get(f);
      if (one.parts() == null) {
        problems.put(frames.get(f), one.problem());
      }
      int atoms = frames.get(f).atomCount();
      int at = 1;
      for (int m : siblings) {
        Prediction prediction = prediction(one, at++, atoms);
        Reading.Other[] others =
            layers == null || one.parts() == null ? null : new Reading.Other[layers[m].length];
        for (int k = 0; others != null && k < others.length; k++) {
          others[k] = change(prediction(one, 0, atoms), prediction(one, at, atoms));
          at++;
        }
        readings.get(f)[m] = new Reading(prediction, null, others);
      }
    }
  }

  private static Reading.Other change(Prediction without, Prediction with) {
    return new Reading.Other(
        with.energy() - without.energy(),
        difference(with.force(), without.force()),
        difference(with.virial(), without.virial()));
  }

  private static double[] difference(double[] a, double[] b) {
    double[] difference = a.clone();
    Arrays.setAll(difference, k -> a[k] - b[k]);
    return difference;
  }

  private static Prediction prediction(Known known, int layer, int atoms) {
    return known.parts() == null
        ? new Prediction(Double.NaN, nothing(3 * atoms), nothing(9), nothing(atoms))
        : new Prediction(
            known.parts()[0][layer],
            part(known.parts()[1], layer, 3 * atoms),
            part(known.parts()[2], layer, 9),
            nothing(atoms));
  }

  private static double[] part(double[] all, int layer, int length) {
    return Arrays.copyOfRange(all, layer * length, (layer + 1) * length);
  }

  private static double[] nothing(int length) {
    double[] nothing = new double[length];
    Arrays.fill(nothing, Double.NaN);
    return nothing;
  }

  private static double[] own(DeepPotential model) {
    Network[] networks = model.fitting().networks();
    double[][] byType = new double[networks.length][];
    for (int type = 0; type < byType.length; type++) {
      Layer last = networks[type].outputLayer();
      byType[type] = Arrays.copyOf(last.weight(), last.inputs() + 1);
      byType[type][last.inputs()] = last.bias()[0];
    }
    return numbers(model, byType);
  }

  /**
   * As the program has them: weights of its nets, which may be one for all types, then energies by
   * type.
   *
   * @param layer [types][weights, then the energy]; types that share weights have the same, or
   *     zeros
   */
  private static double[] numbers(DeepPotential model, double[][] layer) {
    Map<double[], double[]> byWeight = new IdentityHashMap<>();
    List<double[]> order = new ArrayList<>();
    Network[] networks = model.fitting().networks();
    for (int type = 0; type < networks.length; type++) {
      double[] key = networks[type].outputLayer().weight();
      double[] known = byWeight.get(key);
      if (known == null) {
        known = new double[key.length];
        byWeight.put(key, known);
        order.add(known);
      }
      for (int h = 0; layer[type] != null && h < key.length; h++) {
        known[h] = layer[type][h] == 0 ? known[h] : layer[type][h];
      }
    }
    int width = order.get(0).length;
    double[] numbers = new double[order.size() * width + networks.length];
    for (int net = 0; net < order.size(); net++) {
      System.arraycopy(order.get(net), 0, numbers, net * width, width);
    }
    for (int type = 0; type < networks.length; type++) {
      numbers[order.size() * width + type] = layer[type] == null ? 0 : layer[type][width];
    }
    return numbers;
  }

  @Override
  public Optional<String> problem(Frame frame) {
    return Optional.ofNullable(problems.get(frame));
  }

  /** The processes stay for whoever asks next. */
  @Override
  public void close() {}
}
