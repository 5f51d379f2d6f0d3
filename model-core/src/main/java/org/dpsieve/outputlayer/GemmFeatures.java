package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeMap;
import org.dpsieve.kernel.Lowering;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.Surroundings;
import org.dpsieve.neighbor.CellList;
import org.dpsieve.neighbor.GeometryException;
import org.dpsieve.neighbor.Neighbors;

/**
 * The fast {@link FeatureKernel}: matrix products over blocks of atoms. A frame's numbers depend on
 * nothing but the frame and the model, so any order of frames gives the same bits.
 */
public final class GemmFeatures implements FeatureKernel {
  private static final int BLOCK = 4; // atoms; their matrices stay in the second-level cache

  private final DeepPotential model;
  private final Surroundings surroundings;
  private final OutputParameters parameters;
  private final CentreFeatures[] centres; // null where the type is not solved for
  private final double[][] vacuum;

  /**
   * @throws UnsupportedModelException when the output layer of such a model cannot be solved for
   */
  public GemmFeatures(DeepPotential original, OutputParameters parameters) {
    requireSolvable(original);
    this.model = Lowering.of(original);
    this.surroundings = original.descriptor().surroundings().get(0);
    this.parameters = parameters;
    this.centres = new CentreFeatures[model.typeCount()];
    this.vacuum = new double[model.typeCount()][];
    for (int type = 0; type < centres.length; type++) {
      if (parameters.includes(type)) {
        centres[type] = new CentreFeatures(model, type);
        if (model.fitting().vacuumSubtracted()[type]) {
          vacuum[type] = centres[type].vacuum();
        }
      }
    }
  }

  /** Refuses by name what has no derivatives of the last hidden layer here. */
  public static void requireSolvable(DeepPotential model) {
    DeepPotential lowered = Lowering.of(model);
    String feature = null;
    if (!(lowered.descriptor() instanceof SeE2A seE2A)) {
      feature = "descriptor " + model.descriptor().kind();
    } else if (seE2A.protection() != 0) {
      feature = "env_protection";
    } else if (seE2A.masked() != null) {
      feature = "exclude_types";
    } else if (lowered.fitting().extraInputs().size() > 0) {
      feature = "numb_fparam or numb_aparam";
    } else if (!model.excludedTypes().isEmpty()) {
      feature = "atom_exclude_types";
    } else if (!Arrays.equals(
        lowered.fitting().vacuumSubtracted(), model.fitting().vacuumSubtracted())) {
      feature = "atom_ener and a type embedding at the fitting net";
    }
    feature = model.additions().kind().orElse(feature);
    if (feature != null) {
      throw new UnsupportedModelException(
          "%s: the output layer of a model with %s cannot be solved for; train it: engine dp"
              .formatted(model.name(), feature));
    }
  }

  @Override
  public FrameFeatures of(Frame frame) {
    int[] types = types(frame, model.typeMap(), model.name());
    Neighbors neighbors = neighbors(frame, types);
    int size = parameters.size();
    int atoms = frame.atomCount();
    double constant = 0;
    for (int type : types) {
      constant += model.fitting().zeroLevel()[type];
    }
    FrameFeatures features =
        new FrameFeatures(
            atoms, constant, new double[size], new double[3 * atoms * size], new double[9 * size]);
    for (int type = 0; type < centres.length; type++) {
      int[] members = new int[atoms];
      int count = 0;
      for (int atom = 0; atom < atoms; atom++) {
        if (types[atom] == type) {
          members[count++] = atom;
        }
      }
      for (int from = 0; from < count; from += BLOCK) {
        int length = Math.min(BLOCK, count - from);
        CentreBlock block = CentreBlock.of(neighbors, members, from, length);
        add(block, type, centres[type].of(block), features);
      }
    }
    return features;
  }

  private Neighbors neighbors(Frame frame, int[] types) {
    try {
      return model
          .neighborRules()
          .atMost(surroundings.total())
          .find(
              new CellList(),
              frame.coord(),
              frame.cell(),
              types,
              surroundings.rcut(),
              surroundings.sel());
    } catch (GeometryException e) {
      throw new GeometryException(
          "Frame %s: %s; leave the frame out".formatted(frame.name(), e.getMessage()));
    }
  }

  /**
   * Each atom's type in a model.
   *
   * @return [nAtoms]
   */
  static int[] types(Frame frame, List<String> typeMap, String modelName) {
    return TypeMap.of(typeMap, "the type map of " + modelName).types(frame);
  }

  private void add(
      CentreBlock block, int type, CentreFeatures.Result result, FrameFeatures features) {
    int size = parameters.size();
    int width = parameters.width(type);
    int offset = parameters.offset(type);
    double[] value = result.value();
    for (int atom = 0; atom < block.count(); atom++) {
      for (int h = 0; h < width; h++) {
        double zero = vacuum[type] == null ? 0 : vacuum[type][h];
        features.energy()[offset + h] += value[atom * width + h] - zero;
      }
      features.energy()[offset + width] += vacuum[type] == null ? 1 : 0;
      for (int pair = block.start()[atom]; pair < block.start()[atom + 1]; pair++) {
        for (int x = 0; x < 3; x++) {
          double[] tangent = result.tangent();
          int from = (3 * pair + x) * width;
          int centre = (3 * block.atoms()[atom] + x) * size + offset;
          int neighbor = (3 * block.neighbor()[pair] + x) * size + offset;
          addScaled(1, tangent, from, features.force(), centre, width);
          addScaled(-1, tangent, from, features.force(), neighbor, width);
          for (int a = 0; a < 3; a++) {
            int component = (3 * x + a) * size + offset;
            double displacement = block.displacement()[3 * pair + a];
            addScaled(-displacement, tangent, from, features.virial(), component, width);
          }
        }
      }
    }
  }

  /** A loop of its own for each target, or the compiler does not vectorise it. */
  private static void addScaled(
      double factor, double[] source, int fromSource, double[] target, int fromTarget, int count) {
    for (int h = 0; h < count; h++) {
      target[fromTarget + h] += factor * source[fromSource + h];
    }
  }

  @Override
  public void close() {
    for (CentreFeatures centre : centres) {
      if (centre != null) {
        centre.close();
      }
    }
  }
}
