package org.dpsieve.outputlayer;

import java.util.Locale;

/** What a frame's label has, each with a prefactor of its own in the loss. */
public enum LabelKind {
  ENERGY,
  FORCE,
  VIRIAL;

  /** As in {@code energy.npy}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  double prefactor(LossPrefactors prefactors) {
    return switch (this) {
      case ENERGY -> prefactors.energy();
      case FORCE -> prefactors.force();
      case VIRIAL -> prefactors.virial();
    };
  }
}
