package org.dpsieve.label.espresso;

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

/** {@code fp_style: pwscf}: Quantum ESPRESSO's {@code pw.x}. */
public final class PwscfStyle extends ProgramStyle {
  private static final Set<String> CONVERGENCE =
      Set.of(
          "electron_maxstep",
          "mixing_beta",
          "mixing_mode",
          "mixing_ndim",
          "diagonalization",
          "diago_david_ndim",
          "diago_cg_maxiter",
          "diago_full_acc",
          "startingpot",
          "startingwfc",
          "verbosity",
          "iprint",
          "disk_io",
          "wf_collect",
          "max_seconds",
          "outdir",
          "prefix",
          "title",
          "restart_mode");

  public PwscfStyle() {
    super(
        "pwscf", List.of("fp_pp_path", "fp_pp_files", "fp_params", "user_fp_params"), CONVERGENCE);
  }

  @Override
  protected ProgramConfig settings(ProgramKeys given) {
    given.require("pw.x's namelists and kspacing: {\"control\": {...}, \"system\": {...}, ...}");
    given.few().ifPresent(PwscfStyle::check);
    return given.config(given.potentials());
  }

  /** DP-GEN's few; {@code user_fp_params} are pw.x's own. */
  private static void check(Block block) {
    for (String key : List.of("ecut", "ediff", "sigma", "kspacing")) {
      ProgramKeys.number(block, key);
    }
    if (block.require("smearing", "mp, gauss or fd")) {
      block.text("smearing");
    }
    block.finish();
  }

  @Override
  protected TaskLabeller labeller(
      List<String> typeMap, TypeElements elements, ProgramConfig config) {
    return KindLabels.of(typeMap, elements, map -> PwscfLabeller.load(map, config));
  }

  @Override
  public Optional<OutputReader> outputs() {
    return Optional.of(new PwscfReader());
  }
}
