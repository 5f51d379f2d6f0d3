package org.dpsieve.kernel.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.Dpa4cShape;
import org.dpsieve.model.SolidHarmonics;
import org.dpsieve.model.SwiGlu;

/**
 * The {@link Dpa4c} descriptor of one atom: sums over neighbors, each with its gradient by the
 * three numbers of the neighbor's difference, then the descriptor with its gradient by the sums.
 */
final class Dpa4cAtom implements AtomDescriptor {
  private final Dpa4c model;
  private final Dpa4cShape shape;

  /** sum chi², sum chi^4, then sum phi and sum chi phi B by {@code shape.firstMoment}. */
  private final double[] sums;

  /** What each neighbor adds to the sums, by its difference; {@code null} where it is not seen. */
  private final Dual[][] shares;

  /** D by the sums. */
  private final Dual[] values;

  Dpa4cAtom(Dpa4c model, int type, List<Neighbor> neighbors) {
    this.model = model;
    shape = model.shape();
    sums = new double[2 + shape.moments()];
    shares = new Dual[neighbors.size()][];
    for (int n = 0; n < shares.length; n++) {
      if (!model.isMasked(type, neighbors.get(n).type())) {
        shares[n] = share(type, neighbors.get(n));
        for (int s = 0; s < sums.length; s++) {
          sums[s] += shares[n][s].value();
        }
      }
    }
    values = descriptor(type);
  }

  private Dual[] share(int type, Neighbor neighbor) {
    Dual[] x = new Dual[3];
    for (int a = 0; a < 3; a++) {
      x[a] = Dual.variable(neighbor.difference()[a], 3, a);
    }
    // d = sqrt(r² + shortest²), u = x / d
    Dual d = Dual.dot(x, x, 0, 3).plus(Dpa4c.SHORTEST * Dpa4c.SHORTEST).root();
    Dual[] u = new Dual[3];
    for (int a = 0; a < 3; a++) {
      u[a] = x[a].over(d);
    }
    Dual chi = d.map(model.envelope(d.value()), model.envelopeSlope(d.value()));
    Dual[] phi = amplitudes(type, neighbor.type(), d, chi);
    Dual[] share = new Dual[sums.length];
    share[0] = chi.times(chi); // chi²
    share[1] = share[0].times(share[0]); // chi^4
    System.arraycopy(phi, 0, share, 2, phi.length); // phi
    for (int l = 1; l <= shape.lmax(); l++) {
      List<List<SolidHarmonics.Term>> harmonics = SolidHarmonics.of(l);
      int channels = shape.channels(l);
      for (int m = 0; m < harmonics.size(); m++) {
        Dual weight = chi.times(polynomial(harmonics.get(m), u)); // chi phi B_lm(u)
        for (int c = 0; c < channels; c++) {
          share[2 + shape.firstMoment(l) + m * channels + c] = weight.times(phi[c]);
        }
      }
    }
    return share;
  }

  /** phi_c = chi (gamma_c g_c(d) + beta_c + sum over k of U_ck q_k(d)). */
  private Dual[] amplitudes(int type, int other, Dual d, Dual chi) {
    Dpa4c.Pair pair = model.pair(type, other);
    double[] value = model.radial(d.value());
    double[] slope = model.radialSlope(d.value());
    int channels = shape.channels();
    int modes = model.modeCount();
    Dual[] phi = new Dual[channels];
    for (int c = 0; c < channels; c++) {
      Dual sum = d.map(value[c], slope[c]).times(pair.scale()[c]).plus(pair.shift()[c]);
      for (int k = 0; k < modes; k++) {
        Dual q = d.map(value[channels + k], slope[channels + k]);
        sum = sum.plus(q.times(pair.mixing()[c * modes + k]));
      }
      phi[c] = chi.times(sum);
    }
    return phi;
  }

  private static Dual polynomial(List<SolidHarmonics.Term> terms, Dual[] u) {
    Dual sum = Dual.constant(0, 3);
    for (SolidHarmonics.Term term : terms) {
      Dual product = Dual.constant(term.factor(), 3);
      for (int a = 0; a < 3; a++) {
        for (int power = 0; power < term.powers()[a]; power++) {
          product = product.times(u[a]);
        }
      }
      sum = sum.plus(product);
    }
    return sum;
  }

