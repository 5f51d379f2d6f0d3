package org.dpsieve.label.vasp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;
import org.dpsieve.text.Counted;

/** The pseudopotential file of every element of the type map. */
final class Potcars implements Serializable {
  private static final long serialVersionUID = 1;

  /** {@code TITEL = PAW_PBE Ag_pv 02Apr2005}: the element is the second word, or the only one. */
  private static final Pattern TITEL =
      Pattern.compile(
          "(?m)^\\s*TITEL\\s*=\\s*(?:[A-Za-z]\\S*[ \\t]+)??([A-Z][a-z]?)(?=[\\s_.\\d]|$)");

  private static final Pattern ANY_TITEL = Pattern.compile("(?m)^\\s*TITEL\\s*=(.*)$");

  private final LinkedHashMap<String, byte[]> contents = new LinkedHashMap<>();

  private Potcars() {}

  /**
   * Reads one file per element, in the type map's order.
   *
   * @throws InputException for a file that is not the pseudopotential of its element
   */
  static Potcars load(List<String> typeMap, List<Path> files) {
    if (files.size() != typeMap.size()) {
      throw new InputException(
          "fp_pp_files lists %s, expected %d: one per element of type_map (%s), in its order"
              .formatted(
                  Counted.of(files.size(), "file"), typeMap.size(), String.join(", ", typeMap)));
    }
    Potcars potcars = new Potcars();
    for (int i = 0; i < files.size(); i++) {
      String type = typeMap.get(i);
      potcars.contents.put(
          type, read(files.get(i), Elements.symbol(Elements.leading(type).orElseThrow())));
    }
    return potcars;
  }

  private static byte[] read(Path file, String element) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read (%s); fp_pp_files names it as the POTCAR of %s"
              .formatted(file, e, element),
          e);
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    List<String> titles = ANY_TITEL.matcher(text).results().map(m -> m.group(1).strip()).toList();
    if (titles.size() != 1) {
      throw new InputException(
          "%s: %s TITEL, expected one: fp_pp_files wants the POTCAR of one element (%s) per file"
              .formatted(file, Counted.of(titles.size(), "line"), element));
    }
    Matcher title = TITEL.matcher(text);
    if (!title.find() || !title.group(1).equals(element)) {
      throw new InputException(
          "%s: TITEL is '%s', expected %s: fp_pp_files must follow the order of type_map"
              .formatted(file, titles.get(0), element));
    }
    return bytes;
  }

  /** The files of these elements, one after the other, each ended by a newline. */
  byte[] concatenated(Iterable<String> elements) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String element : elements) {
      byte[] bytes = contents.get(element);
      all.writeBytes(bytes);
      if (bytes[bytes.length - 1] != '\n') {
        all.write('\n');
      }
    }
    return all.toByteArray();
  }
}
