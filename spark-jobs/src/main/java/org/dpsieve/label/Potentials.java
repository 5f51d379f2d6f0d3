package org.dpsieve.label;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.text.Counted;

/** One file per element of the type map: pseudopotentials, numerical orbitals. */
public final class Potentials implements Serializable {
  private static final long serialVersionUID = 1;

  private record File(String name, byte[] content) implements Serializable {}

  private final LinkedHashMap<String, File> files = new LinkedHashMap<>();

  private Potentials() {}

  /**
   * Reads the files.
   *
   * @param key as the parameter file names them
   * @param paths in the type map's order
   * @throws InputException when their number is another or one cannot be read
   */
  public static Potentials load(String key, List<String> typeMap, List<Path> paths) {
    if (paths.size() != typeMap.size()) {
      throw new InputException(
          "%s lists %s, expected %d: one per element of type_map (%s), in its order"
              .formatted(
                  key,
                  Counted.of(paths.size(), "file"),
                  typeMap.size(),
                  String.join(", ", typeMap)));
    }
    Potentials potentials = new Potentials();
    for (int i = 0; i < paths.size(); i++) {
      try {
        potentials.files.put(
            typeMap.get(i),
            new File(paths.get(i).getFileName().toString(), Files.readAllBytes(paths.get(i))));
      } catch (IOException e) {
        throw new InputException(
            "%s: cannot be read (%s); %s names it for %s"
                .formatted(paths.get(i), e, key, typeMap.get(i)),
            e);
      }
    }
    return potentials;
  }

  /** The file's own name. */
  public String name(String element) {
    return files.get(element).name();
  }

  /** Name and content of the files of some elements. */
  public Map<String, byte[]> of(Iterable<String> elements) {
    Map<String, byte[]> chosen = new LinkedHashMap<>();
    for (String element : elements) {
      chosen.put(files.get(element).name(), files.get(element).content());
    }
    return chosen;
  }
}
