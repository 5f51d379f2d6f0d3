package org.dpsieve.model;

import java.util.Arrays;
import java.util.List;

/**
 * The descriptor of DPA4C, {@code dpa4c}: moments of an atom's surroundings by degree, and what is
 * invariant of them ({@code deepmd/dpmodel/descriptor/dpa4c.py}). With d = sqrt(r² + SHORTEST²), u
 * the difference over d, chi(d) the {@link #envelope} and B_l the {@link SolidHarmonics}, a
 * neighbor of type b of a centre of type a has the amplitude
 *
 * <p>phi = chi (gamma_ab g(d) + beta_ab + U_ab q(d)),
 *
 * <p>g the radial net and q its second head; the moments are X_0 = sum phi / D_0, X_l = sum chi phi
 * B_l(u) / D_1, D_0 = sqrt(FLOOR + sum chi²), D_1 = sqrt(FLOOR + sum chi^4), of the first {@code
 * shape.channels(l)} channels of phi. The descriptor is X_0; the products of aligned moments over
 * each degree; products of three probes; |Q v|² of probes; D_0 and D_1; the centre's type
 * embedding; each less its mean, over its deviation.
 *
 * @param types the type embedding, [nTypes][channels]
 * @param basis what the radial net takes
 * @param radial g: [basis.size] to [channels]
 * @param modes q: from the last hidden layer of the radial net; {@code null} where there are none
 * @param pairs from the vectors of centre and neighbor to what gamma, beta and U are made of
 * @param alignment of degree 1 and 2: x + x W
 * @param probes by degree from 1 on: x W; {@code null} where the channels are the probes
 * @param mean of the whole descriptor, [invariants + channels]
 * @param deviation of the same
 * @param concatenated whether the centre's type embedding is part of it; so it is in every file
 * @param masked {@code [centre type][neighbor type]}: pairs ({@code exclude_types}) that are not
 *     seen; {@code null} for none
 * @param precision the precision DeePMD-kit evaluates it in
 */
public record Dpa4c(
    Dpa4cShape shape,
    double[][] types,
    RadialBasis basis,
    SwiGlu radial,
    SwiGlu.Weights modes,
    SwiGlu pairs,
    List<SwiGlu.Weights> alignment,
    SwiGlu.Weights[] probes,
    double[] mean,
    double[] deviation,
    boolean concatenated,
    boolean[][] masked,
    Precision precision)
    implements Descriptor {
  /** Added to distances as a square, Å. */
  public static final double SHORTEST = 1e-7;

  /** Added to the sums that moments are divided by the roots of. */
  public static final double FLOOR = 0.25;

  /** All neighbors are seen; this is what DeePMD-kit says instead of a {@code sel}. */
  private static final int SEL = 999_999;

  public Dpa4c {
    alignment = List.copyOf(alignment);
  }

  /**
   * What a pair of types makes of the radial functions.
   *
   * @param scale gamma, [channels]
   * @param shift beta, [channels]
   * @param mixing U, row-major [channels, modes]
   */
  public record Pair(double[] scale, double[] shift, double[] mixing) {}

  /** (s, d, u) = pairs(T_a, T_b): gamma = 1 + tanh s, beta = T_a + T_b + tanh d, U = tanh u. */
  public Pair pair(int centre, int neighbor) {
    int channels = shape.channels();
    double[] both = Arrays.copyOf(types[centre], 2 * channels);
    System.arraycopy(types[neighbor], 0, both, channels, channels);
    double[] out = Arrays.stream(pairs.apply(both)).map(Math::tanh).toArray();
    Pair pair =
        new Pair(
            Arrays.copyOf(out, channels),
            Arrays.copyOfRange(out, channels, 2 * channels),
            Arrays.copyOfRange(out, 2 * channels, out.length));
    for (int c = 0; c < channels; c++) {
      pair.scale()[c] += 1;
      pair.shift()[c] += types[centre][c] + types[neighbor][c];
    }
    return pair;
  }

  /** How many second radial functions there are. */
  public int modeCount() {
    return modes == null ? 0 : modes.outputs();
  }

  /** (g, q) at one distance, [channels + modeCount]. */
  public double[] radial(double d) {
    return heads(radial.hidden(basis.value(d)));
  }

  /** d (g, q) / dd, 1/Å, [channels + modeCount]. */
  public double[] radialSlope(double d) {
    return heads(radial.hiddenSlope(basis.value(d), basis.slope(d)));
  }

  private double[] heads(double[] hidden) {
    double[] g = radial.output(hidden);
    double[] both = Arrays.copyOf(g, g.length + modeCount());
    if (modes != null) {
      System.arraycopy(modes.times(hidden), 0, both, g.length, modeCount());
    }
    return both;
  }

  /** chi = u^4 (1 + 4 x + 10 x² + 20 x³ + 35 x^4), x = d / rcut, u = 1 - x; 0 beyond. */
  public double envelope(double d) {
    double u = Math.min(Math.max((basis.rcut() - d) / basis.rcut(), 0), 1);
    double x = 1 - u;
    return u * u * u * u * (1 + x * (4 + x * (10 + x * (20 + x * 35))));
  }

  /** d envelope / dd = -280 x^4 u³ / rcut, 1/Å. */
  public double envelopeSlope(double d) {
    double u = Math.min(Math.max((basis.rcut() - d) / basis.rcut(), 0), 1);
    double x = 1 - u;
    return -280 * x * x * x * x * u * u * u / basis.rcut();
  }

  @Override
  public List<Surroundings> surroundings() {
    SmoothSwitch none = new SmoothSwitch(basis.rcut(), basis.rcut(), 0);
    return List.of(Surroundings.mixed(none, 0, SEL, types.length));
  }

  @Override
  public int size() {
    return shape.invariants() + (concatenated ? shape.channels() : 0);
  }

  @Override
  public String kind() {
    return "dpa4c";
  }

  /** Without the centre's type embedding. */
  public Dpa4c unconcatenated() {
    return new Dpa4c(
        shape, types, basis, radial, modes, pairs, alignment, probes, mean, deviation, false,
        masked, precision);
  }

  /** Whether neighbors of a type are not seen. */
  public boolean isMasked(int centre, int neighbor) {
    return masked != null && masked[centre][neighbor];
  }

  @Override
  public double[] ofType(int centre) {
    if (!concatenated) {
      return new double[0];
    }
    double[] own = types[centre].clone();
    for (int c = 0; c < own.length; c++) {
      int at = shape.invariants() + c;
      own[c] = (own[c] - mean[at]) / deviation[at];
    }
    return own;
  }
}
