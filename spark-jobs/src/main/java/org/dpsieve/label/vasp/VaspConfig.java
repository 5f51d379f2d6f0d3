package org.dpsieve.label.vasp;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code fp_style: vasp}.
 *
 * @param potcars {@code fp_pp_path}/{@code fp_pp_files}: one per element of {@code type_map}, in
 *     its order
 * @param incars {@code fp_incar}, by {@link CompositionKey}; one file for all is {@link
 *     CompositionKey#DEFAULT}'s
 * @param anisoKspacing {@code fp_aniso_kspacing}, 1/Å along each reciprocal vector, [3]; wins over
 *     INCAR's KSPACING
 * @param cvasp whether {@code cvasp.py} is put into each task folder, for a command that runs VASP
 *     through it
 */
public record VaspConfig(
    List<Path> potcars,
    SortedMap<String, Path> incars,
    Optional<List<Double>> anisoKspacing,
    boolean cvasp) {
  public VaspConfig {
    potcars = List.copyOf(potcars);
    incars = Collections.unmodifiableSortedMap(new TreeMap<>(incars));
    anisoKspacing = anisoKspacing.map(List::copyOf);
  }
}
