package org.dpsieve.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dpsieve.figure.Figure;

/** All charts of a run: what its page shows, and what others take from it. */
public final class RunFigures {
  private RunFigures() {}

  /** In the order of the page; a chart that would show nothing is left out. */
  public static List<Figure> of(RunReport report) {
    List<Figure> all = new ArrayList<>(new PoolFigures(report).all());
    if (report.property() != null) {
      all.addAll(new PropertyFigures(report.property()).all());
      return all;
    }
    all.addAll(new ErrorFigures(report).all());
    all.addAll(new TrainingFigures(report).all());
    return all;
  }

  static String text(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  /** A number for people: three digits, no more zeros than it takes. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    if (value == 0) {
      return "0";
    }
    double size = Math.abs(value);
    if (size < 1e-3 || size >= 1e5) {
      return text("%.2e", value);
    }
    int before = size < 1 ? 0 : (int) Math.floor(Math.log10(size)) + 1;
    int first = size >= 1 ? 0 : -(int) Math.floor(Math.log10(size)) - 1;
    return text("%,." + Math.max(0, 3 - before + first) + "f", value);
  }
}
