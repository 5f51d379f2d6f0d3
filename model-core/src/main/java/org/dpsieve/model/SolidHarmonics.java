package org.dpsieve.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Real solid harmonics R_lm(x, y, z) in Racah's normalisation, as polynomials: with u and v vectors
 * of length one, the sum over m of R_lm(u) R_lm(v) is the Legendre polynomial P_l(u . v). With A_m
 * + i B_m = (x + i y)^m and
 *
 * <p>Pi_lm = sum over k of (-1)^k 2^-l C(l, k) C(2l - 2k, l) (l - 2k)! / (l - 2k - m)! r^2k z^(l -
 * 2k - m),
 *
 * <p>R_lm is sqrt((2 - [m = 0]) (l - m)! / (l + m)!) Pi_lm times A_m, or B_m for -m (Helgaker et
 * al., Molecular Electronic-Structure Theory, 6.4.2).
 */
public final class SolidHarmonics {
  /** factor x^powers[0] y^powers[1] z^powers[2]. */
  public record Term(double factor, int[] powers) {}

  private SolidHarmonics() {}

  /** The 2 l + 1 polynomials of a degree, m from -l to l; of degree one x, y, z. */
  public static List<List<Term>> of(int degree) {
    List<List<Term>> all = new ArrayList<>();
    for (int m = -degree; m <= degree; m++) {
      all.add(polynomial(degree, m));
    }
    if (degree == 1) { // y, z, x, and the sign of couplings hangs on the order
      Collections.rotate(all, 1);
    }
    return all;
  }

  private static List<Term> polynomial(int l, int order) {
    int m = Math.abs(order);
    Map<String, Term> terms = new TreeMap<>();
    for (int k = 0; 2 * k <= l - m; k++) {
      // dyadic, so exact
      double ofZ =
          (k % 2 == 0 ? 1 : -1)
              * binomial(l, k)
              * binomial(2 * l - 2 * k, l)
              * factorial(l - 2 * k)
              / factorial(l - 2 * k - m)
              / (1 << l);
      for (int p = 0; p <= m; p++) {
        double inPlane = binomial(m, p) * quarterTurns(m - p, order < 0);
        for (int a = 0; a <= k; a++) {
          for (int b = 0; a + b <= k; b++) {
            double ofSquare = binomial(k, a) * binomial(k - a, b);
            add(
                terms,
                ofZ * inPlane * ofSquare,
                p + 2 * a,
                m - p + 2 * b,
                l - 2 * k - m + 2 * (k - a - b));
          }
        }
      }
    }
    double norm = Math.sqrt((m == 0 ? 1 : 2) * factorial(l - m) / factorial(l + m));
    return terms.values().stream()
        .filter(term -> term.factor() != 0)
        .map(term -> new Term(norm * term.factor(), term.powers()))
        .toList();
  }

  /** The real part of i^n, or the imaginary one. */
  private static int quarterTurns(int n, boolean imaginary) {
    int turn = (imaginary ? n + 3 : n) % 4;
    return turn % 2 == 1 ? 0 : 1 - turn;
  }

  private static void add(Map<String, Term> terms, double factor, int x, int y, int z) {
    String key = x + " " + y + " " + z;
    double before = terms.containsKey(key) ? terms.get(key).factor() : 0;
    terms.put(key, new Term(before + factor, new int[] {x, y, z}));
  }

  private static double factorial(int n) {
    double product = 1;
    for (int k = 2; k <= n; k++) {
      product *= k;
    }
    return product;
  }

  private static double binomial(int n, int k) {
    return factorial(n) / factorial(k) / factorial(n - k);
  }

  /**
   * The mean over directions of R_am R_bn R_cp, scaled to a tensor of length one whose first entry
   * that is not zero is positive.
   *
   * @return [2 a + 1][2 b + 1][2 c + 1]
   */
  public static double[][][] coupling(int a, int b, int c) {
    double[][][] tensor = new double[2 * a + 1][2 * b + 1][2 * c + 1];
    List<List<Term>> ofA = of(a);
    List<List<Term>> ofB = of(b);
    List<List<Term>> ofC = of(c);
    double square = 0;
    double first = 0;
    for (int i = 0; i < tensor.length; i++) {
      for (int j = 0; j < tensor[i].length; j++) {
        for (int k = 0; k < tensor[i][j].length; k++) {
          double mean = mean(ofA.get(i), ofB.get(j), ofC.get(k));
          double value = Math.abs(mean) < 1e-14 ? 0 : mean;
          tensor[i][j][k] = value;
          square += value * value;
          first = first == 0 ? value : first;
        }
      }
    }
    double scale = Math.signum(first) / Math.sqrt(square);
    for (double[][] plane : tensor) {
      for (double[] row : plane) {
        for (int k = 0; k < row.length; k++) {
          row[k] *= scale;
        }
      }
    }
    return tensor;
  }

  private static double mean(List<Term> first, List<Term> second, List<Term> third) {
    double sum = 0;
    for (Term f : first) {
      for (Term g : second) {
        for (Term h : third) {
          double mean = f.factor() * g.factor() * h.factor();
          int degree = 0;
          for (int d = 0; d < 3; d++) {
            int power = f.powers()[d] + g.powers()[d] + h.powers()[d];
            mean *= power % 2 == 0 ? everySecond(power - 1) : 0;
            degree += power;
          }
          sum += mean / everySecond(degree + 1);
        }
      }
    }
    return sum;
  }

  /** n!! = n (n - 2) (n - 4) ...; 1 for -1. */
  private static double everySecond(int n) {
    double product = 1;
    for (int k = n; k > 1; k -= 2) {
      product *= k;
    }
    return product;
  }

  /**
   * Symmetric matrices E_m without a trace, of which u E_m u = sqrt(2/3) R_2m(u): orthonormal, so
   * that p . q is the product of sum p_m E_m and sum q_m E_m.
   *
   * @return [5][3][3]
   */
  public static double[][][] tensors() {
    double[][][] tensors = new double[5][3][3];
    List<List<Term>> quadratic = of(2);
    for (int m = 0; m < 5; m++) {
      for (Term term : quadratic.get(m)) {
        int[] axes = new int[2];
        int found = 0;
        for (int d = 0; d < 3; d++) {
          for (int n = 0; n < term.powers()[d]; n++) {
            axes[found++] = d;
          }
        }
        double half = Math.sqrt(2.0 / 3) * term.factor() / 2;
        tensors[m][axes[0]][axes[1]] += half;
        tensors[m][axes[1]][axes[0]] += half;
      }
    }
    return tensors;
  }
}
