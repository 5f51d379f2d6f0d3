package org.dpsieve.infer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.Frame;
import org.dpsieve.kernel.Arithmetic;
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.neighbor.GeometryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several models of one type map, evaluated together: neighbors and environment of a frame are made
 * once for all models with the same cutoffs and {@code sel}. A frame's numbers do not depend on the
 * frames evaluated with it, to the last bit.
 *
 * <p>Safe for use by many threads: one core each, no threads of its own.
 */
public final class Ensemble implements OutputLayerReader {
  private static final Logger LOG = LoggerFactory.getLogger(Ensemble.class);

  /**
   * In single precision, frames with a force (eV/Å) or a virial per atom (eV) beyond this are
   * evaluated in double: what pairs contribute is large there, and rounding goes with it.
   */
  private static final double MOST_IN_SINGLE = 100;

  private final List<DeepPotential> models;
  private final EnsembleOptions options;
  private final boolean single;

  /** The same models in double precision, made when first asked for. */
  private Ensemble exact;

  private final List<String> typeMap;
  private final List<Siblings> groups;

  private final ModelViews views;
  private final Queue<EnsembleBatches> idle = new ConcurrentLinkedQueue<>();

  private Ensemble(List<DeepPotential> models, EnsembleOptions options, Arithmetic arithmetic) {
    this.models = List.copyOf(models);
    this.options = options;
    single = arithmetic.precision() == Precision.FLOAT32;
    typeMap = models.get(0).typeMap();
    for (DeepPotential model : models) {
      if (!model.typeMap().equals(typeMap)) {
        throw new InputException(
            "%s has type map %s, but %s has %s: models of one ensemble need the same type map"
                .formatted(models.get(0).name(), typeMap, model.name(), model.typeMap()));
      }
    }
    groups = Siblings.of(models, model -> arithmetic.kernel(model, options.tabulated()));
    views = new ModelViews(models);
    LOG.info(
        "ensemble of {} models, {} environment(s), {}",
        models.size(),
        views.all().size(),
        arithmetic.name());
  }

  /** With the default options. */
  public static Ensemble of(List<DeepPotential> models) {
    return of(models, EnsembleOptions.DEFAULT);
  }

  /**
   * @param models one or more, of one type map
   */
  public static Ensemble of(List<DeepPotential> models, EnsembleOptions options) {
    return of(models, options, Arithmetic.best(options.precision(), new Nd4jGemm()));
  }

  /** By an arithmetic of the caller's choice, for tests that compare them. */
  static Ensemble of(List<DeepPotential> models, EnsembleOptions options, Arithmetic arithmetic) {
    if (models.isEmpty()) {
      throw new InputException("an ensemble of no models; expected one or more model files");
    }
    return new Ensemble(models, options, arithmetic);
  }

  /** Of the nets; {@link Precision#FLOAT64} also where this machine has no better single. */
  public Precision precision() {
    return single ? Precision.FLOAT32 : Precision.FLOAT64;
  }

  public int modelCount() {
    return models.size();
  }

  public List<String> typeMap() {
    return typeMap;
  }

  /**
   * Evaluates every model on every frame.
   *
   * @return [frame][model]. Everything is NaN where the frame's geometry makes no sense (see {@link
   *     org.dpsieve.neighbor.Geometry}); {@link #problem} says why.
   * @throws InputException when an element is not in the type map, or a frame lacks parameters that
   *     a model needs
   */
  public List<Prediction[]> evaluate(List<Frame> frames) {
    List<Prediction[]> results = evaluateOnce(frames);
    if (single) {
      replaceExactly(
          frames,
          results,
          IntStream.range(0, frames.size()).filter(f -> large(results.get(f))).toArray());
    }
    return results;
  }

