package org.dpsieve.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Numbers;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.config.reading.Spelling;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.label.FpStyle;
import org.dpsieve.label.StyleKeys;
import org.dpsieve.label.StyleSettings;
import org.dpsieve.label.styles.FpStyles;

/** The {@code fp_} keys: what gives a frame its new label. */
final class LabelReader {
  private static final List<String> COMMON =
      List.of(
          "fp_style",
          "fp_skip_bad_box",
          "fp_task_max",
          "fp_task_min",
          "fp_accurate_threshold",
          "fp_accurate_soft_threshold",
          "ratio_failed");

  /** Of {@code dpgen run} alone. */
  private static final List<String> CLUSTERS =
      List.of("cluster_cutoff", "cluster_cutoff_hard", "cluster_minify");

  /** Keys of some style of DP-GEN. */
  static final List<String> KEYS =
      Stream.of(COMMON, ofStyles(), CLUSTERS).flatMap(List::stream).toList();

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

  private static List<String> ofStyles() {
    return FpStyles.all().stream().flatMap(style -> style.keys().stream()).distinct().toList();
  }

  LabelConfig read(boolean labeled) {
    Optional<FpStyle> known = style(labeled);
    FpStyle style = known.orElse(FpStyles.NONE);
    Optional<StyleSettings> settings = Optional.empty();
    if (labeled && style != FpStyles.NONE) {
      file.warn("fp_style", "of no effect: labeled is true, so nothing is calculated");
    } else if (!labeled) {
      settings = style.read(new StyleKeys(file, paths, typeMap, elements, problems));
    }
    if (known.isPresent()) {
      warnOfOtherStyles(style, labeled);
      if (!labeled && style.needsElements()) {
        requireElements();
      }
    }
    return new LabelConfig(style, settings, skipBadBox(), taskMax(labeled), ratioFailed());
  }

  /** Of a rehearsal: what limits picks is as the file has it. */
  LabelConfig rehearsed(StandIn teacher) {
    Optional<FpStyle> style = teacher.style();
    Optional<StyleSettings> settings =
        style.flatMap(
            known ->
                known.read(
                    new StyleKeys(teacher.file(), teacher.paths(), typeMap, elements, problems)));
    style.filter(FpStyle::needsElements).ifPresent(known -> requireElements());
    teacher.file().declare(style.map(FpStyle::keys).orElse(KEYS)).finish();
    String own = file.text("fp_style").orElse(FpStyles.NONE.key());
    problems.warn(
        "rehearsal: %s in the place of fp_style %s%s"
            .formatted(
                settings.map(StyleSettings::plan).orElse("a teacher"),
                own,
                teacher.named() ? "" : "; --teacher FILE names another"));
    return new LabelConfig(
        style.orElse(FpStyles.NONE), settings, skipBadBox(), taskMax(false), ratioFailed());
  }

  /** Nearly every label that is calculated needs them. */
  private void requireElements() {
    List<String> unknown =
        elements.unknown(
            typeMap.stream().filter(name -> TypeNames.problem(name).isEmpty()).toList());
    if (!unknown.isEmpty()) {
      file.error("type_map", TypeElements.noElement(unknown));
    }
    elements.said(typeMap).ifPresent(problems::note);
  }

  /** Empty when it is wrong, which is reported. */
  private Optional<FpStyle> style(boolean labeled) {
    String name = file.text("fp_style").orElse("none");
    if (name.equals("pwmat")) {
      file.error(
          "fp_style",
          "DP-GEN's simplify accepts 'pwmat' without any key it needs, so that it never ran; use"
              + " custom with dpdata's formats pwmat/atom.config and pwmat/movement");
      return Optional.empty();
    }
    Optional<FpStyle> style = FpStyles.named(name);
    if (style.isEmpty()) {
      List<String> known = FpStyles.keys();
      file.error(
          "fp_style",
          "unknown style '%s'%s; known: %s"
              .formatted(name, Spelling.hint(name, known), String.join(", ", known)));
    } else if (style.get() == FpStyles.NONE
        && !labeled
        && !PropertyReader.isLabelledByCommand(file)) {
      problems.error(
          "%s: found none, but labeled is false: picked frames need a labeller; set fp_style to d3, vasp, pwscf or another program, to dp or ase for a teacher, or labeled to true"
              .formatted(file.where("fp_style")));
      return Optional.empty();
    }
    return style;
  }

  private void warnOfOtherStyles(FpStyle style, boolean labeled) {
    List<String> idle = new ArrayList<>();
    for (String key : KEYS) {
      boolean own = !labeled && style.keys().contains(key);
      if (COMMON.contains(key) || own || !file.has(key)) {
        continue;
      }
      Optional<String> refusal = labeled ? Optional.empty() : style.refusal(key);
      if (refusal.isPresent()) {
        file.error(key, refusal.get());
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
