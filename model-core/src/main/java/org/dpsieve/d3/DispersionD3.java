package org.dpsieve.d3;

import static org.dpsieve.d3.ReferenceValues.BOHR;
import static org.dpsieve.d3.ReferenceValues.HARTREE;

import java.util.Arrays;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.neighbor.Geometry;
import org.dpsieve.text.Counted;

/**
 * Grimme's DFT-D3, with the three-body term where it is asked for: energy, force and virial of a
 * frame, to be added to its label. As dftd3 1.7.0 (s-dftd3) within rounding; memory linear in the
 * number of atoms. Thread-safe.
 */
public final class DispersionD3 {
  /** Å³; below that no matter is as dense, and the images within the cutoff are countless. */
  private static final double LEAST_VOLUME_PER_ATOM = 0.01;

  /** 72 bytes each. */
  private static final int MOST_PAIRS_KEPT = 1_000_000;

  /** Bohr; of each side of a triple, as s-dftd3 has it. */
  private static final double THREE_BODY_CUTOFF = 40;

  private final DampingParameters parameters;
  private final double pairCutoff;
  private final double coordinationCutoff;
  private final boolean threeBody;
  private final ReferenceValues values = ReferenceValues.get();

  public DispersionD3(D3Options options) {
    parameters = DampingParameters.of(options.functional(), options.damping());
    pairCutoff = options.pairCutoff() / BOHR;
    coordinationCutoff = options.coordinationCutoff() / BOHR;
    threeBody = options.threeBody();
  }

  /**
   * Dispersion energy (eV), force (eV/Å) and virial (eV, positive under compression) alone.
   *
   * @throws InputException for an element beyond 94, and for what {@link #unfit} says; names the
   *     frame
   */
  public Labels evaluate(Frame frame) {
    requireKnown(frame);
    return new Evaluation(frame).labels();
  }

  /**
   * The frame's own label plus dispersion.
   *
   * @throws InputException as {@link #evaluate}, and as {@link #requireLabel}
   */
  public Labels addTo(Frame frame) {
    requireLabel(frame);
    Labels own = frame.labels();
    Labels dispersion = evaluate(frame);
    return new Labels(
        own.energy() + dispersion.energy(),
        add(own.force(), dispersion.force()),
        own.virial() == null ? null : add(own.virial(), dispersion.virial()));
  }

  /**
   * Refuses a frame without a label to add to: energy and force, finite; a virial may be missing.
   */
  public static void requireLabel(Frame frame) {
    Labels own = frame.labels();
    if (own.energy() == null || own.force() == null) {
      String missing = own.energy() == null ? "energy" : "force";
      throw new InputException(
          "Frame %s: no stored %s; D3 is added to a label at another level of theory, so give its system %s.npy"
              .formatted(frame.name(), missing, missing));
    }
    requireFinite(frame, "energy", new double[] {own.energy()});
    requireFinite(frame, "force", own.force());
    if (own.virial() != null) {
      requireFinite(frame, "virial", own.virial());
    }
  }

