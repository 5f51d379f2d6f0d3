package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.frame.TypeNames;

/** The {@code fp_} keys: what gives a frame its new label. */
final class LabelReader {
  private static final List<String> STYLES =
      Arrays.stream(FpStyle.values()).map(FpStyle::key).toList();

  private static final ObjectNode EMPTY = JsonNodeFactory.instance.objectNode();

  /** Keys of some style of DP-GEN. */
  static final List<String> KEYS =
      List.of(
          "fp_style",
          "fp_pp_path",
          "fp_pp_files",
          "fp_incar",
          "fp_aniso_kspacing",
          "cvasp",
          "fp_skip_bad_box",
          "fp_params",
          "user_fp_params",
          "external_input_path",
          "fp_orb_files",
          "fp_kpt_file",
          "fp_dpks_descriptor",
          "k_points",
          "cluster_cutoff",
          "cluster_cutoff_hard",
          "cluster_minify",
          "fp_task_max",
          "fp_task_min",
          "fp_accurate_threshold",
          "fp_accurate_soft_threshold",
          "ratio_failed");

  private static final List<String> MEASURES =
      List.of("length_ratio", "height_ratio", "wrap_ratio", "tilt_ratio", "min_distance");

  private final Block file;
  private final Paths paths;
  private final List<String> typeMap;
  private final TypeElements elements;
  private final Problems problems;

  LabelReader(
      Block file, Paths paths, List<String> typeMap, TypeElements elements, Problems problems) {
    this.file = file;
    this.paths = paths;
    this.typeMap = typeMap;
    this.elements = elements;
    this.problems = problems;
  }

  LabelConfig read(boolean labeled) {
    FpStyle style = style(labeled);
    Optional<VaspConfig> vasp = Optional.empty();
    Optional<D3Config> d3 = Optional.empty();
    Optional<ProgramConfig> program = Optional.empty();
    if (labeled) {
      if (style != FpStyle.NONE) {
        file.warn("fp_style", "of no effect: labeled is true, so nothing is calculated");
      }
    } else if (style == FpStyle.VASP) {
      vasp = vasp();
    } else if (style == FpStyle.D3) {
      d3 = Optional.of(d3());
    } else if (style != null && style.runsProgram()) {
      program = Optional.of(new ProgramReader(file, paths, typeMap).read(style));
    }
    if (style != null) {
      warnOfOtherStyles(style, labeled);
    }
    if (style != null && !labeled) {
      requireElements();
    }
    return new LabelConfig(
        style == null ? FpStyle.NONE : style,
        vasp,
        d3,
        program,
        skipBadBox(),
        taskMax(labeled),
        ratioFailed());
  }

  /** Every label that is calculated needs them. */
  private void requireElements() {
    List<String> unknown =
        elements.unknown(
            typeMap.stream().filter(name -> TypeNames.problem(name).isEmpty()).toList());
    if (!unknown.isEmpty()) {
      file.error("type_map", TypeElements.noElement(unknown));
    }
    elements.said(typeMap).ifPresent(problems::note);
  }

  /** {@code null} when it is wrong. */
  private FpStyle style(boolean labeled) {
    String name = file.text("fp_style").orElse("none");
    if (name.equals("pwmat")) {
      file.error(
          "fp_style",
          "DP-GEN's simplify accepts 'pwmat' without any key it needs, so that it never ran; use custom with dpdata's formats pwmat/atom.config and pwmat/movement");
      return null;
    }
    if (!STYLES.contains(name)) {
      file.error(
          "fp_style",
          "unknown style '%s'%s; known: %s"
              .formatted(name, Spelling.hint(name, STYLES), String.join(", ", STYLES)));
      return null;
    }
    FpStyle style = FpStyle.valueOf(name.toUpperCase(Locale.ROOT));
    if (style == FpStyle.NONE && !labeled) {
      problems.error(
          "%s: found none, but labeled is false: picked frames need a labeller; set fp_style to d3, vasp, pwscf or another program, or labeled to true"
              .formatted(file.where("fp_style")));
      return null;
    }
    return style;
  }

  private void warnOfOtherStyles(FpStyle style, boolean labeled) {
    List<String> idle = new ArrayList<>();
    for (String key : KEYS) {
      boolean common =
          key.equals("fp_style")
              || key.startsWith("fp_task_")
              || key.startsWith("fp_accurate_")
              || key.equals("ratio_failed")
              || key.equals("fp_skip_bad_box");
      boolean own = !labeled && style.keys().contains(key);
      if (common || own || !file.has(key)) {
        continue;
      }
      if (style == FpStyle.VASP && !labeled && key.endsWith("fp_params")) {
        file.error(key, "VASP takes its settings from fp_incar alone; remove it");
        continue;
      }
      idle.add(key);
    }
    if (!idle.isEmpty()) {
      problems.warn(
          "%s: of no effect %s: %s"
              .formatted(
                  file.file().path().getFileName(),
                  labeled ? "with labeled true" : "with fp_style " + style.key(),
                  String.join(", ", idle)));
    }
  }

  private Optional<VaspConfig> vasp() {
    Optional<List<Double>> spacing = file.numbers("fp_aniso_kspacing");
    if (spacing.isPresent()
        && (spacing.get().size() != 3 || spacing.get().stream().anyMatch(k -> k <= 0))) {
      file.error(
          "fp_aniso_kspacing", "found %s, expected three numbers above 0".formatted(spacing.get()));
    }
    List<Path> potcars = potcars();
    SortedMap<String, Path> incars = incars(spacing.isPresent());
    return incars.isEmpty()
        ? Optional.empty()
        : Optional.of(new VaspConfig(potcars, incars, spacing, file.flag("cvasp")));
  }

