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
import org.dpsieve.frame.TypeMap;
import org.dpsieve.kernel.Arithmetic;
import org.dpsieve.kernel.AtomReadout;
import org.dpsieve.kernel.Environment;
import org.dpsieve.kernel.Readout;
import org.dpsieve.kernel.Workspace;
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.model.Surroundings;
import org.dpsieve.model.View;
import org.dpsieve.neighbor.CellList;
import org.dpsieve.neighbor.GeometryException;
import org.dpsieve.neighbor.NeighborSearch;
import org.dpsieve.neighbor.Neighbors;
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

  /** Atoms in a batch, unless one frame has more: enough to fill the fitting nets' blocks. */
  private static final int BATCH_ATOMS = 4096;

  /** Neighbors in a batch, unless one frame has more: 48 bytes each. */
  private static final int BATCH_PAIRS = 1_000_000;

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

  /** What the models look at, each once. */
  private final List<View> views = new ArrayList<>();

  /** By model: its places in {@link #views}, in their order. */
  private final List<int[]> seen = new ArrayList<>();

  private final TypeMap types;
  private final NeighborSearch search = new CellList();
  private final Queue<Session> idle = new ConcurrentLinkedQueue<>();

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
    types = TypeMap.of(typeMap, "the models' type map");
    groups = Siblings.of(models, model -> arithmetic.kernel(model, options.tabulated()));
    for (DeepPotential model : models) {
      seen.add(model.views().stream().mapToInt(this::place).toArray());
    }
    LOG.info(
        "ensemble of {} models, {} environment(s), {}",
        models.size(),
        views.size(),
        arithmetic.name());
  }

  private int place(View view) {
    if (!views.contains(view)) {
      views.add(view);
    }
    return views.indexOf(view);
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
    Session session = idle.poll();
    if (session == null) {
      session = new Session();
    }
    try {
      return session.evaluate(frames, layers);
    } finally {
      idle.add(session);
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
    Session session = idle.poll();
    if (session == null) {
      session = new Session();
    }
    try {
      return session.features(frames);
    } finally {
      idle.add(session);
    }
  }

  /**
   * Why a frame's results are NaN, by its geometry; empty where they need not be, or the elements
   * are not the models'.
   */
  @Override
  public Optional<String> problem(Frame frame) {
    try {
      int[] atoms = types.types(frame);
      views.forEach(view -> neighbors(view, frame, atoms));
      return Optional.empty();
    } catch (GeometryException e) {
      return Optional.of(e.getMessage());
    }
  }

  private Neighbors neighbors(View view, Frame frame, int[] atoms) {
    Surroundings surroundings = view.surroundings();
    return view.rules()
        .find(search, frame.coord(), frame.cell(), atoms, surroundings.rcut(), surroundings.sel());
  }

  /** Lets go of the scratch memory; the ensemble stays usable. */
  @Override
  public void close() {
    idle.clear();
    synchronized (this) {
      exact = null;
    }
  }

  /** What one thread works with. */
  private final class Session {
    private final Workspace workspace = new Workspace();
    private final List<Environment> environments = new ArrayList<>();

    /** By model: what its fitting net takes beside the descriptor, atom after atom. */
    private final double[][] extras = new double[models.size()][0];

    Session() {
      for (View view : views) {
        environments.add(new Environment(view.surroundings()));
      }
    }

    List<Reading[]> evaluate(List<Frame> frames, double[][][][] layers) {
      List<Reading[]> results = new ArrayList<>(frames.size());
      List<Reading[]> batch = new ArrayList<>();
      clear();
      for (Frame frame : frames) {
        Reading[] result = new Reading[models.size()];
        results.add(result);
        if (add(frame)) {
          batch.add(result);
        } else {
          Arrays.fill(result, new Reading(notANumber(frame.atomCount()), null, null));
        }
        if (full()) {
          evaluateBatch(batch, layers);
          batch.clear();
        }
      }
      evaluateBatch(batch, layers);
      return results;
    }

    List<AtomFeatures[]> features(List<Frame> frames) {
      List<AtomFeatures[]> results = new ArrayList<>(frames.size());
      List<AtomFeatures[]> batch = new ArrayList<>();
      clear();
      for (Frame frame : frames) {
        AtomFeatures[] result = add(frame) ? new AtomFeatures[models.size()] : null;
        results.add(result);
        if (result != null) {
          batch.add(result);
        }
        if (full()) {
          featuresOfBatch(batch);
          batch.clear();
        }
      }
      featuresOfBatch(batch);
      return results;
    }

    private void featuresOfBatch(List<AtomFeatures[]> results) {
      Environment any = environments.get(0);
      double[] energy = new double[any.atomCount()];
      double[] force = new double[3 * any.atomCount()];
      double[] virial = new double[9 * any.frameCount()];
      for (Siblings group : groups) {
        int first = group.places().get(0);
        AtomReadout readout = new AtomReadout(any.atomCount());
        workspace.readAtoms(readout);
        group.kernel().evaluate(own(first), extras[first], workspace, energy, force, virial);
        workspace.readAtoms(null);
        for (int f = 0; f < results.size(); f++) {
          for (int model : group.places()) {
            results.get(f)[model] = ofFrame(any, f, readout);
          }
        }
      }
      clear();
    }

    private Environment[] own(int model) {
      return Arrays.stream(seen.get(model)).mapToObj(environments::get).toArray(Environment[]::new);
    }

    private void clear() {
      environments.forEach(Environment::clear);
    }

    private boolean full() {
      int pairs = environments.stream().mapToInt(Environment::pairCount).sum();
      return environments.get(0).atomCount() >= BATCH_ATOMS || pairs >= BATCH_PAIRS;
    }

    private boolean add(Frame frame) {
      int[] atoms = types.types(frame);
      List<Neighbors> found = new ArrayList<>();
      double[][] own = new double[models.size()][];
      for (int m = 0; m < own.length; m++) {
        own[m] = models.get(m).fitting().extraInputs().of(frame, models.get(m).name());
      }
      try {
        for (View view : views) {
          found.add(neighbors(view, frame, atoms));
        }
        for (int m = 0; m < own.length; m++) {
          addExtras(m, own[m]);
        }
        for (int v = 0; v < found.size(); v++) {
          environments.get(v).add(atoms, found.get(v));
        }
        return true;
      } catch (GeometryException e) {
        LOG.debug("Frame {}: {}; its results are NaN", frame.name(), e.getMessage());
        return false;
      }
    }

    /** Of a frame that begins at the batch's end. */
    private void addExtras(int model, double[] rows) {
      int used =
          environments.get(0).atomCount() * models.get(model).fitting().extraInputs().variable();
      if (extras[model].length < used + rows.length) {
        extras[model] = Arrays.copyOf(extras[model], 2 * (used + rows.length));
      }
      System.arraycopy(rows, 0, extras[model], used, rows.length);
    }

    private void evaluateBatch(List<Reading[]> results, double[][][][] layers) {
      Environment any = environments.get(0);
      double[] atomEnergy = new double[any.atomCount()];
      double[] force = new double[3 * any.atomCount()];
      double[] virial = new double[9 * any.frameCount()];
      for (Siblings group : groups) {
        int first = group.places().get(0);
        Readout readout = group.readout(layers, any.atomCount(), any.frameCount(), typeMap.size());
        workspace.read(readout);
        group.kernel().evaluate(own(first), extras[first], workspace, atomEnergy, force, virial);
        workspace.read(null);
        for (int sibling = 0; sibling < group.places().size(); sibling++) {
          int model = group.places().get(sibling);
          boolean own = sibling == 0;
          double[] ofAtoms = own ? atomEnergy : readout.atomEnergy(sibling - 1);
          double[] forces = own ? force : readout.force(sibling - 1);
          double[] virials = own ? virial : readout.virial(sibling - 1);
          int asked = layers == null ? 0 : group.firstAsked(sibling, layers);
          for (int f = 0; f < results.size(); f++) {
            Prediction prediction = cut(any, f, ofAtoms, forces, virials);
            results.get(f)[model] =
                layers == null
                    ? new Reading(prediction, null, null)
                    : reading(any, f, prediction, readout, asked, layers[model].length);
          }
        }
      }
      clear();
    }
  }

  private static AtomFeatures ofFrame(Environment environment, int frame, AtomReadout readout) {
    int from = environment.firstAtom(frame);
    int atoms = environment.firstAtom(frame + 1) - from;
    AtomFeatures features =
        new AtomFeatures(new int[atoms], new double[atoms][], new double[atoms][]);
    for (int i = 0; i < atoms; i++) {
      features.types()[i] = environment.type(from + i);
      features.hidden()[i] = readout.hidden(from + i);
      features.equivariant()[i] = readout.equivariant(from + i);
    }
    return features;
  }

  private Reading reading(
      Environment environment,
      int frame,
      Prediction prediction,
      Readout readout,
      int first,
      int count) {
    double[][] hidden = new double[typeMap.size()][];
    for (int type = 0; type < hidden.length; type++) {
      hidden[type] = readout.hidden(frame, type);
    }
    Reading.Other[] others = new Reading.Other[count];
    for (int layer = 0; layer < count; layer++) {
      int place = first + layer;
      Prediction other =
          cut(
              environment,
              frame,
              readout.atomEnergy(place),
              readout.force(place),
              readout.virial(place));
      others[layer] = new Reading.Other(other.energy(), other.force(), other.virial());
    }
    return new Reading(prediction, hidden, others);
  }

  private static Prediction cut(
      Environment environment, int frame, double[] atomEnergy, double[] force, double[] virial) {
    int from = environment.firstAtom(frame);
    int to = environment.firstAtom(frame + 1);
    double energy = 0;
    for (int i = from; i < to; i++) {
      energy += atomEnergy[i];
    }
    return new Prediction(
        energy,
        Arrays.copyOfRange(force, 3 * from, 3 * to),
        Arrays.copyOfRange(virial, 9 * frame, 9 * frame + 9),
        Arrays.copyOfRange(atomEnergy, from, to));
  }

  private static Prediction notANumber(int atoms) {
    double[] force = new double[3 * atoms];
    double[] virial = new double[9];
    double[] atomEnergy = new double[atoms];
    Arrays.fill(force, Double.NaN);
    Arrays.fill(virial, Double.NaN);
    Arrays.fill(atomEnergy, Double.NaN);
    return new Prediction(Double.NaN, force, virial, atomEnergy);
  }
}
