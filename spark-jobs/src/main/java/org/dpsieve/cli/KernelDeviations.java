package org.dpsieve.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.error.UnnamedTypesException;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.model.DeepPotential;

/** By our kernels; for many threads at once. */
final class KernelDeviations implements ModelDeviEngine {
  private static final int ATOMS_AT_ONCE = 4096;

  private final ModelOptions options;
  private final Deviation deviation;
  private final boolean realError;

  /** Where types have no names, these stand for them. */
  private final List<String> numbers;

  private final List<DeepPotential> models;

  /** By type map; of models that name their types there is one. */
  private final Map<List<String>, Ensemble> ensembles = new HashMap<>();

  KernelDeviations(ModelOptions options, Deviation deviation, boolean realError) {
    this.options = options;
    this.deviation = deviation;
    this.realError = realError;
    List<DeepPotential> read = new ArrayList<>();
    List<String> names = options.typeMap();
    List<String> standIns = List.of();
    for (var file : options.files()) {
      try {
        read.add(options.read(file, names));
      } catch (UnnamedTypesException e) {
        standIns = numbers(e.types());
        read.add(options.read(file, standIns));
      }
    }
    models = List.copyOf(read);
    numbers = standIns;
    if (numbers.isEmpty()) {
      ensembles.put(List.of(), Ensemble.of(models, options.options()));
    }
  }

  /** Names that no element has, one for each type. */
  static List<String> numbers(int types) {
    return IntStream.range(0, types).mapToObj(type -> "type" + type).toList();
  }

  @Override
  public int atomsAtOnce() {
    return ATOMS_AT_ONCE;
  }

  @Override
  public List<String> typeMap() {
    return models.get(0).typeMap();
  }

  @Override
  public List<String> named() {
    return numbers.isEmpty() ? typeMap() : List.of();
  }

  @Override
  public List<FrameDeviation> evaluate(List<Frame> frames, List<String> typeMap) {
    List<Prediction[]> predictions = ensemble(typeMap).evaluate(frames);
    List<FrameDeviation> deviations = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      Prediction[] models = predictions.get(i);
      deviations.add(
          realError
              ? deviation.ofLabels(models, frames.get(i).labels())
              : deviation.ofModels(models));
    }
    return deviations;
  }

  private Ensemble ensemble(List<String> typeMap) {
    if (numbers.isEmpty()) {
      return ensembles.get(List.of());
    }
    if (typeMap.isEmpty()) {
      throw new UnnamedTypesException(models.get(0).name(), numbers.size());
    }
    synchronized (ensembles) {
      return ensembles.computeIfAbsent(
          typeMap,
          key -> {
            // types beyond the system's, which no frame of it has, keep their stand-ins
            List<String> own = new ArrayList<>(numbers);
            for (int t = 0; t < Math.min(own.size(), key.size()); t++) {
              own.set(t, key.get(t));
            }
            return Ensemble.of(
                models.stream().map(model -> model.named(own)).toList(), options.options());
          });
    }
  }

  @Override
  public Optional<String> problem(Frame frame) {
    synchronized (ensembles) {
      return ensembles.values().iterator().next().problem(frame);
    }
  }

  @Override
  public void close() {
    ensembles.values().forEach(Ensemble::close);
  }
}
