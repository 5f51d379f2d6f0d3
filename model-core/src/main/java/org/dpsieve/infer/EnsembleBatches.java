package org.dpsieve.infer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.kernel.AtomReadout;
import org.dpsieve.kernel.Environment;
import org.dpsieve.kernel.Readout;
import org.dpsieve.kernel.Workspace;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.View;
import org.dpsieve.neighbor.GeometryException;
import org.dpsieve.neighbor.Neighbors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames through the models of an {@link Ensemble}, some thousand atoms at a time. What one thread
 * works with.
 */
final class EnsembleBatches {
  private static final Logger LOG = LoggerFactory.getLogger(EnsembleBatches.class);

  /** Atoms in a batch, unless one frame has more: enough to fill the fitting nets' blocks. */
  private static final int BATCH_ATOMS = 4096;

  /** Neighbors in a batch, unless one frame has more: 48 bytes each. */
  private static final int BATCH_PAIRS = 1_000_000;

  private final List<DeepPotential> models;
  private final List<Siblings> groups;
  private final ModelViews views;
  private final Workspace workspace = new Workspace();
  private final List<Environment> environments = new ArrayList<>();

  /** By model: what its fitting net takes beside the descriptor, atom after atom. */
  private final double[][] extras;

  /**
   * @param groups of the models
   * @param views of the models
   */
  EnsembleBatches(List<DeepPotential> models, List<Siblings> groups, ModelViews views) {
    this.models = models;
    this.groups = groups;
    this.views = views;
    extras = new double[models.size()][0];
    for (View view : views.all()) {
      environments.add(new Environment(view.surroundings()));
    }
  }

  /** As {@link Ensemble#read}. */
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
        Arrays.fill(result, new Reading(Prediction.notANumber(frame.atomCount()), null, null));
      }
      if (full()) {
        evaluateBatch(batch, layers);
        batch.clear();
      }
    }
    evaluateBatch(batch, layers);
    return results;
  }

  /** As {@link Ensemble#features}. */
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
    return Arrays.stream(views.of(model)).mapToObj(environments::get).toArray(Environment[]::new);
  }

  private void clear() {
    environments.forEach(Environment::clear);
  }

  private boolean full() {
    int pairs = environments.stream().mapToInt(Environment::pairCount).sum();
    return environments.get(0).atomCount() >= BATCH_ATOMS || pairs >= BATCH_PAIRS;
  }

  private boolean add(Frame frame) {
    int[] atoms = views.types(frame);
    List<Neighbors> found = new ArrayList<>();
    double[][] own = new double[models.size()][];
    for (int m = 0; m < own.length; m++) {
      own[m] = models.get(m).fitting().extraInputs().of(frame, models.get(m).name());
    }
    try {
      for (View view : views.all()) {
        found.add(views.neighbors(view, frame, atoms));
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
      Readout readout =
          group.readout(layers, any.atomCount(), any.frameCount(), models.get(0).typeCount());
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
    double[][] hidden = new double[models.get(0).typeCount()][];
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
}
