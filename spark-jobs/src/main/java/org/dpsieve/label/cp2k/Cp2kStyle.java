package org.dpsieve.label.cp2k;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.config.reading.Block;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.ProgramKeys;
import org.dpsieve.label.ProgramStyle;
import org.dpsieve.label.TaskLabeller;

/** {@code fp_style: cp2k}. */
public final class Cp2kStyle extends ProgramStyle {
  private static final String TEMPLATE = "external_input_path";

  private static final Set<String> CONVERGENCE =
      Set.of(
          "max_scf",
          "outer_scf",
          "mixing",
          "ot",
          "scf_guess",
          "project",
          "project_name",
          "print",
          "print_level",
          "walltime");

  public Cp2kStyle() {
    super("cp2k", List.of("fp_params", "user_fp_params", TEMPLATE), CONVERGENCE);
  }

  @Override
  protected ProgramConfig settings(ProgramKeys given) {
    Block file = given.all().file();
    Optional<String> template = file.text(TEMPLATE);
    if (template.isPresent() && given.given()) {
      file.error(TEMPLATE, "found beside %s; keep one".formatted(given.key()));
    } else if (template.isEmpty()) {
      given.require("CP2K's sections, or external_input_path a whole input");
    }
    return given.config().withTemplate(template.flatMap(text -> given.all().file(TEMPLATE, text)));
  }

  @Override
  protected TaskLabeller labeller(
      List<String> typeMap, TypeElements elements, ProgramConfig config) {
    return Cp2kLabeller.load(typeMap, elements, config);
  }

  @Override
  public Optional<OutputReader> outputs() {
    return Optional.of(new Cp2kReader());
  }
}
