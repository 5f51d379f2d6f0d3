package org.dpsieve.figure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;

/**
 * Figures as files of one folder: NAME.svg, NAME.csv and NAME.png of each, and GROUP.svg and
 * GROUP.png of all in a group.
 */
public final class FigureFiles {
  private FigureFiles() {}

  /**
   * @throws InputException where the folder cannot be written to, or the PNG files cannot be drawn;
   *     the others are there then
   */
  public static void write(List<Figure> figures, Path folder) {
    try {
      Files.createDirectories(folder);
      for (Figure figure : figures) {
        write(folder.resolve(figure.name() + ".svg"), Svg.of(figure));
        write(folder.resolve(figure.name() + ".csv"), figure.table().csv());
      }
      List<Figure> pictures = new ArrayList<>(figures);
      for (Figure group : groups(figures)) {
        write(folder.resolve(group.name() + ".svg"), Svg.of(group));
        pictures.add(group);
      }
      for (Figure picture : pictures) {
        OwnFiles.replace(folder.resolve(picture.name() + ".png"), Png.of(picture));
      }
    } catch (IOException e) {
      throw new InputException("%s: figures cannot be written there (%s)".formatted(folder, e), e);
    }
  }

  /** Of more than one figure. */
  private static List<Figure> groups(List<Figure> figures) {
    Map<String, List<Figure>> groups = new LinkedHashMap<>();
    figures.forEach(
        figure -> groups.computeIfAbsent(figure.group(), g -> new ArrayList<>()).add(figure));
    return groups.entrySet().stream()
        .filter(group -> group.getValue().size() > 1)
        .map(group -> Figure.beside(group.getKey(), group.getValue()))
        .toList();
  }

  private static void write(Path file, String text) throws IOException {
    OwnFiles.replace(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
