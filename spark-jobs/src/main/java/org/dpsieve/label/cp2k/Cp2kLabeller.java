package org.dpsieve.label.cp2k;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.AtomOrder;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TextGeometry;

/**
 * {@code fp_style: cp2k}: {@code input.inp} and {@code coord.xyz} from {@code user_fp_params} over
 * DP-GEN's defaults, or from the file {@code external_input_path} whose line {@code ABC} gives way
 * to the frame's cell, as dpgen 0.14 ({@code generator/lib/cp2k.py}) but with the frame's own cell
 * orientation, all digits and only the frame's elements.
 */
public final class Cp2kLabeller implements TaskLabeller {
  private static final long serialVersionUID = 1;
  private static final Pattern ABC = Pattern.compile("(?im)^[ \\t]*ABC[ \\t].*$");

  private static final List<String> TOO_SILENT = List.of("LOW", "SILENT");

  /** Lines of a template that give no label, and why. */
  private static final Map<Pattern, String> WRONG_LINES =
      Map.of(
          Pattern.compile("(?im)^[ \\t]*RUN_TYPE[ \\t]+(?!ENERGY_FORCE\\b)\\S+"),
          "expected RUN_TYPE ENERGY_FORCE: a label is of the picked geometry, atoms must not move",
          Pattern.compile("(?im)^[ \\t]*PRINT_LEVEL[ \\t]+(LOW|SILENT)\\b"),
          "expected PRINT_LEVEL MEDIUM: below it the output has no cell and no coordinates",
          Pattern.compile("(?im)^[ \\t]*PERIODIC[ \\t]+NONE\\b"),
          "the frames are periodic, and so is a label");

  /** Where the cell's lines go, in the text of {@code input.inp}. */
  private static final String CELL = "@CELL@";

  private static final String MULTIPLICITY = "@MULTIPLICITY@";

  private final List<String> typeMap;
  private final TypeElements elements;
  private final String input;
  private final int charge;

  private Cp2kLabeller(List<String> typeMap, TypeElements elements, String input, int charge) {
    this.typeMap = List.copyOf(typeMap);
    this.elements = elements;
    this.input = input;
    this.charge = charge;
  }

  /** {@link #load(List, TypeElements, ProgramConfig)} by leading letters. */
  public static Cp2kLabeller load(List<String> typeMap, ProgramConfig config) {
    return load(typeMap, TypeElements.LEADING, config);
  }

  /**
   * CP2K's kinds have the names of types: each is a KIND, whose ELEMENT is added where it is not
   * given.
   *
   * @throws InputException when the settings or the template would give no label
   */
  public static Cp2kLabeller load(
      List<String> typeMap, TypeElements elements, ProgramConfig config) {
    if (config.template().isPresent()) {
      return new Cp2kLabeller(typeMap, elements, template(config.template().get()), 0);
    }
    ObjectNode input = Cp2kInput.merged(config.parameters());
    ObjectNode global = Cp2kInput.section(input, "GLOBAL");
    String runType = Cp2kInput.existing(global, "RUN_TYPE");
    if (!global.has(runType)) {
      global.put(runType, "ENERGY_FORCE");
    } else if (!global.get(runType).asText().equalsIgnoreCase("ENERGY_FORCE")) {
      throw new InputException(
          "%s: GLOBAL.RUN_TYPE is %s, expected ENERGY_FORCE: a label is of the picked geometry, atoms must not move"
              .formatted(config.parametersKey(), global.get(runType)));
    }
    String level = global.path(Cp2kInput.existing(global, "PRINT_LEVEL")).asText("MEDIUM");
    if (TOO_SILENT.contains(level.toUpperCase(Locale.ROOT))) {
      throw new InputException(
          "%s: GLOBAL.PRINT_LEVEL is %s, expected MEDIUM: below it the output has no cell and no coordinates"
              .formatted(config.parametersKey(), level));
    }
    ObjectNode forceEval = Cp2kInput.section(input, "FORCE_EVAL");
    ObjectNode subsys = Cp2kInput.section(forceEval, "SUBSYS");
    requireKinds(config, typeMap, subsys);
    Cp2kInput.addElements(subsys, typeMap, elements);
    ObjectNode cell = Cp2kInput.section(subsys, "CELL");
    cell.remove(List.of("A", "B", "C", "ABC", "ALPHA_BETA_GAMMA"));
    cell.put(CELL, "");
    requirePeriodic(config, "SUBSYS.CELL", cell);
    ObjectNode dft = Cp2kInput.section(forceEval, "DFT");
    if (dft.has(Cp2kInput.existing(dft, "POISSON"))) {
      requirePeriodic(config, "DFT.POISSON", Cp2kInput.section(dft, "POISSON"));
    }
    String multiplicity = Cp2kInput.existing(dft, "MULTIPLICITY");
    if (!dft.has(multiplicity)) {
      dft.put(multiplicity, MULTIPLICITY);
    }
    int charge = dft.path(Cp2kInput.existing(dft, "CHARGE")).asInt(0);
    return new Cp2kLabeller(typeMap, elements, Cp2kInput.text(input), charge);
  }

