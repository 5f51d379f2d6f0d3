package org.dpsieve.label.espresso;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.AtomOrder;
import org.dpsieve.label.ElementData;
import org.dpsieve.label.KMesh;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.Potentials;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TextGeometry;

/**
 * {@code fp_style: pwscf}: {@code input} for Quantum ESPRESSO's {@code pw.x} from {@code
 * user_fp_params} or {@code fp_params}, as dpgen 0.14 ({@code generator/lib/pwscf.py}) but with the
 * frame's own cell orientation, all digits, standard masses, and forces and stress always asked
 * for.
 */
public final class PwscfLabeller implements TaskLabeller {
  private static final long serialVersionUID = 1;
  private static final List<String> OURS = List.of("pseudo_dir", "ibrav", "nat", "ntyp");

  /** Settings of {@code assume_isolated} by which images do not count. */
  private static final List<String> ISOLATED =
      List.of("mp", "makov-payne", "m-p", "mt", "martyna-tuckerman", "m-t");

  /** Those of them that pw.x knows for cells of its own cubic kind alone. */
  private static final List<String> MAKOV_PAYNE = List.of("mp", "makov-payne", "m-p");

  private static final double ROUNDING = 1e-6; // Å

  private final List<String> typeMap;
  private final Potentials potentials;
  private final String control;
  private final String system;
  private final String others;
  private final double spacing;
  private final String isolated; // null where images count
  private final boolean cubic; // whether every cell has to be

  private PwscfLabeller(
      List<String> typeMap,
      Potentials potentials,
      ObjectNode namelists,
      double spacing,
      String isolated,
      boolean cubic) {
    this.typeMap = List.copyOf(typeMap);
    this.potentials = potentials;
    this.control = settings("control", namelists.path("control"));
    this.system = settings("system", namelists.path("system"));
    this.others = "&electrons\n%s/\n".formatted(settings("electrons", namelists.path("electrons")));
    this.spacing = spacing;
    this.isolated = isolated;
    this.cubic = cubic;
  }

  /**
   * @throws InputException when a setting would give no label, or a file cannot be read
   */
  public static PwscfLabeller load(List<String> typeMap, ProgramConfig config) {
    ObjectNode given = config.parameters();
    ObjectNode namelists = config.userParameters() ? given.deepCopy() : template(given);
    JsonNode spacing = given.path("kspacing");
    if (!spacing.isNumber() || !(spacing.doubleValue() > 0)) {
      throw new InputException(
          "%s: kspacing is %s, expected a number above 0 (1/Å): the mesh of K_POINTS follows from it"
              .formatted(config.parametersKey(), shown(spacing)));
    }
    ObjectNode control = namelists.withObjectProperty("control");
    require(config, control, "calculation", "scf");
    require(config, control, "tprnfor", "true");
    require(config, control, "tstress", "true");
    String isolated = namelists.path("system").path("assume_isolated").asText("none");
    String problem =
        ISOLATED.contains(isolated.toLowerCase(Locale.ROOT))
            ? "%s: system.assume_isolated is '%s', expected none: the frames are periodic, and so is a label"
                .formatted(config.parametersKey(), isolated)
            : null;
    if (!control.has("outdir")) {
      control.put("outdir", "./OUT").put("disk_io", "none");
    }
    return new PwscfLabeller(
        typeMap,
        Potentials.load("fp_pp_files", typeMap, config.potentials()),
        namelists,
        spacing.doubleValue(),
        problem,
        MAKOV_PAYNE.contains(isolated.toLowerCase(Locale.ROOT)));
  }

  @Override
  public Optional<String> isolated() {
    return Optional.ofNullable(isolated);
  }

  private static void require(
      ProgramConfig config, ObjectNode control, String key, String expected) {
    if (!control.has(key)) {
      control.set(
          key, expected.equals("true") ? control.booleanNode(true) : control.textNode(expected));
    } else if (!control.get(key).asText().equalsIgnoreCase(expected)) {
      throw new InputException(
          "%s: control.%s is %s, expected %s: a label is the energy, forces and stress of the picked geometry"
              .formatted(config.parametersKey(), key, shown(control.get(key)), expected));
    }
  }

  /** {@code fp_params}: DP-GEN's few keys, dispersion by Tkatchenko and Scheffler as there. */
  private static ObjectNode template(ObjectNode given) {
    ObjectNode namelists = given.objectNode();
    ObjectNode control = namelists.putObject("control");
    control.put("calculation", "scf").put("restart_mode", "from_scratch").put("outdir", "./OUT");
    control.put("tprnfor", true).put("tstress", true).put("disk_io", "none");
    ObjectNode system = namelists.putObject("system");
    system.put("vdw_corr", "TS");
    system.set("ecutwfc", given.get("ecut"));
    system.set("ts_vdw_econv_thr", given.get("ediff"));
    system.put("nosym", true);
    String smearing = given.path("smearing").asText().toLowerCase(Locale.ROOT).split(":")[0];
    if (!List.of("mp", "gauss", "fd").contains(smearing)) {
      throw new InputException(
          "fp_params: smearing is %s, expected mp, gauss or fd; others by user_fp_params"
              .formatted(shown(given.path("smearing"))));
    }
    system.put("occupations", "smearing").put("smearing", smearing);
    system.set("degauss", given.get("sigma"));
    namelists.putObject("electrons").set("conv_thr", given.get("ediff"));
    return namelists;
  }

