package org.dpsieve.label.vasp;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.AtomOrder;
import org.dpsieve.label.KMesh;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.text.Counted;

/**
 * {@code fp_style: vasp}: POSCAR, INCAR (the user's, byte by byte), KPOINTS and POTCAR, as dpgen
 * 0.14 writes them ({@code simplify/simplify.py: make_fp_configs}, {@code generator/run.py:
 * make_fp_vasp}); POTCARs are joined with a newline between and checked against their elements,
 * which DP-GEN does not do.
 */
public final class VaspLabeller implements TaskLabeller {
  private static final long serialVersionUID = 1;

  /** Settings of ALGO. */
  private static final List<String> KEEP_BANDS = List.of("none", "nothing", "eigenval");

  private final List<String> typeMap;
  private final TreeMap<String, Settings> settings; // by CompositionKey
  private final Potcars potcars;

  /** Content of {@code cvasp.py}; {@code null} without it. */
  private final byte[] cvasp;

  /**
   * One INCAR and what KPOINTS follows from.
   *
   * @param spacing 1/Å along each reciprocal vector, [3]
   */
  private record Settings(byte[] incar, double[] spacing, boolean gammaCentred)
      implements Serializable {}

  private VaspLabeller(
      List<String> typeMap, TreeMap<String, Settings> settings, Potcars potcars, byte[] cvasp) {
    this.typeMap = typeMap;
    this.settings = settings;
    this.potcars = potcars;
    this.cvasp = cvasp;
  }

  /**
   * Reads INCARs and POTCARs.
   *
   * @param typeMap element symbols, in the order of {@code fp_pp_files}
   * @throws InputException when INCAR lacks KSPACING (unless {@code fp_aniso_kspacing} is given) or
   *     KGAMMA or moves the atoms, or a POTCAR is of another element
   */
  public static VaspLabeller load(List<String> typeMap, VaspConfig config) {
    TreeMap<String, Settings> settings = new TreeMap<>();
    config.incars().forEach((key, path) -> settings.put(key, settings(path, config)));
    return new VaspLabeller(
        List.copyOf(typeMap),
        settings,
        Potcars.load(typeMap, config.potcars()),
        config.cvasp() ? cvasp() : null);
  }

  private static Settings settings(Path path, VaspConfig config) {
    byte[] bytes = read(path);
    String file = path.toString();
    Incar incar = Incar.parse(file, new String(bytes, StandardCharsets.ISO_8859_1));
    boolean gammaCentred =
        incar
            .logical("KGAMMA")
            .orElseThrow(
                () ->
                    new InputException(
                        "%s: KGAMMA is missing; set KGAMMA = .TRUE. or .FALSE., from which KPOINTS is written"
                            .formatted(file)));
    requireSinglePoint(incar, file);
    return new Settings(bytes, spacing(incar, file, config.anisoKspacing()), gammaCentred);
  }

  private static double[] spacing(Incar incar, String file, Optional<List<Double>> anisotropic) {
    double[] spacing;
    String source;
    if (anisotropic.isPresent()) {
      spacing = anisotropic.get().stream().mapToDouble(Double::doubleValue).toArray();
      source = "fp_aniso_kspacing";
      if (spacing.length != 3) {
        throw new InputException(
            "fp_aniso_kspacing has %s, expected 3".formatted(Counted.of(spacing.length, "number")));
      }
    } else {
      OptionalDouble one = incar.number("KSPACING");
      source = file + ": KSPACING";
      if (one.isEmpty()) {
        throw new InputException(
            "%s is missing; set it (1/Å), or fp_aniso_kspacing in the parameter file: KPOINTS is written from it"
                .formatted(source));
      }
      spacing = new double[] {one.getAsDouble(), one.getAsDouble(), one.getAsDouble()};
    }
    for (double value : spacing) {
      if (!(value > 0) || Double.isInfinite(value)) {
        throw new InputException(
            "%s is %s, expected a positive number (1/Å)".formatted(source, value));
      }
    }
    return spacing;
  }

  /** A label is of the picked geometry: a run that moves atoms labels others too. */
  private static void requireSinglePoint(Incar incar, String file) {
    double steps = incar.number("NSW").orElse(0);
    if (steps > 1) {
      throw new InputException(
          "%s: NSW is %.0f, expected 0 or 1: a label is the energy of the picked geometry, atoms must not move"
              .formatted(file, steps));
    }
    double charge = incar.number("ICHARG").orElse(2);
    String algorithm = incar.firstWord("ALGO").orElse("").toLowerCase(Locale.ROOT);
    if (charge >= 10 || KEEP_BANDS.contains(algorithm)) {
      throw new InputException(
          "%s: %s keeps the charge density as it is given; a label is of a self-consistent calculation, expected ICHARG 0, 1 or 2 and an ALGO as Normal, Fast or All"
              .formatted(
                  file, charge >= 10 ? "ICHARG %.0f".formatted(charge) : "ALGO " + algorithm));
    }
  }

  /** Runs VASP through custodian, as DP-GEN's file of that name. */
  private static byte[] cvasp() {
    try (InputStream in = VaspLabeller.class.getResourceAsStream("cvasp.py")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InputException("%s: fp_incar cannot be read (%s)".formatted(file, e), e);
    }
  }

  @Override
  public String style() {
    return "vasp";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return AtomOrder.noCell(frame, "VASP").or(() -> AtomOrder.unknown(frame, typeMap));
  }

  private Settings settings(Frame frame) {
    return CompositionKey.best(settings.keySet(), AtomOrder.counts(frame, typeMap))
        .map(settings::get)
        .orElseThrow(
            () ->
                new InputException(
                    "Frame %s: fp_incar names no INCAR for it and has no 'default'"
                        .formatted(frame.name())));
  }

  @Override
  public Map<String, byte[]> taskFiles(Frame frame) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("POSCAR", ascii(Poscar.text(frame, typeMap)));
    Settings own = settings(frame);
    files.put("INCAR", own.incar().clone());
    files.put(
        "KPOINTS",
        ascii(KPoints.text(KMesh.divisions(frame.cell(), own.spacing()), own.gammaCentred())));
    if (cvasp != null) {
      files.put("cvasp.py", cvasp.clone());
    }
    return files;
  }

  @Override
  public Map<String, byte[]> groupFiles(Frame frame) {
    return Map.of("POTCAR", potcars.concatenated(AtomOrder.counts(frame, typeMap).keySet()));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public int[] atomOrder(Frame frame) {
    return AtomOrder.of(frame, typeMap);
  }

  @Override
  public OutputReader reader() {
    return new VaspReader();
  }
}