  /**
   * Puts the numbers of double precision in the place of some frames' numbers; where they are those
   * of double precision already, nothing is done.
   *
   * @param frames as given to {@link #evaluate}
   * @param results as it returned them
   * @param which places in both lists
   */
  public void replaceExactly(List<Frame> frames, List<Prediction[]> results, int... which) {
    if (!single || which.length == 0) {
      return;
    }
    List<Prediction[]> again =
        exact().evaluate(Arrays.stream(which).mapToObj(frames::get).toList());
    for (int i = 0; i < which.length; i++) {
      results.set(which[i], again.get(i));
    }
  }

  private synchronized Ensemble exact() {
    if (exact == null) {
      exact = of(models, new EnsembleOptions(options.tabulated(), Precision.FLOAT64));
    }
    return exact;
  }

  /** Whether a number is beyond {@link #MOST_IN_SINGLE}, or none at all. */
  private static boolean large(Prediction[] predictions) {
    for (Prediction model : predictions) {
      int atoms = model.atomEnergy().length;
      if (beyond(model.force(), MOST_IN_SINGLE) || beyond(model.virial(), MOST_IN_SINGLE * atoms)) {
        return true;
      }
    }
    return false;
  }

  private static boolean beyond(double[] values, double limit) {
    for (double value : values) {
      if (!(Math.abs(value) <= limit)) {
        return true;
      }
    }
    return false;
  }

  private List<Prediction[]> evaluateOnce(List<Frame> frames) {
    List<Prediction[]> results = new ArrayList<>(frames.size());
    for (Reading[] readings : read(frames, null)) {
      results.add(Arrays.stream(readings).map(Reading::prediction).toArray(Prediction[]::new));
    }
    return results;
  }

  @Override
  public List<double[][]> hidden(List<Frame> frames) {
    List<double[][]> hidden = new ArrayList<>(frames.size());
    for (Reading[] readings : read(frames, new double[models.size()][0][][])) {
      hidden.add(readings[0].hidden());
    }
    return hidden;
  }

  /** Costs little for the hidden layer, and half of a model's evaluation for each other layer. */
  @Override
  public List<Reading[]> read(List<Frame> frames, double[][][][] layers) {
    if (layers != null && !groups.stream().allMatch(group -> group.kernel().reads())) {
      throw new IllegalArgumentException(
          "only kernels in double precision of nets with a hidden layer can be read");
    }
    EnsembleBatches batches = idle.poll();
    if (batches == null) {
      batches = new EnsembleBatches(models, groups, views);
    }
    try {
      return batches.evaluate(frames, layers);
    } finally {
      idle.add(batches);
    }
  }

  /**
   * What every model makes of the atoms of every frame before its output layer, in double
   * precision; a third of the cost of energies and forces.
   *
   * @return [frame][model]; {@code null} for a frame whose geometry makes no sense
   * @throws InputException as {@link #evaluate} does
   */
  public List<AtomFeatures[]> features(List<Frame> frames) {
    if (!groups.stream().allMatch(group -> group.kernel().readsAtoms())) {
      throw new UnsupportedModelException(
          "%s: what is before its output layer cannot be read: expected nets with a hidden layer, and no tables beside them"
              .formatted(models.get(0).name()));
    }
    EnsembleBatches batches = idle.poll();
    if (batches == null) {
      batches = new EnsembleBatches(models, groups, views);
    }
    try {
      return batches.features(frames);
    } finally {
      idle.add(batches);
    }
  }

  /**
   * Why a frame has no results: a type that is not in the type map, or its geometry; empty where it
   * has.
   */
  @Override
  public Optional<String> problem(Frame frame) {
    Optional<String> unknown = views.problem(frame);
    if (unknown.isPresent()) {
      return unknown;
    }
    try {
      int[] atoms = views.types(frame);
      views.all().forEach(view -> views.neighbors(view, frame, atoms));
      return Optional.empty();
    } catch (GeometryException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** Lets go of the scratch memory; the ensemble stays usable. */
  @Override
  public void close() {
    idle.clear();
    synchronized (this) {
      exact = null;
    }
  }
}
