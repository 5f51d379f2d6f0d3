package org.dpsieve.label.abacus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.AtomOrder;
import org.dpsieve.label.ElementData;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.Potentials;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TextGeometry;

/**
 * {@code fp_style: abacus}: INPUT, STRU, KPT and {@code pporb/}, as dpgen 0.14 ({@code
 * generator/run.py: make_fp_abacus_scf}), with the frame's own cell orientation, and forces and
 * stress always asked for.
 */
public final class AbacusLabeller implements TaskLabeller {
  private static final long serialVersionUID = 1;

  private static final String FOLDER = "pporb/";

  private final List<String> typeMap;
  private final Potentials potentials;
  private final Potentials orbitals;
  private final LinkedHashMap<String, byte[]> common = new LinkedHashMap<>();
  private String descriptor = "";

  private AbacusLabeller(List<String> typeMap, Potentials potentials, Potentials orbitals) {
    this.typeMap = List.copyOf(typeMap);
    this.potentials = potentials;
    this.orbitals = orbitals;
  }

  /**
   * @throws InputException when the settings would give no label, or a file is missing
   */
  public static AbacusLabeller load(List<String> typeMap, ProgramConfig config) {
    ObjectNode settings =
        config.template().map(AbacusLabeller::settings).orElse(config.parameters().deepCopy());
    boolean lcao = settings.path("basis_type").asText().equals("lcao");
    if (lcao && config.orbitals().isEmpty()) {
      throw new InputException(
          "fp_orb_files: missing, but basis_type is lcao: expected one numerical orbital per element of type_map");
    }
    AbacusLabeller labeller =
        new AbacusLabeller(
            typeMap,
            Potentials.load("fp_pp_files", typeMap, config.potentials()),
            lcao ? Potentials.load("fp_orb_files", typeMap, config.orbitals()) : null);
    boolean deepks = isOn(settings, "deepks_out_labels") || isOn(settings, "deepks_scf");
    if (deepks) {
      Path file =
          config
              .descriptor()
              .orElseThrow(
                  () ->
                      new InputException("fp_dpks_descriptor: missing, but INPUT asks for DeePKS"));
      labeller.descriptor = FOLDER + file.getFileName();
      labeller.common.put(labeller.descriptor, bytes("fp_dpks_descriptor", file));
    }
    if (settings.has("deepks_model")) {
      Path model = Path.of(settings.get("deepks_model").asText()).getFileName();
      Path file = config.potentials().get(0).resolveSibling(model);
      labeller.common.put(FOLDER + model, bytes("deepks_model", file));
      settings.put("deepks_model", FOLDER + model);
    }
    if (!settings.has("kspacing")) {
      labeller.common.put("KPT", kPoints(config, settings));
    }
    labeller.common.put("INPUT", TextGeometry.bytes(input(settings)));
    return labeller;
  }

  private static boolean isOn(JsonNode settings, String key) {
    String value = settings.path(key).asText("0");
    return !value.equals("0") && !value.equalsIgnoreCase("false");
  }

  /** {@code key value} lines of an INPUT. */
  private static ObjectNode settings(Path file) {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    new String(bytes("fp_incar", file), StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.split("#|//", 2)[0].strip().split("\\s+", 2))
        .filter(pair -> pair.length == 2)
        .forEach(pair -> settings.put(pair[0], pair[1]));
    return settings;
  }

