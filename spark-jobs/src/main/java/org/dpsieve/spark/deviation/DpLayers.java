package org.dpsieve.spark.deviation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Foreign;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels.Known;

/**
 * Reads models that DeePMD-kit evaluates: one evaluation for each output layer, and one without
 * forces for the last hidden layer. Energies of atoms are not told. For many threads at once.
 */
final class DpLayers implements OutputLayerReader {
  private static final int AT_ONCE = 16; // layers

  private final List<DeepPotential> models;

  /** Of frames that a thread read last. */
  private final ThreadLocal<Map<Frame, String>> problems =
      ThreadLocal.withInitial(IdentityHashMap::new);

  DpLayers(List<DeepPotential> models) {
    this.models = List.copyOf(models);
  }

  @Override
  public List<Reading[]> read(List<Frame> frames, double[][][][] layers) {
    problems.get().clear();
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
    if (layers != null) { // what changes are told against
      asked.add(new double[numbers(first, new double[first.typeCount()][]).length]);
    }
    for (int m : siblings) {
      asked.add(own(models.get(m)));
      for (int k = 0; layers != null && k < layers[m].length; k++) {
        asked.add(numbers(models.get(m), layers[m][k]));
      }
    }
    List<Known> known = ask(all, place, frames, asked);
    List<double[][]> hidden = layers == null ? null : hidden(all, place, frames, first);
    for (int f = 0; f < known.size(); f++) {
      Known one = known.get(f);
      if (one.parts() == null) {
        problems.get().put(frames.get(f), one.problem());
      }
      int atoms = frames.get(f).atomCount();
      int at = layers == null ? 0 : 1;
      for (int m : siblings) {
        Prediction prediction = prediction(one, at++, atoms);
        Reading.Other[] others =
            layers == null || one.parts() == null ? null : new Reading.Other[layers[m].length];
        for (int k = 0; others != null && k < others.length; k++) {
          others[k] = change(prediction(one, 0, atoms), prediction(one, at, atoms));
          at++;
        }
        double[][] sums = others == null ? null : hidden.get(f);
        readings.get(f)[m] = new Reading(prediction, sums, others);
      }
    }
  }

  /** Some layers at a time, so that it shows in time when a process hangs. */
  private static List<Known> ask(
      DpBodies all, int place, List<Frame> frames, List<double[]> asked) {
    List<double[][]> parts = new ArrayList<>();
    String[] problems = new String[frames.size()];
    frames.forEach(frame -> parts.add(new double[][] {{}, {}, {}}));
    for (int from = 0; from < asked.size(); from += AT_ONCE) {
      List<double[]> some = asked.subList(from, Math.min(from + AT_ONCE, asked.size()));
      List<Known> answers = all.ask(frames, Question.layers(place, some.toArray(double[][]::new)));
      for (int f = 0; f < answers.size(); f++) {
        double[][] more = answers.get(f).parts();
        if (more == null) {
          problems[f] = answers.get(f).problem();
        } else {
          double[][] known = parts.get(f);
          Arrays.setAll(
              known,
              k -> DoubleStream.concat(Arrays.stream(known[k]), Arrays.stream(more[k])).toArray());
        }
      }
    }
    List<Known> whole = new ArrayList<>();
    for (int f = 0; f < problems.length; f++) {
      whole.add(new Known(problems[f] == null ? parts.get(f) : null, problems[f]));
    }
    return whole;
  }

  @Override
  public List<double[][]> hidden(List<Frame> frames) {
    problems.get().clear();
    DeepPotential model = models.get(0);
    return hidden(body(model).all(), body(model).place(), frames, model);
  }

  private List<double[][]> hidden(
      DpBodies all, int place, List<Frame> frames, DeepPotential model) {
    int width =
        Arrays.stream(model.fitting().networks())
            .mapToInt(network -> network.outputLayer().inputs())
            .max()
            .orElseThrow();
    List<Known> known = all.ask(frames, Question.hidden(place, width));
    List<double[][]> hidden = new ArrayList<>();
    for (int f = 0; f < known.size(); f++) {
      double[][] parts = known.get(f).parts();
      if (parts == null) {
        problems.get().put(frames.get(f), known.get(f).problem());
      }
      hidden.add(parts == null ? null : sums(parts[0], frames.get(f), model));
    }
    return hidden;
  }

  /** Over the atoms of each type, then how many these are, as {@link Reading} has them. */
  private static double[][] sums(double[] atoms, Frame frame, DeepPotential model) {
    int width = atoms.length / frame.atomCount();
    double[][] hidden = new double[model.typeCount()][];
    for (int atom = 0; atom < frame.atomCount(); atom++) {
      int type = model.typeMap().indexOf(frame.names().name(frame.z()[atom]));
      if (hidden[type] == null) {
        hidden[type] = new double[width + 1];
      }
      for (int k = 0; k < width; k++) {
        hidden[type][k] += atoms[atom * width + k];
      }
      hidden[type][width]++;
    }
    return hidden;
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
    return Optional.ofNullable(problems.get().get(frame));
  }

  /** The processes stay for whoever asks next. */
  @Override
  public void close() {}
}
