package org.dpsieve.label.gaussian;

import java.util.Arrays;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.ElementData;

/**
 * The molecules of a frame without periodicity: atoms are bonded when nearer than their covalent
 * radii and 0.45 Å, as Open Babel's {@code ConnectTheDots} begins, and each molecule's least spin,
 * as dpgen 0.14 {@code generator/lib/gaussian.py: detect_multiplicity}: 1 or 2 by its electrons, 3
 * for O2.
 */
final class Fragments {
  private static final double SLACK = 0.45;
  private static final int OXYGEN = 8;

  private final int[] fragment;
  private final int[] multiplicity;

  private Fragments(int[] fragment, int[] multiplicity) {
    this.fragment = fragment;
    this.multiplicity = multiplicity;
  }

  static Fragments of(Frame frame) {
    int atoms = frame.atomCount();
    int[] fragment = new int[atoms];
    Arrays.fill(fragment, -1);
    int count = 0;
    for (int first = 0; first < atoms; first++) {
      if (fragment[first] < 0) {
        grow(frame, first, count++, fragment);
      }
    }
    int[] electrons = new int[count];
    int[] sizes = new int[count];
    int[] oxygens = new int[count];
    for (int atom = 0; atom < atoms; atom++) {
      electrons[fragment[atom]] += frame.z()[atom];
      sizes[fragment[atom]]++;
      oxygens[fragment[atom]] += frame.z()[atom] == OXYGEN ? 1 : 0;
    }
    int[] multiplicity = new int[count];
    for (int i = 0; i < count; i++) {
      multiplicity[i] = sizes[i] == 2 && oxygens[i] == 2 ? 3 : electrons[i] % 2 + 1;
    }
    return new Fragments(fragment, multiplicity);
  }

  private static void grow(Frame frame, int atom, int number, int[] fragment) {
    int[] reached = new int[frame.atomCount()];
    int size = 0;
    reached[size++] = atom;
    fragment[atom] = number;
    for (int next = 0; next < size; next++) {
      for (int other = 0; other < frame.atomCount(); other++) {
        if (fragment[other] < 0 && bonded(frame, reached[next], other)) {
          fragment[other] = number;
          reached[size++] = other;
        }
      }
    }
  }

  private static boolean bonded(Frame frame, int i, int j) {
    double reach =
        ElementData.covalentRadius(frame.z()[i]) + ElementData.covalentRadius(frame.z()[j]) + SLACK;
    double squared = 0;
    for (int k = 0; k < 3; k++) {
      double d = frame.coord()[3 * i + k] - frame.coord()[3 * j + k];
      squared += d * d;
    }
    return squared < reach * reach;
  }

  int count() {
    return multiplicity.length;
  }

  /** The molecule of an atom of the frame, from 0. */
  int of(int atom) {
    return fragment[atom];
  }

  int multiplicity(int molecule) {
    return multiplicity[molecule];
  }

  /** Of all molecules together when every unpaired electron is parallel. */
  int highSpin() {
    return Arrays.stream(multiplicity).sum() - multiplicity.length + 1;
  }

  /** Of all molecules together when radicals pair; each O2 keeps its two. */
  int lowSpin() {
    int radicals = (int) Arrays.stream(multiplicity).filter(m -> m == 2).count();
    int oxygens = (int) Arrays.stream(multiplicity).filter(m -> m == 3).count();
    return 1 + radicals % 2 + 2 * oxygens;
  }
}