  private static double[] add(double[] a, double[] b) {
    double[] sum = new double[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  /** Refuses what {@link #evaluate} cannot compute. */
  public static void requireKnown(Frame frame) {
    for (int z : frame.z()) {
      if (z < 1 || z > ReferenceValues.LAST_ELEMENT) {
        throw new InputException(
            "Frame %s: element %s (%d) has no D3 reference values; known are H (1) to Pu (94)"
                .formatted(
                    frame.name(), z == 0 || z > 118 ? "of that number" : frame.names().name(z), z));
      }
    }
    unfit(frame)
        .ifPresent(
            reason -> {
              throw new InputException("Frame %s: %s".formatted(frame.name(), reason));
            });
  }

  /**
   * Why a frame has no dispersion, wherever its atoms are known: numbers that are none, atoms at
   * one place, a cell that holds nothing.
   */
  public static Optional<String> unfit(Frame frame) {
    double[] c = frame.cell();
    if (c != null && Arrays.stream(c).allMatch(Double::isFinite)) {
      double volume =
          Math.abs(
              c[0] * (c[4] * c[8] - c[5] * c[7])
                  + c[1] * (c[5] * c[6] - c[3] * c[8])
                  + c[2] * (c[3] * c[7] - c[4] * c[6]));
      if (volume < LEAST_VOLUME_PER_ATOM * frame.atomCount()) {
        return Optional.of(
            "the cell has %.3g Å³ for %s; expected at least %s Å³ per atom (rows of box are lattice vectors in Å)"
                .formatted(volume, Counted.of(frame.atomCount(), "atom"), LEAST_VOLUME_PER_ATOM));
      }
    }
    return Geometry.problem(frame.coord(), c);
  }

  private static void requireFinite(Frame frame, String what, double[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      if (!Double.isFinite(numbers[i])) {
        throw new InputException(
            "Frame %s: %s holds %s at position %d, expected finite numbers; leave the frame out of the data"
                .formatted(frame.name(), what, numbers[i], i));
      }
    }
  }

  private static double[] scaled(double[] numbers, double factor) {
    return Arrays.stream(numbers).map(x -> x * factor).toArray();
  }

  /** One frame, in atomic units; elements of the frame are numbered as its types. */
  private final class Evaluation {
    final int atoms;
    final int[] elements;
    final int[] type;
    final double[] coord;
    final double[] cell; // null where there is none
    final LatticeSum images;
    final double[] vector = new double[3];
    double energy;
    final double[] gradient;

    /**
     * What {@link LatticeSum} leaves of each pair's bonds, [pairs, 9], so that they are summed up
     * once; {@code null} where that would be too much to keep.
     */
    final double[] bonds;

    /** dE/dstrain along the axes of {@link LatticeSum}, its six components. */
    final double[] strain = new double[6];

    /** dE/dstrain of the three-body term, row-major [3, 3]. */
    final double[] threeBodyStrain = new double[9];

    Evaluation(Frame frame) {
      atoms = frame.atomCount();
      elements = Arrays.stream(frame.z()).distinct().sorted().toArray();
      type = Arrays.stream(frame.z()).map(z -> Arrays.binarySearch(elements, z)).toArray();
      coord = Arrays.stream(frame.coord()).map(x -> x / BOHR).toArray();
      cell = frame.cell() == null ? null : Arrays.stream(frame.cell()).map(x -> x / BOHR).toArray();
      images = new LatticeSum(cell);
      gradient = new double[3 * atoms];
      long pairs = atoms * (atoms + 1L) / 2;
      bonds = pairs > MOST_PAIRS_KEPT ? null : new double[(int) (9 * pairs)];
    }

    Labels labels() {
      PairFunction[][] counting = functions(this::counting);
      ReferenceWeights[] weights = weights(coordination(counting));
      double[] byCoordination = pairs(functions(this::damped), weights);
      if (threeBody) {
        addThreeBody(weights, byCoordination);
      }
      throughCoordination(counting, byCoordination);
      return new Labels(
          energy * HARTREE,
          scaled(gradient, -HARTREE / BOHR),
          scaled(add(images.toCartesian(strain), threeBodyStrain), -HARTREE));
    }

    PairFunction[][] functions(java.util.function.BiFunction<Integer, Integer, PairFunction> of) {
      PairFunction[][] table = new PairFunction[elements.length][elements.length];
      for (int s = 0; s < elements.length; s++) {
        for (int t = 0; t <= s; t++) {
          table[s][t] = of.apply(elements[s], elements[t]);
          table[t][s] = table[s][t];
        }
      }
      return table;
    }

    PairFunction counting(int z1, int z2) {
      return new CountingFunction(values.covalentRadius(z1) + values.covalentRadius(z2));
    }

    PairFunction damped(int z1, int z2) {
      double c8c6 = 3 * values.r4r2(z1) * values.r4r2(z2);
      return parameters.damping() == Damping.ZERO
          ? new ZeroDamping(parameters, c8c6, values.vdwRadius(z1, z2))
          : new RationalDamping(parameters, c8c6);
    }

    void sum(PairFunction[][] functions, int i, int j, double cutoff) {
      for (int k = 0; k < 3; k++) {
        vector[k] = coord[3 * i + k] - coord[3 * j + k];
      }
      images.sum(functions[type[i]][type[j]], vector, cutoff, i == j);
    }

    double[] coordination(PairFunction[][] counting) {
      double[] coordination = new double[atoms];
      for (int i = 0; i < atoms; i++) {
        for (int j = 0; j <= i; j++) {
          sum(counting, i, j, coordinationCutoff);
          coordination[i] += images.value;
          coordination[j] += images.value;
          keep(i, j);
        }
      }
      return coordination;
    }

    ReferenceWeights[] weights(double[] coordination) {
      ReferenceWeights[] weights = new ReferenceWeights[atoms];
      for (int i = 0; i < atoms; i++) {
        weights[i] = new ReferenceWeights(values.coordination(elements[type[i]]), coordination[i]);
      }
      return weights;
    }

    /** Adds all pairs at fixed C6; returns dE/dCN of each atom. */
    double[] pairs(PairFunction[][] damped, ReferenceWeights[] weights) {
      double[] byCoordination = new double[atoms];
      for (int i = 0; i < atoms; i++) {
        double[][] c6 = contracted(type[i], weights[i].weight);
        double[][] c6Derivative = contracted(type[i], weights[i].derivative);
        for (int j = 0; j <= i; j++) {
          sum(damped, i, j, pairCutoff);
          double pairC6 = dot(c6[type[j]], weights[j].weight);
          energy -= pairC6 * images.value;
          byCoordination[i] -= dot(c6Derivative[type[j]], weights[j].weight) * images.value;
          byCoordination[j] -= dot(c6[type[j]], weights[j].derivative) * images.value;
          addGradient(i, j, -pairC6);
        }
      }
      return byCoordination;
    }

    void addThreeBody(ReferenceWeights[] weights, double[] byCoordination) {
      double[][] c6 = new double[atoms][atoms];
      double[][] slope = new double[atoms][atoms];
      double[][] radius = new double[atoms][atoms];
      for (int i = 0; i < atoms; i++) {
        double[][] own = contracted(type[i], weights[i].weight);
        double[][] derivative = contracted(type[i], weights[i].derivative);
        for (int j = 0; j < atoms; j++) {
          c6[i][j] = dot(own[type[j]], weights[j].weight);
          slope[i][j] = dot(derivative[type[j]], weights[j].weight);
          radius[i][j] = values.vdwRadius(elements[type[i]], elements[type[j]]);
        }
      }
      ThreeBody triples = new ThreeBody(coord, cell, THREE_BODY_CUTOFF, c6, slope, radius);
      energy += triples.energy;
      for (int k = 0; k < gradient.length; k++) {
        gradient[k] += triples.gradient[k];
      }
      for (int i = 0; i < atoms; i++) {
        byCoordination[i] += triples.byCoordination[i];
      }
      System.arraycopy(triples.strain, 0, threeBodyStrain, 0, 9);
    }

    /** Sum over the references of one atom of its weights times C6: [types][references]. */
    double[][] contracted(int ofType, double[] weight) {
      double[][] result = new double[elements.length][];
      for (int t = 0; t < elements.length; t++) {
        double[] c6 = values.c6(elements[ofType], elements[t]);
        int references = c6.length / weight.length;
        result[t] = new double[references];
        for (int p = 0; p < weight.length; p++) {
          for (int q = 0; q < references; q++) {
            result[t][q] += weight[p] * c6[p * references + q];
          }
        }
      }
      return result;
    }

    double dot(double[] a, double[] b) {
      double sum = 0;
      for (int k = 0; k < a.length; k++) {
        sum += a[k] * b[k];
      }
      return sum;
    }

    /** The C6 change with the coordination numbers, and those with every bond. */
    void throughCoordination(PairFunction[][] counting, double[] byCoordination) {
      for (int i = 0; i < atoms; i++) {
        for (int j = 0; j <= i; j++) {
          if (bonds == null) {
            sum(counting, i, j, coordinationCutoff);
          } else {
            System.arraycopy(bonds, kept(i, j), images.gradient, 0, 3);
            System.arraycopy(bonds, kept(i, j) + 3, images.moment, 0, 6);
          }
          addGradient(i, j, byCoordination[i] + byCoordination[j]);
        }
      }
    }

    void keep(int i, int j) {
      if (bonds != null) {
        System.arraycopy(images.gradient, 0, bonds, kept(i, j), 3);
        System.arraycopy(images.moment, 0, bonds, kept(i, j) + 3, 6);
      }
    }

    int kept(int i, int j) {
      return 9 * (i * (i + 1) / 2 + j);
    }

    void addGradient(int i, int j, double scale) {
      for (int k = 0; k < 3; k++) {
        double component = scale * images.toCartesian(images.gradient, k);
        gradient[3 * i + k] += component;
        gradient[3 * j + k] -= component;
      }
      for (int k = 0; k < 6; k++) {
        strain[k] += scale * images.moment[k];
      }
    }
  }
}