  /** The lines of a namelist, {@code key=value,}. */
  private static String settings(String namelist, JsonNode values) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, JsonNode> setting : values.properties()) {
      JsonNode value = setting.getValue();
      if (OURS.contains(setting.getKey().toLowerCase(Locale.ROOT))) {
        continue;
      }
      if (!value.isValueNode() || value.isNull()) {
        throw new InputException(
            "user_fp_params: %s.%s is %s, expected a number, a string or true or false; write one element as \"%s(1)\": ..."
                .formatted(namelist, setting.getKey(), shown(value), setting.getKey()));
      }
      String fortran =
          value.isBoolean()
              ? value.booleanValue() ? ".TRUE." : ".FALSE."
              : value.isTextual()
                  ? "'" + value.textValue().replace("'", "''") + "'"
                  : value.asText();
      text.append(setting.getKey()).append('=').append(fortran).append(",\n");
    }
    return text.toString();
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "missing" : value.toString();
  }

  @Override
  public String style() {
    return "pwscf";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return AtomOrder.noCell(frame, "pw.x")
        .or(() -> AtomOrder.unknown(frame, typeMap))
        .or(
            () ->
                cubic && edge(frame.cell()).isEmpty()
                    ? Optional.of(
                        new Finding(
                            "no cubic cell",
                            "pw.x takes assume_isolated = 'makov-payne' for a cubic cell along x, y and z alone"))
                    : Optional.empty());
  }

  /** Of a cube along x, y and z, Å. */
  private static OptionalDouble edge(double[] cell) {
    for (int k = 0; k < 9; k++) {
      if (Math.abs(cell[k] - (k % 4 == 0 ? cell[0] : 0)) > ROUNDING || cell[0] <= 0) {
        return OptionalDouble.empty();
      }
    }
    return OptionalDouble.of(cell[0]);
  }

  @Override
  public Map<String, byte[]> taskFiles(Frame frame) {
    Map<String, Integer> counts = AtomOrder.counts(frame, typeMap);
    TextGeometry geometry = TextGeometry.of(frame, typeMap);
    StringBuilder text = new StringBuilder();
    text.append("&control\n").append(control).append("pseudo_dir='./',\n/\n");
    text.append("&system\n").append(system);
    OptionalDouble edge = cubic ? edge(frame.cell()) : OptionalDouble.empty();
    text.append(
        edge.isPresent()
            ? String.format(Locale.ROOT, "ibrav=1,\nA=%.10f,\n", edge.getAsDouble())
            : "ibrav=0,\n");
    text.append("nat=%d,\nntyp=%d,\n/\n".formatted(frame.atomCount(), counts.size()));
    text.append(others).append("\nATOMIC_SPECIES\n");
    for (String label : counts.keySet()) {
      double mass = ElementData.mass(Elements.leading(label).orElseThrow());
      text.append("%s %s %s\n".formatted(label, mass, potentials.name(label)));
    }
    if (edge.isEmpty()) {
      text.append("\nCELL_PARAMETERS { angstrom }\n").append(geometry.cellRows());
    }
    text.append("\nATOMIC_POSITIONS { angstrom }\n").append(geometry.atomRows());
    text.append('\n').append(kPoints(KMesh.divisions(frame.cell(), spacing, spacing, spacing)));
    return Map.of("input", TextGeometry.bytes(text.toString()));
  }

  private static String kPoints(int[] mesh) {
    if (mesh[0] == 1 && mesh[1] == 1 && mesh[2] == 1) {
      return "K_POINTS gamma\n";
    }
    return "K_POINTS { automatic }\n%d %d %d %d %d %d\n"
        .formatted(mesh[0], mesh[1], mesh[2], shift(mesh[0]), shift(mesh[1]), shift(mesh[2]));
  }

  /** An even mesh is shifted by half a step, as DP-GEN. */
  private static int shift(int divisions) {
    return divisions % 2 == 0 ? 1 : 0;
  }

  @Override
  public Map<String, byte[]> groupFiles(Frame frame) {
    return potentials.of(AtomOrder.counts(frame, typeMap).keySet());
  }

  @Override
  public int[] atomOrder(Frame frame) {
    return AtomOrder.of(frame, typeMap);
  }

  @Override
  public OutputReader reader() {
    return new PwscfReader();
  }
}
