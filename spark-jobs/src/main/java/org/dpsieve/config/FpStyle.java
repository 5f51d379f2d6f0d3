package org.dpsieve.config;

import java.util.List;
import java.util.Locale;

/** {@code fp_style}: what gives a frame its new label, and the keys that belong to it. */
public enum FpStyle {
  /** Nothing: the pool is labelled. */
  NONE,
  /** DFT-D3 added to the stored label, in this process. */
  D3("fp_params"),
  /** Task folders for VASP. */
  VASP("fp_pp_path", "fp_pp_files", "fp_incar", "fp_aniso_kspacing", "cvasp"),
  /** Quantum ESPRESSO's {@code pw.x}. */
  PWSCF("fp_pp_path", "fp_pp_files", "fp_params", "user_fp_params"),
  CP2K("fp_params", "user_fp_params", "external_input_path"),
  ABACUS(
      "fp_pp_path",
      "fp_pp_files",
      "fp_orb_files",
      "fp_incar",
      "fp_kpt_file",
      "fp_dpks_descriptor",
      "user_fp_params",
      "k_points"),
  GAUSSIAN("fp_params", "user_fp_params"),
  SIESTA("fp_pp_path", "fp_pp_files", "fp_params", "user_fp_params"),
  /** Any program whose formats dpdata knows. */
  CUSTOM("fp_params");

  private final List<String> keys;

  FpStyle(String... keys) {
    this.keys = List.of(keys);
  }

  /** As files spell it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The style that files spell so. */
  public static FpStyle of(String key) {
    return valueOf(key.toUpperCase(Locale.ROOT));
  }

  /** The keys of a parameter file that only some styles have, and this one too. */
  List<String> keys() {
    return keys;
  }

  /** Whether a program labels the frames, in task folders. */
  public boolean runsProgram() {
    return this != NONE && this != D3;
  }
}