  private static String input(ObjectNode settings) {
    StringBuilder text = new StringBuilder("INPUT_PARAMETERS\ncalculation scf\n");
    for (String key : List.of("cal_force", "cal_stress")) {
      if (!settings.has(key)) {
        settings.put(key, 1);
      } else if (!isOn(settings, key) && key.equals("cal_force")) {
        throw new InputException(
            "user_fp_params: cal_force is %s, expected 1: a label has forces"
                .formatted(settings.get(key)));
      }
    }
    for (Map.Entry<String, JsonNode> setting : settings.properties()) {
      String key = setting.getKey();
      if (key.equals("calculation") || key.equals("suffix") || key.equals("stru_file")) {
        continue; // folders and files are named as the readers expect them
      }
      JsonNode value = setting.getValue();
      List<String> words = new ArrayList<>();
      if (value.isArray()) {
        value.forEach(item -> words.add(item.asText()));
      } else {
        words.add(value.isBoolean() ? value.booleanValue() ? "1" : "0" : value.asText());
      }
      text.append(key).append(' ').append(String.join(" ", words)).append('\n');
    }
    return text.toString();
  }

  private static byte[] kPoints(ProgramConfig config, ObjectNode settings) {
    List<Integer> mesh = config.kPoints();
    if (isOn(settings, "gamma_only") || mesh.isEmpty() && config.kPointsFile().isEmpty()) {
      mesh = List.of(1, 1, 1, 0, 0, 0);
    }
    if (mesh.isEmpty()) {
      return bytes("fp_kpt_file", config.kPointsFile().orElseThrow());
    }
    String numbers = mesh.stream().map(String::valueOf).collect(Collectors.joining(" "));
    return TextGeometry.bytes("K_POINTS\n0\nGamma\n" + numbers + "\n");
  }

  private static byte[] bytes(String key, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InputException("%s: %s cannot be read (%s)".formatted(key, file, e), e);
    }
  }

  @Override
  public String style() {
    return "abacus";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return AtomOrder.noCell(frame, "ABACUS").or(() -> AtomOrder.unknown(frame, typeMap));
  }

  @Override
  public Map<String, byte[]> taskFiles(Frame frame) {
    Map<String, Integer> counts = AtomOrder.counts(frame, typeMap);
    TextGeometry geometry = TextGeometry.of(frame, typeMap);
    StringBuilder text = new StringBuilder("ATOMIC_SPECIES\n");
    for (String label : counts.keySet()) {
      double mass = ElementData.mass(Elements.leading(label).orElseThrow());
      text.append("%s %s %s\n".formatted(label, mass, FOLDER + potentials.name(label)));
    }
    if (orbitals != null) {
      text.append("\nNUMERICAL_ORBITAL\n");
      counts.keySet().forEach(e -> text.append(FOLDER).append(orbitals.name(e)).append('\n'));
    }
    if (!descriptor.isEmpty()) {
      text.append("\nNUMERICAL_DESCRIPTOR\n").append(descriptor).append('\n');
    }
    // one Å in bohr: lengths below are in units of it
    text.append("\nLATTICE_CONSTANT\n1.8897261246257702\n\nLATTICE_VECTORS\n");
    text.append(geometry.cellRows()).append("\nATOMIC_POSITIONS\nCartesian\n");
    int atom = 0;
    for (Map.Entry<String, Integer> element : counts.entrySet()) {
      text.append("\n%s\n0.0\n%d\n".formatted(element.getKey(), element.getValue()));
      for (int i = 0; i < element.getValue(); i++) {
        text.append(geometry.position(atom++)).append(" 1 1 1\n");
      }
    }
    Map<String, byte[]> files = new LinkedHashMap<>(common);
    files.put("STRU", TextGeometry.bytes(text.toString()));
    return files;
  }

  @Override
  public Map<String, byte[]> groupFiles(Frame frame) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    Iterable<String> elements = AtomOrder.counts(frame, typeMap).keySet();
    potentials.of(elements).forEach((name, content) -> files.put(FOLDER + name, content));
    if (orbitals != null) {
      orbitals.of(elements).forEach((name, content) -> files.put(FOLDER + name, content));
    }
    return files;
  }

  @Override
  public int[] atomOrder(Frame frame) {
    return AtomOrder.of(frame, typeMap);
  }

  @Override
  public OutputReader reader() {
    return new AbacusReader();
  }
}
