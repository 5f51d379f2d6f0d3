package org.dpsieve.figure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;

/** Figures as files of one folder: NAME.svg, NAME.csv and NAME.png of each. */
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
      for (Figure figure : figures) {
        OwnFiles.replace(folder.resolve(figure.name() + ".png"), Png.of(figure));
      }
    } catch (IOException e) {
      throw new InputException("%s: figures cannot be written there (%s)".formatted(folder, e), e);
    }
  }

  private static void write(Path file, String text) throws IOException {
    OwnFiles.replace(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
