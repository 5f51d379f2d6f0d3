package org.dpsieve.kernel.reference;

import java.util.Arrays;
import org.dpsieve.model.Network;

/**
 * A number with its derivatives by all that it depends on: forward differentiation, so that a
 * formula written once has its exact gradient.
 *
 * @param slope [variables]
 */
record Dual(double value, double[] slope) {
  static Dual constant(double value, int variables) {
    return new Dual(value, new double[variables]);
  }

  static Dual variable(double value, int variables, int index) {
    double[] slope = new double[variables];
    slope[index] = 1;
    return new Dual(value, slope);
  }

  Dual plus(Dual other) {
    return combined(value + other.value, 1, other, 1);
  }

  Dual plus(double constant) {
    return new Dual(value + constant, slope);
  }

  Dual minus(Dual other) {
    return combined(value - other.value, 1, other, -1);
  }

  Dual times(Dual other) {
    return combined(value * other.value, other.value, other, value);
  }

  Dual times(double factor) {
    return map(value * factor, factor);
  }

  Dual over(Dual other) {
    double quotient = value / other.value;
    return combined(quotient, 1 / other.value, other, -quotient / other.value);
  }

  Dual root() {
    double root = Math.sqrt(value);
    return map(root, 0.5 / root);
  }

  Dual exp() {
    double exp = Math.exp(value);
    return map(exp, exp);
  }

  /** A function of this number, given its value and derivative here. */
  Dual map(double newValue, double derivative) {
    double[] s = new double[slope.length];
    for (int i = 0; i < s.length; i++) {
      s[i] = derivative * slope[i];
    }
    return new Dual(newValue, s);
  }

  private Dual combined(double newValue, double byThis, Dual other, double byOther) {
    double[] s = new double[slope.length];
    for (int i = 0; i < s.length; i++) {
      s[i] = byThis * slope[i] + byOther * other.slope[i];
    }
    return new Dual(newValue, s);
  }

  /** A net of this number followed by constants. */
  Dual[] through(Network net, double... constants) {
    double[] input = new double[1 + constants.length];
    input[0] = value;
    System.arraycopy(constants, 0, input, 1, constants.length);
    NetworkPass pass = new NetworkPass(net, input);
    double[] derivative = pass.slope(0);
    Dual[] result = new Dual[derivative.length];
    for (int m = 0; m < result.length; m++) {
      result[m] = map(pass.output()[m], derivative[m]);
    }
    return result;
  }

  static Dual dot(Dual[] a, Dual[] b, int from, int to) {
    Dual sum = constant(0, a[0].slope.length);
    for (int k = from; k < to; k++) {
      sum = sum.plus(a[k].times(b[k]));
    }
    return sum;
  }

  static Dual[] zeros(int count, int variables) {
    Dual[] zeros = new Dual[count];
    Arrays.fill(zeros, constant(0, variables));
    return zeros;
  }
}
