package org.dpsieve.label;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dpsieve.config.FpStyle;
import org.dpsieve.error.InputException;
import org.dpsieve.label.vasp.Incar;

/**
 * Settings of a labeller that decide whether and how fast a calculation converges, how it is spread
 * over cores and what it prints: a label that does converge is the same whatever they are. All
 * others belong to the level of theory, and where one is not known here it is taken to.
 */
public final class ConvergenceSettings {
  private static final Set<String> INCAR =
      Set.of(
          "NELM",
          "NELMIN",
          "NELMDL",
          "AMIX",
          "BMIX",
          "AMIX_MAG",
          "BMIX_MAG",
          "AMIN",
          "IMIX",
          "INIMIX",
          "MAXMIX",
          "MIXPRE",
          "WC",
          "TIME",
          "NCORE",
          "NPAR",
          "KPAR",
          "NSIM",
          "LPLANE",
          "LSCALAPACK",
          "LSCALU",
          "LASYNC",
          "LWAVE",
          "LCHARG",
          "LVTOT",
          "LVHAR",
          "LELF",
          "NWRITE",
          "SYSTEM",
          "ISTART",
          "INIWAV");

  /** Ways to the same ground state; others of ALGO calculate something else. */
  private static final Set<String> GROUND_STATE =
      Set.of("NORMAL", "N", "FAST", "F", "VERYFAST", "V", "ALL", "A", "DAMPED", "D");

  private static final Map<FpStyle, Set<String>> KEYS =
      Map.of(
          FpStyle.PWSCF,
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
              "restart_mode"),
          FpStyle.CP2K,
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
              "walltime"),
          FpStyle.ABACUS,
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
              "diago_proc"),
          FpStyle.GAUSSIAN,
          Set.of("nproc"),
          FpStyle.SIESTA,
          Set.of("mixingweight", "numberpulay"));

  private ConvergenceSettings() {}

  /**
   * One input in two.
   *
   * @param level what labels depend on
   * @param convergence the rest; empty where there is none
   */
  public record Parts(SortedMap<String, String> level, SortedMap<String, String> convergence) {
    private Parts() {
      this(new TreeMap<>(), new TreeMap<>());
    }

    private void put(boolean convergence, String key, String value) {
      (convergence ? this.convergence : level).put(key, value);
    }
  }

  /** Of VASP's INCAR. */
  public static Parts incar(Path file) {
    Parts parts = new Parts();
    Incar.parse(file.toString(), text(file))
        .settings()
        .forEach(
            (key, value) ->
                parts.put(
                    INCAR.contains(key)
                        || (key.equals("ALGO")
                            && GROUND_STATE.contains(value.toUpperCase(Locale.ROOT))),
                    key,
                    value));
    return parts;
  }

  /** Of {@code user_fp_params} or {@code fp_params}, by path: {@code electrons.conv_thr}. */
  public static Parts parameters(FpStyle style, ObjectNode parameters) {
    Parts parts = new Parts();
    Set<String> keys = KEYS.getOrDefault(style, Set.of());
    leaves(parameters)
        .forEach(
            (path, value) ->
                parts.put(
                    Arrays.stream(path.toLowerCase(Locale.ROOT).split("\\."))
                        .anyMatch(keys::contains),
                    path,
                    value));
    return parts;
  }

  /** What a JSON object holds, by path. */
  public static SortedMap<String, String> leaves(ObjectNode object) {
    SortedMap<String, String> leaves = new TreeMap<>();
    object
        .properties()
        .forEach(
            field -> {
              JsonNode value = field.getValue();
              if (value instanceof ObjectNode inner && !inner.isEmpty()) {
                leaves(inner)
                    .forEach((path, leaf) -> leaves.put(field.getKey() + "." + path, leaf));
              } else {
                leaves.put(field.getKey(), value.isTextual() ? value.asText() : value.toString());
              }
            });
    return leaves;
  }

  /** Of an input file with a setting on each line: ABACUS' INPUT, CP2K's input. */
  public static Parts lines(FpStyle style, Path file) {
    Parts parts = new Parts();
    Set<String> keys = KEYS.getOrDefault(style, Set.of());
    int number = 0;
    for (String line : (Iterable<String>) text(file).lines()::iterator) {
      String setting = line.replaceFirst("(#|!|//).*", "").strip().replaceAll("\\s+", " ");
      if (!setting.isEmpty()) {
        String key = setting.split(" ")[0].toLowerCase(Locale.ROOT);
        boolean convergence = keys.contains(key);
        parts.put(convergence, convergence ? key : "line %05d".formatted(++number), setting);
      }
    }
    return parts;
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new InputException("%s: cannot be read (%s)".formatted(file, e), e);
    }
  }
}
