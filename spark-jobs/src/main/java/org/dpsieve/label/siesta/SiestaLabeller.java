package org.dpsieve.label.siesta;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.AtomOrder;
import org.dpsieve.label.KMesh;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.Potentials;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TextGeometry;

/**
 * {@code fp_style: siesta}: {@code input} as dpgen 0.14 ({@code generator/lib/siesta.py}), with the
 * frame's own cell orientation, and the mixing weight that DP-GEN leaves out. SIESTA looks for
 * {@code Ag.psf}: a potential is put there by that name, with the suffix of its own.
 */
public final class SiestaLabeller implements TaskLabeller {
  private static final long serialVersionUID = 1;

  private final List<String> typeMap;
  private final Potentials potentials;
  private final String settings;
  private final double spacing;

  private SiestaLabeller(
      List<String> typeMap, Potentials potentials, String settings, double spacing) {
    this.typeMap = List.copyOf(typeMap);
    this.potentials = potentials;
    this.settings = settings;
    this.spacing = spacing;
  }

  /** Reads the potentials. */
  public static SiestaLabeller load(List<String> typeMap, ProgramConfig config) {
    JsonNode given = config.parameters();
    String settings =
        String.format(
            Locale.ROOT,
            "MeshCutoff            %s Ry%nDM.Tolerance          %e%nDM.MixingWeight       %f%nDM.NumberPulay         %d%n",
            given.path("ecut").asText(),
            given.path("ediff").asDouble(),
            given.path("mixingWeight").asDouble(),
            given.path("NumberPulay").asInt());
    return new SiestaLabeller(
        typeMap,
        Potentials.load("fp_pp_files", typeMap, config.potentials()),
        settings.replace(System.lineSeparator(), "\n"),
        given.path("kspacing").asDouble());
  }

  @Override
  public String style() {
    return "siesta";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return AtomOrder.noCell(frame, "SIESTA").or(() -> AtomOrder.unknown(frame, typeMap));
  }

  @Override
  public Map<String, byte[]> taskFiles(Frame frame) {
    TextGeometry geometry = TextGeometry.of(frame, typeMap);
    List<String> species = new ArrayList<>(AtomOrder.counts(frame, typeMap).keySet());
    StringBuilder text = new StringBuilder();
    text.append("SystemName        system\nSystemLabel       system\n");
    text.append("NumberOfAtoms     %d\n".formatted(frame.atomCount()));
    text.append("NumberOfSpecies   %d\n\n".formatted(species.size()));
    text.append("WriteForces       T\nWriteCoorStep     T\nWriteCoorXmol     T\n");
    text.append("WriteMDXmol       T\nWriteMDHistory    T\n\n").append(settings);
    text.append(
        "XC.functional          GGA\nXC.authors             PBE\nMD.NumCGsteps          0\n");
    text.append("DM.UseSaveDM           F\nWriteDM                F\n");
    text.append("WriteDM.NetCDF         F\nWriteDMHS.NetCDF       F\n\n");
    text.append("%block Chemical_Species_label\n");
    for (int i = 0; i < species.size(); i++) {
      int z = Elements.leading(species.get(i)).orElseThrow();
      text.append("%d\t%d\t%s\n".formatted(i + 1, z, species.get(i)));
    }
    text.append("%endblock Chemical_Species_label\n\n%block kgrid_Monkhorst_Pack\n");
    int[] mesh = KMesh.divisions(frame.cell(), spacing, spacing, spacing);
    text.append(
        "%d\t0\t0\t0.0\n0\t%d\t0\t0.0\n0\t0\t%d\t0.0\n".formatted(mesh[0], mesh[1], mesh[2]));
    text.append(
        "%endblock kgrid_Monkhorst_Pack\n\nLatticeConstant 1.00 Ang\n%block LatticeVectors\n");
    text.append(geometry.cellRows()).append("%endblock LatticeVectors\n\n");
    text.append("AtomicCoordinatesFormat Ang\n%block AtomicCoordinatesAndAtomicSpecies\n");
    for (int k = 0; k < geometry.atomCount(); k++) {
      String label = geometry.element(k);
      text.append(geometry.position(k)).append(' ');
      text.append(species.indexOf(label) + 1).append(' ').append(label).append('\n');
    }
    text.append("%endblock AtomicCoordinatesAndAtomicSpecies\n");
    return Map.of("input", TextGeometry.bytes(text.toString()));
  }

  @Override
  public Map<String, byte[]> groupFiles(Frame frame) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String element : AtomOrder.counts(frame, typeMap).keySet()) {
      String name = potentials.name(element);
      int dot = name.lastIndexOf('.');
      files.put(
          element + (dot < 0 ? ".psf" : name.substring(dot)),
          potentials.of(List.of(element)).get(name));
    }
    return files;
  }

  @Override
  public int[] atomOrder(Frame frame) {
    return AtomOrder.of(frame, typeMap);
  }

  @Override
  public OutputReader reader() {
    return new SiestaReader();
  }
}