  private Dual[] descriptor(int type) {
    Dual[] variables = new Dual[sums.length];
    for (int s = 0; s < variables.length; s++) {
      variables[s] = Dual.variable(sums[s], sums.length, s);
    }
    Dual[] divisors = {
      variables[0].plus(Dpa4c.FLOOR).root(), variables[1].plus(Dpa4c.FLOOR).root()
    };
    // X_l, [degree][component][channel]
    Dual[][][] moments = new Dual[shape.lmax() + 1][][];
    for (int l = 0; l < moments.length; l++) {
      int channels = shape.channels(l);
      moments[l] = new Dual[2 * l + 1][channels];
      for (int m = 0; m < moments[l].length; m++) {
        for (int c = 0; c < channels; c++) {
          Dual sum = variables[2 + shape.firstMoment(l) + m * channels + c];
          moments[l][m][c] = sum.over(divisors[l == 0 ? 0 : 1]);
        }
      }
    }
    List<Dual> all = new ArrayList<>(List.of(moments[0][0]));
    for (int l = 1; l <= 2; l++) { // X + X W
      for (int m = 0; m < moments[l].length; m++) {
        Dual[] added = times(moments[l][m], model.alignment().get(l - 1));
        for (int c = 0; c < added.length; c++) {
          added[c] = added[c].plus(moments[l][m][c]);
        }
        moments[l][m] = added;
      }
    }
    for (int l = 1; l < moments.length; l++) {
      addProducts(moments[l], all);
    }
    Dual[][][] probes = new Dual[moments.length][][];
    for (int l = 1; l < probes.length; l++) {
      SwiGlu.Weights weights = model.probes()[l - 1];
      probes[l] = new Dual[2 * l + 1][];
      for (int m = 0; m < probes[l].length; m++) {
        probes[l][m] = weights == null ? moments[l][m] : times(moments[l][m], weights);
      }
    }
    for (Dpa4cShape.Triple triple : shape.triples()) {
      addTriples(triple, probes, all);
    }
    addQuartic(probes, all);
    all.addAll(List.of(divisors));
    Dual[] calibrated = new Dual[model.size()];
    for (int k = 0; k < all.size(); k++) {
      calibrated[k] = all.get(k).plus(-model.mean()[k]).times(1 / model.deviation()[k]);
    }
    double[] ofType = model.ofType(type);
    for (int k = 0; k < ofType.length; k++) {
      calibrated[all.size() + k] = Dual.constant(ofType[k], sums.length);
    }
    return calibrated;
  }

  private Dual zero() {
    return Dual.constant(0, sums.length);
  }

  private Dual[] times(Dual[] x, SwiGlu.Weights weights) {
    Dual[] y = new Dual[weights.outputs()];
    for (int j = 0; j < y.length; j++) {
      y[j] = zero();
      for (int i = 0; i < x.length; i++) {
        y[j] = y[j].plus(x[i].times(weights.values()[i * y.length + j]));
      }
    }
    return y;
  }

  /** sum over m of X_mc X_mc', c' from c on, times sqrt 2 where they differ. */
  private void addProducts(Dual[][] x, List<Dual> all) {
    for (int c = 0; c < x[0].length; c++) {
      for (int other = c; other < x[0].length; other++) {
        Dual sum = zero();
        for (Dual[] component : x) {
          sum = sum.plus(component[c].times(component[other]));
        }
        all.add(c == other ? sum : sum.times(Math.sqrt(2)));
      }
    }
  }

  /** sum over components of T_mnp P_ma P_nb P_pc, T the coupling of the three degrees. */
  private void addTriples(Dpa4cShape.Triple triple, Dual[][][] probes, List<Dual> all) {
    int[] l = triple.degrees();
    double[][][] coupling = SolidHarmonics.coupling(l[0], l[1], l[2]);
    for (int k = 0; k < triple.scales().length; k++) {
      int[] probe = triple.probes()[k];
      Dual sum = zero();
      for (int m = 0; m < coupling.length; m++) {
        for (int n = 0; n < coupling[m].length; n++) {
          for (int p = 0; p < coupling[m][n].length; p++) {
            if (coupling[m][n][p] != 0) {
              sum =
                  sum.plus(
                      probes[l[0]][m][probe[0]]
                          .times(probes[l[1]][n][probe[1]])
                          .times(probes[l[2]][p][probe[2]])
                          .times(coupling[m][n][p]));
            }
          }
        }
      }
      all.add(sum.times(triple.scales()[k]));
    }
  }

  /** |Q_b v_a|², Q_b the symmetric matrix of a probe of degree 2, v_a a probe of degree 1. */
  private void addQuartic(Dual[][][] probes, List<Dual> all) {
    double[][][] tensors = SolidHarmonics.tensors();
    for (int b = 0; b < shape.probes(2); b++) {
      for (int a = 0; a < shape.probes(1); a++) {
        Dual sum = zero();
        for (int row = 0; row < 3; row++) {
          Dual entry = zero();
          for (int column = 0; column < 3; column++) {
            for (int m = 0; m < 5; m++) {
              if (tensors[m][row][column] != 0) {
                Dual q = probes[2][m][b].times(tensors[m][row][column]);
                entry = entry.plus(q.times(probes[1][column][a]));
              }
            }
          }
          sum = sum.plus(entry.times(entry));
        }
        all.add(sum);
      }
    }
  }

  @Override
  public double[] descriptor() {
    return Arrays.stream(values).mapToDouble(Dual::value).toArray();
  }

  @Override
  public double[] directions() {
    return new double[0];
  }

  @Override
  public double[][] gradient(double[] byDescriptor) {
    double[] bySums = new double[sums.length];
    for (int k = 0; k < values.length; k++) {
      for (int s = 0; s < bySums.length; s++) {
        bySums[s] += byDescriptor[k] * values[k].slope()[s];
      }
    }
    double[][] result = new double[shares.length][3];
    for (int n = 0; n < shares.length; n++) {
      for (int s = 0; shares[n] != null && s < bySums.length; s++) {
        for (int a = 0; a < 3; a++) {
          result[n][a] += bySums[s] * shares[n][s].slope()[a];
        }
      }
    }
    return result;
  }
}
