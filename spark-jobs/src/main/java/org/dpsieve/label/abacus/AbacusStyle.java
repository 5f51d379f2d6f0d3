package org.dpsieve.label.abacus;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.KindLabels;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.ProgramKeys;
import org.dpsieve.label.ProgramStyle;
import org.dpsieve.label.StyleKeys;
import org.dpsieve.label.TaskLabeller;

/** {@code fp_style: abacus}. */
public final class AbacusStyle extends ProgramStyle {
  private static final String TEMPLATE = "fp_incar";

  private static final Set<String> CONVERGENCE =
      Set.of(
          "scf_nmax",
          "mixing_type",
          "mixing_beta",
          "mixing_ndim",
          "mixing_gg0",
          "ks_solver",
          "pw_diag_nmax",
          "pw_diag_ndim",
          "suffix",
          "kpar",
          "bndpar",
          "diago_proc");

  public AbacusStyle() {
    super(
        "abacus",
        List.of(
            "fp_pp_path",
            "fp_pp_files",
            "fp_orb_files",
            TEMPLATE,
            "fp_kpt_file",
            "fp_dpks_descriptor",
            "user_fp_params",
            "k_points"),
        CONVERGENCE);
  }

  @Override
  protected ProgramConfig settings(ProgramKeys given) {
    StyleKeys keys = given.all();
    Optional<String> template = given.given() ? Optional.empty() : keys.file().text(TEMPLATE);
    if (template.isEmpty()) {
      given.require("the keys of INPUT, or fp_incar an INPUT file");
    }
    ProgramConfig config = given.config(given.potentials());
    return new ProgramConfig(
        config.parametersKey(),
        config.parameters(),
        config.potentials(),
        keys.file().has("fp_orb_files")
            ? keys.elementFiles("fp_orb_files", "orbital files")
            : List.of(),
        template.flatMap(text -> keys.file(TEMPLATE, text)),
        keys.file().text("fp_kpt_file").flatMap(text -> keys.file("fp_kpt_file", text)),
        kPoints(keys.file()),
        descriptor(keys));
  }

  private static Optional<Path> descriptor(StyleKeys keys) {
    Optional<String> name = keys.file().text("fp_dpks_descriptor");
    Optional<String> folder = keys.file().text("fp_pp_path");
    if (name.isEmpty() || folder.isEmpty()) {
      return Optional.empty();
    }
    return keys.file("fp_dpks_descriptor", Paths.within(folder.get(), name.get()));
  }

  private static List<Integer> kPoints(Block file) {
    Optional<List<Double>> numbers = file.numbers("k_points");
    if (numbers.isEmpty()) {
      return List.of();
    }
    boolean whole = numbers.get().stream().allMatch(k -> k == Math.rint(k));
    if (numbers.get().size() != 6 || !whole) {
      file.error("k_points", "found %s, expected six integers".formatted(numbers.get()));
      return List.of();
    }
    return numbers.get().stream().map(Double::intValue).toList();
  }

  @Override
  protected TaskLabeller labeller(
      List<String> typeMap, TypeElements elements, ProgramConfig config) {
    return KindLabels.of(typeMap, elements, map -> AbacusLabeller.load(map, config));
  }

  @Override
  public Optional<OutputReader> outputs() {
    return Optional.of(new AbacusReader());
  }
}
