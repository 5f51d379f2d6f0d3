package org.dpsieve.config;

import java.util.OptionalDouble;

/**
 * {@code fp_style: d3}: its {@code fp_params}.
 *
 * @param functional {@code functional}: whose published D3 parameters are used; default {@code pbe}
 * @param damping {@code damping}: {@code zero} (the default) or {@code bj}
 * @param cutoff {@code cutoff}: of pairs, Å; empty for the labeller's default
 * @param cnCutoff {@code cn_cutoff}: of coordination numbers, Å; empty for the labeller's default
 */
public record D3Config(
    String functional, String damping, OptionalDouble cutoff, OptionalDouble cnCutoff) {}
