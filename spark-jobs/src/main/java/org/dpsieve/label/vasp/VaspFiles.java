package org.dpsieve.label.vasp;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Problems;

/** Checks the files that VASP's inputs are made of. */
final class VaspFiles {
  /** {@code TITEL = PAW_PBE Ag_pv 02Apr2005}; very old files have the element alone. */
  private static final Pattern TITEL =
      Pattern.compile("TITEL\\s*=\\s*(?:[A-Za-z]\\S*\\s+)??([A-Z][a-z]?)(?![A-Za-z])");

  private final Problems problems;

  VaspFiles(Problems problems) {
    this.problems = problems;
  }

  /** INCAR is copied as it is; the mesh of KPOINTS follows from two of its keys. */
  void checkIncar(Block file, Path incar, String lookedFor, boolean spacingGiven) {
    if (!Files.isRegularFile(incar)) {
      file.error("fp_incar", "no such file: " + lookedFor);
      return;
    }
    String text = read(file, "fp_incar", incar);
    if (text == null) {
      return;
    }
    if (!spacingGiven && !sets(text, "KSPACING")) {
      problems.error(
          "%s: has no KSPACING; add it, the KPOINTS mesh follows from it".formatted(incar));
    }
    if (!sets(text, "KGAMMA")) {
      problems.error("%s: has no KGAMMA; add KGAMMA = .TRUE. or .FALSE.".formatted(incar));
    }
  }

  private static boolean sets(String incar, String key) {
    return Pattern.compile("(?im)(^|;)\\s*" + key + "\\s*=\\s*[^\\s#!;]").matcher(incar).find();
  }

  /** A POTCAR says in its TITEL which element it is for. */
  void checkPotcar(Block file, Path potcar, String element) {
    if (!Files.isRegularFile(potcar)) {
      file.error("fp_pp_files", "no such file: " + potcar);
      return;
    }
    String title = firstTitle(file, potcar);
    if (title == null || element.isEmpty()) {
      return;
    }
    if (!title.equals(element)) {
      file.error(
          "fp_pp_files",
          "%s is a POTCAR of %s, expected one of %s: the order is type_map's"
              .formatted(potcar, title, element));
    }
  }

  private String firstTitle(Block file, Path potcar) {
    try (BufferedReader reader = Files.newBufferedReader(potcar, StandardCharsets.ISO_8859_1)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        Matcher matcher = TITEL.matcher(line);
        if (matcher.find()) {
          return matcher.group(1);
        }
      }
      file.error("fp_pp_files", "%s has no TITEL line: not a POTCAR".formatted(potcar));
    } catch (IOException e) {
      file.error("fp_pp_files", "%s cannot be read: %s".formatted(potcar, e));
    }
    return null;
  }

  private static String read(Block file, String key, Path path) {
    try {
      return Files.readString(path, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      file.error(key, "%s cannot be read: %s".formatted(path, e));
      return null;
    }
  }
}
