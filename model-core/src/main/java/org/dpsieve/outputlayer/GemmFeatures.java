package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeMap;
import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.kernel.Gemm;
import org.dpsieve.kernel.Lowering;
import org.dpsieve.kernel.Matrix;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Descriptor;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.Foreign;
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

  /** Centre, and three of the virial's columns. */
  private static final int SUMS = 4;

  private final DeepPotential model;
  private final Surroundings surroundings;
  private final OutputParameters parameters;
  private final CentreFeatures[] centres; // null where the type is not solved for
  private final double[][] vacuum;
  private final Gemm gemm;
  private double[] weights = new double[0];
  private double[] sums = new double[0];

  /**
   * @param original one that it {@link #knows}
   */
  public GemmFeatures(DeepPotential original, OutputParameters parameters) {
    this(original, parameters, BestKernel.DENSE);
  }

  /** By a kernel of the caller's choice. */
  GemmFeatures(DeepPotential original, OutputParameters parameters, DenseKernel kernel) {
    this.gemm = kernel.gemm();
    this.model = Lowering.of(original);
    this.surroundings = original.descriptor().surroundings().get(0);
    this.parameters = parameters;
    this.centres = new CentreFeatures[model.typeCount()];
    this.vacuum = new double[model.typeCount()][];
    for (int type = 0; type < centres.length; type++) {
      if (parameters.includes(type)) {
        centres[type] = new CentreFeatures(model, type, kernel);
        if (model.fitting().vacuumSubtracted()[type]) {
          vacuum[type] = centres[type].vacuum();
        }
      }
    }
  }

  /** Whether it has the derivatives of such a model. */
  static boolean knows(DeepPotential model) {
    if (model.descriptor() instanceof Foreign) {
      return false;
    }
    DeepPotential lowered = Lowering.of(model);
    return hasRows(lowered.descriptor())
        && lowered.fitting().extraInputs().size() == 0
        && model.excludedTypes().isEmpty()
        && model.additions().isEmpty()
        && Arrays.equals(lowered.fitting().vacuumSubtracted(), model.fitting().vacuumSubtracted());
  }

  private static boolean hasRows(Descriptor descriptor) {
    return descriptor instanceof Dpa4c
        || (descriptor instanceof SeE2A seE2A && seE2A.protection() == 0 && seE2A.masked() == null);
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
            atoms,
            FrameFeatures.Constant.of(constant),
            new double[size],
            new double[3 * atoms * size],
            new double[9 * size]);
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
        add(block, type, features);
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

  private void add(CentreBlock block, int type, FrameFeatures features) {
    int width = parameters.width(type);
    int offset = parameters.offset(type);
    double[] value = centres[type].load(block);
    for (int atom = 0; atom < block.count(); atom++) {
      for (int h = 0; h < width; h++) {
        double zero = vacuum[type] == null ? 0 : vacuum[type][h];
        features.energy()[offset + h] += value[atom * width + h] - zero;
      }
      features.energy()[parameters.bias(type)] += vacuum[type] == null ? 1 : 0;
      add(block, atom, centres[type].tangent(atom), offset, width, features);
    }
  }

  /**
   * @param tangent of the atom's neighbors, row-major [neighbors, 3, width]
   */
  private void add(
      CentreBlock block, int atom, Matrix tangent, int offset, int width, FrameFeatures features) {
    int size = parameters.size();
    int from = block.start()[atom];
    int count = block.start()[atom + 1] - from;
    weights = Buffers.atLeast(weights, SUMS * count);
    sums = Buffers.atLeast(sums, SUMS * 3 * width);
    for (int k = 0; k < count; k++) {
      weights[k] = 1;
      for (int x = 0; x < 3; x++) {
        weights[(x + 1) * count + k] = -block.displacement()[3 * (from + k) + x];
        int neighbor = (3 * block.neighbor()[from + k] + x) * size + offset;
        subtract(
            tangent.values(),
            tangent.from() + (3 * k + x) * width,
            features.force(),
            neighbor,
            width);
      }
    }
    gemm.multiply(
        SUMS,
        3 * width,
        count,
        new Matrix(weights, count),
        new Matrix(tangent.values(), tangent.from(), 3 * width),
        new Matrix(sums, 3 * width));
    for (int x = 0; x < 3; x++) {
      int centre = (3 * block.atoms()[atom] + x) * size + offset;
      add(sums, x * width, features.force(), centre, width);
      for (int a = 0; a < 3; a++) {
        int component = (3 * x + a) * size + offset;
        add(sums, (3 * (a + 1) + x) * width, features.virial(), component, width);
      }
    }
  }

  private static void add(double[] source, int from, double[] target, int to, int count) {
    for (int h = 0; h < count; h++) {
      target[to + h] += source[from + h];
    }
  }

  private static void subtract(double[] source, int from, double[] target, int to, int count) {
    for (int h = 0; h < count; h++) {
      target[to + h] -= source[from + h];
    }
  }

  @Override
  public void close() {}
}