  /** One INCAR, or an object of them by composition. */
  private SortedMap<String, Path> incars(boolean spacingGiven) {
    SortedMap<String, Path> incars = new TreeMap<>();
    if (!file.require("fp_incar", "the path of an INCAR file, or paths by composition")) {
      return incars;
    }
    JsonNode value = file.node().get("fp_incar");
    if (!value.isObject()) {
      file.text("fp_incar")
          .ifPresent(text -> incars.put(CompositionKey.DEFAULT, incar(text, spacingGiven)));
      return incars;
    }
    value
        .properties()
        .forEach(
            entry -> {
              if (entry.getKey().startsWith("_")) {
                return; // a comment
              }
              CompositionKey.problem(entry.getKey(), typeMap)
                  .ifPresent(problem -> file.error("fp_incar", problem));
              if (entry.getValue().isTextual()) {
                incars.put(entry.getKey(), incar(entry.getValue().textValue(), spacingGiven));
              } else {
                file.error(
                    "fp_incar",
                    "'%s' is %s, expected the path of an INCAR file"
                        .formatted(entry.getKey(), entry.getValue()));
              }
            });
    if (!incars.containsKey(CompositionKey.DEFAULT)) {
      file.error(
          "fp_incar",
          "has no 'default', the INCAR of compositions that no other key names; add it");
    }
    return incars;
  }

  private Path incar(String text, boolean spacingGiven) {
    Path incar = paths.resolve(text);
    new VaspFiles(problems).checkIncar(file, incar, paths.lookedFor(text), spacingGiven);
    return incar;
  }

  private List<Path> potcars() {
    List<String> files = ElementFiles.read(file, paths, typeMap, "fp_pp_files", "POTCAR files");
    List<Path> potcars = files.stream().map(paths::resolve).toList();
    VaspFiles vasp = new VaspFiles(problems);
    for (int i = 0; i < potcars.size(); i++) {
      vasp.checkPotcar(
          file,
          potcars.get(i),
          typeMap.isEmpty() ? "" : elements.symbol(typeMap.get(i)).orElse(""));
    }
    return potcars;
  }

  private D3Config d3() {
    Block params = file.block("fp_params").orElseGet(() -> file.child("fp_params", EMPTY));
    params.declare(List.of("functional", "damping", "cutoff", "cn_cutoff"));
    D3Config config =
        new D3Config(
            params.text("functional").orElse("pbe"),
            params.choice("damping", List.of("zero", "bj")).orElse("zero"),
            params.finite("cutoff", 0),
            params.finite("cn_cutoff", 0));
    try {
      new D3Options(
          config.functional(),
          Damping.valueOf(config.damping().toUpperCase(Locale.ROOT)),
          config.cutoff().orElse(D3Options.PAIR_CUTOFF),
          config.cnCutoff().orElse(D3Options.COORDINATION_CUTOFF));
    } catch (InputException e) {
      problems.error(file.where("fp_params") + ": " + e.getMessage());
    }
    params.finish();
    return config;
  }

  /** {@code "length_ratio:5;height_ratio:5"}. */
  private Map<String, Double> skipBadBox() {
    Map<String, Double> limits = new LinkedHashMap<>();
    for (String part : file.text("fp_skip_bad_box").orElse("").split(";")) {
      if (part.isBlank()) {
        continue;
      }
      String[] pair = part.split(":", -1);
      String key = pair[0].strip().equals("min_dist") ? "min_distance" : pair[0].strip();
      if (!MEASURES.contains(key)) {
        file.error(
            "fp_skip_bad_box",
            "unknown measure '%s'%s; known: %s"
                .formatted(key, Spelling.hint(key, MEASURES), String.join(", ", MEASURES)));
        continue;
      }
      double limit = Double.NaN;
      try {
        limit = pair.length == 2 ? Double.parseDouble(pair[1].strip()) : Double.NaN;
      } catch (NumberFormatException e) {
        // reported below
      }
      if (!(limit > 0) || Double.isInfinite(limit)) {
        file.error(
            "fp_skip_bad_box",
            "found '%s', expected measure:number with a number above 0".formatted(part.strip()));
      } else if (limits.put(key, limit) != null) {
        file.error("fp_skip_bad_box", key + " is given twice; keep one");
      }
    }
    if (!limits.isEmpty()) {
      file.warn(
          "fp_skip_bad_box", "applied to every pick here; DP-GEN's simplify ignores it for VASP");
    }
    return limits;
  }

  private OptionalInt taskMax(boolean labeled) {
    OptionalInt taskMax = file.integer("fp_task_max", 1);
    for (String key : List.of("fp_accurate_threshold", "fp_accurate_soft_threshold")) {
      if (file.finite(key, 0).isPresent()) {
        file.warn(key, "of no effect, as in DP-GEN's simplify");
      }
    }
    if (taskMax.isPresent() && labeled) {
      file.warn("fp_task_max", "of no effect: labeled is true, so nothing is calculated");
      return OptionalInt.empty();
    }
    return taskMax;
  }

  private double ratioFailed() {
    double ratio = file.finite("ratio_failed", 0).orElse(0.05);
    if (ratio > 1) {
      file.error(
          "ratio_failed", "found %s, expected a share from 0 to 1".formatted(Numbers.text(ratio)));
    }
    return ratio;
  }
}
