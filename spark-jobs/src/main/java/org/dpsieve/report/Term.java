package org.dpsieve.report;

import java.util.Arrays;
import java.util.Locale;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Prediction;
import org.dpsieve.loop.Facts;
import org.dpsieve.text.Counted;

/** A kind of labels, in the units in which errors are told: per atom where that makes sense. */
public enum Term {
  /** eV per atom. */
  ENERGY("Energy", "eV/atom", "meV/atom", 1000),
  /** eV/Å, components. */
  FORCE("Force", "eV/Å", "eV/Å", 1),
  /** eV per atom, components. */
  VIRIAL("Virial", "eV/atom", "meV/atom", 1000);

  /** As the first word of a title. */
  final String title;

  /** Of labels. */
  final String unit;

  /** Of errors, where they are shown. */
  final String errorUnit;

  /** From the unit of labels to that of errors. */
  final double factor;

  Term(String title, String unit, String errorUnit, double factor) {
    this.title = title;
    this.unit = unit;
    this.errorUnit = errorUnit;
    this.factor = factor;
  }

  /** As part of a file's name. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What is counted. */
  String what() {
    return this == ENERGY ? "energies" : key() + " components";
  }

  /** So many of them. */
  String counted(long values) {
    return this == ENERGY
        ? Counted.of(values, "energy", "energies")
        : Counted.of(values, key() + " component");
  }

  /** {@code null} where the frame has no such label. */
  public double[] label(Frame frame) {
    return switch (this) {
      case ENERGY ->
          frame.labels().energy() == null
              ? null
              : new double[] {frame.labels().energy() / frame.atomCount()};
      case FORCE -> frame.labels().force();
      case VIRIAL -> perAtom(frame.labels().virial(), frame.atomCount());
    };
  }

  double[] said(Frame frame, Prediction prediction) {
    return switch (this) {
      case ENERGY -> new double[] {prediction.energy() / frame.atomCount()};
      case FORCE -> prediction.force();
      case VIRIAL -> perAtom(prediction.virial(), frame.atomCount());
    };
  }

  /**
   * The frame's squared errors summed up, for each model.
   *
   * @return {@code null} where it has no such label
   */
  public double[] squares(Frame frame, Prediction[] models) {
    double[] label = label(frame);
    if (label == null) {
      return null;
    }
    double[] squares = new double[models.length];
    for (int m = 0; m < models.length; m++) {
      double[] said = said(frame, models[m]);
      for (int i = 0; i < label.length; i++) {
        squares[m] += (said[i] - label[i]) * (said[i] - label[i]);
      }
    }
    return squares;
  }

  private static double[] perAtom(double[] values, int atoms) {
    return values == null ? null : Arrays.stream(values).map(value -> value / atoms).toArray();
  }

  double of(Facts.Errors errors) {
    return switch (this) {
      case ENERGY -> errors.energy();
      case FORCE -> errors.force();
      case VIRIAL -> errors.virial();
    };
  }
}