  private static void requirePeriodic(ProgramConfig config, String name, ObjectNode section) {
    if (section.path(Cp2kInput.existing(section, "PERIODIC")).asText().equalsIgnoreCase("NONE")) {
      throw new InputException(
          "%s: FORCE_EVAL.%s.PERIODIC is NONE: the frames are periodic, and so is a label"
              .formatted(config.parametersKey(), name));
    }
  }

  /** Without a KIND for each element CP2K stops in every task. */
  private static void requireKinds(ProgramConfig config, List<String> typeMap, ObjectNode subsys) {
    TreeSet<String> missing = new TreeSet<>(typeMap);
    var kinds = subsys.path(Cp2kInput.existing(subsys, "KIND"));
    kinds
        .findValues("_")
        .forEach(
            names -> {
              missing.remove(names.asText());
              names.forEach(name -> missing.remove(name.asText()));
            });
    if (!missing.isEmpty()) {
      throw new InputException(
          "%s: FORCE_EVAL.SUBSYS.KIND has no entry for %s of type_map; give \"KIND\": {\"_\": [\"%s\"], \"BASIS_SET\": [...], \"POTENTIAL\": [...]}"
              .formatted(
                  config.parametersKey().isEmpty() ? "user_fp_params" : config.parametersKey(),
                  String.join(", ", missing),
                  String.join("\", \"", typeMap)));
    }
  }

  private static String template(Path file) {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new InputException("%s: external_input_path cannot be read (%s)".formatted(file, e), e);
    }
    Matcher abc = ABC.matcher(text);
    if (!abc.find()) {
      throw new InputException(
          "%s: no line 'ABC ...' in its section CELL; the frame's cell is put in its place"
              .formatted(file));
    }
    String before = text.substring(0, abc.start());
    String after = text.substring(abc.end());
    if (abc.find()) {
      throw new InputException("%s: more than one line 'ABC ...', expected one".formatted(file));
    }
    if (!text.contains("coord.xyz")) {
      throw new InputException(
          "%s: does not name coord.xyz; its section COORD needs the line '@include coord.xyz', each frame's positions are in that file"
              .formatted(file));
    }
    if (!text.toUpperCase(Locale.ROOT).contains("&FORCES")) {
      throw new InputException(
          "%s: FORCE_EVAL has no '&PRINT &FORCES ON'; without it the output has no forces"
              .formatted(file));
    }
    for (Map.Entry<Pattern, String> wrong : WRONG_LINES.entrySet()) {
      Matcher line = wrong.getKey().matcher(text);
      if (line.find()) {
        throw new InputException(
            "%s: '%s': %s".formatted(file, line.group().strip(), wrong.getValue()));
      }
    }
    return before + CELL + after;
  }

  @Override
  public String style() {
    return "cp2k";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return AtomOrder.noCell(frame, "CP2K").or(() -> AtomOrder.unknown(frame, typeMap));
  }

  @Override
  public Map<String, byte[]> taskFiles(Frame frame) {
    TextGeometry geometry = TextGeometry.of(frame, typeMap);
    String cell =
        "A %s\nB %s\nC %s".formatted(geometry.vector(0), geometry.vector(1), geometry.vector(2));
    int electrons = -charge;
    for (int z : elements.apply(frame).z()) {
      electrons += z;
    }
    String text =
        input
            .replace(CELL, cell)
            .replace(MULTIPLICITY, Math.floorMod(electrons, 2) == 0 ? "1" : "2");
    return Map.of(
        "input.inp", TextGeometry.bytes(text),
        "coord.xyz", TextGeometry.bytes(geometry.atomRows()));
  }

  @Override
  public int[] atomOrder(Frame frame) {
    return AtomOrder.of(frame, typeMap);
  }

  @Override
  public Frame elements(Frame frame) {
    return elements.apply(frame);
  }

  @Override
  public OutputReader reader() {
    return new Cp2kReader();
  }
}
