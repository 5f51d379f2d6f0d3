package org.dpsieve.label;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A style whose labels another program calculates, except VASP: what the {@code fp_} keys give it.
 *
 * @param parametersKey {@code user_fp_params}, {@code fp_params}, or empty where neither is given
 * @param parameters its value; empty where neither is given
 * @param potentials {@code fp_pp_path}/{@code fp_pp_files}: one per element of {@code type_map}, in
 *     its order; empty where the style has none
 * @param orbitals {@code fp_orb_files}, as {@code potentials}
 * @param template {@code external_input_path} or {@code fp_incar}
 * @param kPointsFile {@code fp_kpt_file}
 * @param kPoints {@code k_points}, [6] or empty
 * @param descriptor {@code fp_dpks_descriptor}
 */
public record ProgramConfig(
    String parametersKey,
    ObjectNode parameters,
    List<Path> potentials,
    List<Path> orbitals,
    Optional<Path> template,
    Optional<Path> kPointsFile,
    List<Integer> kPoints,
    Optional<Path> descriptor) {
  public ProgramConfig {
    potentials = List.copyOf(potentials);
    orbitals = List.copyOf(orbitals);
    kPoints = List.copyOf(kPoints);
  }

  /** With parameters and pseudopotentials alone. */
  public static ProgramConfig of(
      String parametersKey, ObjectNode parameters, List<Path> potentials) {
    return new ProgramConfig(
        parametersKey,
        parameters,
        potentials,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  /** The same with a whole input file of the program's in the place of parameters. */
  public ProgramConfig withTemplate(Optional<Path> file) {
    return new ProgramConfig(
        parametersKey, parameters, potentials, orbitals, file, kPointsFile, kPoints, descriptor);
  }

  /** Whether the parameters are the program's own, and not DP-GEN's few. */
  public boolean userParameters() {
    return parametersKey.equals("user_fp_params");
  }
}
