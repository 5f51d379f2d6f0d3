package org.dpsieve.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code fp_style: vasp}.
 *
 * @param potcars {@code fp_pp_path}/{@code fp_pp_files}: one per element of {@code type_map}, in
 *     its order
 * @param incar {@code fp_incar}
 * @param anisoKspacing {@code fp_aniso_kspacing}, 1/Å along each reciprocal vector, [3]; wins over
 *     INCAR's KSPACING
 * @param cvasp whether {@code cvasp.py} is put into each task folder, for a command that runs VASP
 *     through it
 */
public record VaspConfig(
    List<Path> potcars, Path incar, Optional<List<Double>> anisoKspacing, boolean cvasp) {
  public VaspConfig {
    potcars = List.copyOf(potcars);
    anisoKspacing = anisoKspacing.map(List::copyOf);
  }
}
