package org.dpsieve.train;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dpsieve.io.RegularFile;

/** {@code lcurve.out} of {@code dp train}: how a training goes on. */
public final class LossCurve {
  private static final int AT_ONCE = 1 << 16;

  private LossCurve() {}

  /**
   * Its last whole line.
   *
   * @param step of the training
   * @param names of the columns after {@code step}, {@code rmse_f_trn}
   * @param values energy eV per atom, force eV/Å; NaN of labels that the data do not have
   */
  public record Point(long step, List<String> names, List<Double> values) {
    /** {@code step 200, rmse_e 0.0123 eV/atom, rmse_f 0.123 eV/Å}. */
    @Override
    public String toString() {
      return "step " + step + column("rmse_e", "eV/atom") + column("rmse_f", "eV/Å");
    }

    private String column(String name, String unit) {
      int at = names.indexOf(name + "_trn");
      boolean there = at >= 0 && at < values.size() && !Double.isNaN(values.get(at));
      return there ? String.format(Locale.ROOT, ", %s %.3g %s", name, values.get(at), unit) : "";
    }
  }

  /** Empty when there is none yet. */
  public static Optional<Point> last(Path file) {
    try {
      String text = headAndTail(file);
      List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
      List<String> names = List.of();
      Point last = null;
      for (String line : lines) {
        String[] words = line.strip().split("\\s+");
        if (line.startsWith("#")) {
          if (words.length > 2 && words[1].equals("step")) {
            names = List.of(words).subList(2, words.length);
          }
        } else if (words.length > 1) {
          last = point(words, names).orElse(last);
        }
      }
      return Optional.ofNullable(last);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The names of the columns stand at the beginning; a long training has megabytes of lines. */
  private static String headAndTail(Path file) throws IOException {
    try (InputStream in = RegularFile.open(file, Long.MAX_VALUE)) {
      byte[] head = in.readNBytes(AT_ONCE);
      String text = new String(head, StandardCharsets.UTF_8);
      return head.length < AT_ONCE
          ? text
          : text.substring(0, text.lastIndexOf('\n') + 1)
              + wholeLines(new String(RegularFile.tail(file, AT_ONCE), StandardCharsets.UTF_8));
    }
  }

  private static String wholeLines(String end) {
    return end.substring(end.indexOf('\n') + 1);
  }

  private static Optional<Point> point(String[] words, List<String> names) {
    try {
      List<Double> values = new ArrayList<>();
      for (int i = 1; i < words.length; i++) {
        values.add(words[i].equalsIgnoreCase("nan") ? Double.NaN : Double.parseDouble(words[i]));
      }
      return Optional.of(new Point(Long.parseLong(words[0]), names, values));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
