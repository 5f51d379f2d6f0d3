package org.dpsieve.label.siesta;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.config.reading.Block;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.KindLabels;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.ProgramKeys;
import org.dpsieve.label.ProgramStyle;
import org.dpsieve.label.TaskLabeller;

/** {@code fp_style: siesta}. */
public final class SiestaStyle extends ProgramStyle {
  private static final Set<String> CONVERGENCE = Set.of("mixingweight", "numberpulay");

  public SiestaStyle() {
    super(
        "siesta", List.of("fp_pp_path", "fp_pp_files", "fp_params", "user_fp_params"), CONVERGENCE);
  }

  @Override
  protected ProgramConfig settings(ProgramKeys given) {
    given.require("{\"ecut\", \"ediff\", \"kspacing\", \"mixingWeight\", \"NumberPulay\"}");
    given.block().ifPresent(SiestaStyle::check);
    return given.config(given.potentials());
  }

  private static void check(Block block) {
    for (String key : List.of("ecut", "ediff", "kspacing", "mixingWeight", "NumberPulay")) {
      ProgramKeys.number(block, key);
    }
    block.finish();
  }

  @Override
  protected TaskLabeller labeller(
      List<String> typeMap, TypeElements elements, ProgramConfig config) {
    return KindLabels.of(typeMap, elements, map -> SiestaLabeller.load(map, config));
  }

  @Override
  public Optional<OutputReader> outputs() {
    return Optional.of(new SiestaReader());
  }
}
