package org.dpsieve.label.d3;

import java.util.OptionalDouble;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;

/**
 * {@code fp_style: d3}: its {@code fp_params}.
 *
 * @param functional {@code functional}: whose published D3 parameters are used; default {@code pbe}
 * @param damping {@code damping}: {@code zero} (the default) or {@code bj}
 * @param cutoff {@code cutoff}: of pairs, Å; empty for the labeller's default
 * @param threeBody {@code three_body}: whether the term of Axilrod, Teller and Muto is included
 * @param cnCutoff {@code cn_cutoff}: of coordination numbers, Å; empty for the labeller's default
 */
public record D3Config(
    String functional,
    String damping,
    boolean threeBody,
    OptionalDouble cutoff,
    OptionalDouble cnCutoff) {
  /**
   * As the dispersion takes them.
   *
   * @throws org.dpsieve.error.InputException when there are no parameters for the functional
   */
  D3Options options() {
    return new D3Options(
        functional,
        Damping.of(damping),
        cutoff.orElse(D3Options.PAIR_CUTOFF),
        cnCutoff.orElse(D3Options.COORDINATION_CUTOFF),
        threeBody);
  }

  /** What a run is known by. */
  String text() {
    StringBuilder text = new StringBuilder(functional + ", damping " + damping);
    if (threeBody) {
      text.append(", three-body");
    }
    cutoff.ifPresent(length -> text.append(", cutoff ").append(length).append(" Å"));
    cnCutoff.ifPresent(length -> text.append(", cn_cutoff ").append(length).append(" Å"));
    return text.toString();
  }
}
