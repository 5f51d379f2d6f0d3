package org.dpsieve.figure;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * A figure as SVG that needs nothing else: it may stand in a page, or be a file for a browser,
 * Inkscape or LaTeX. Colours are attributes, so that every program knows them; where a person's
 * browser is dark, a style in it makes them dark.
 */
public final class Svg {
  private final StringBuilder out = new StringBuilder();
  private final Figure figure;

  private Svg(Figure figure) {
    this.figure = figure;
  }

  public static String of(Figure figure) {
    return new Svg(figure).text();
  }

  private String text() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" width=\"%d\" height=\"%d\""
            + " viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" font-size=\"%d\""
            + " font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif\">\n",
        figure.width(),
        figure.height(),
        figure.width(),
        figure.height(),
        escaped(figure.title()),
        TextWidth.SIZE);
    style();
    add(
        "<rect width=\"%d\" height=\"%d\"%s/>\n",
        figure.width(), figure.height(), look(MarkStyle.PAPER));
    MarkStyle open = null;
    for (Mark mark : figure.marks()) {
      if (mark.style() != open) {
        add(open == null ? "<g%s>\n" : "</g>\n<g%s>\n", look(mark.style()));
        open = mark.style();
      }
      mark(mark);
    }
    out.append(open == null ? "</svg>\n" : "</g>\n</svg>\n");
    return out.toString();
  }

  private void style() {
    Set<MarkStyle> used = EnumSet.of(MarkStyle.PAPER);
    figure.marks().forEach(mark -> used.add(mark.style()));
    out.append("<style>@media screen and (prefers-color-scheme: dark){");
    for (MarkStyle style : used) {
      add(".%s{", style.cssClass());
      if (style.fill != null && !style.hatched()) {
        add("fill:%s;", MarkStyle.Ink.hex(style.fill.dark));
      }
      if (style.stroke != null) {
        add("stroke:%s;", MarkStyle.Ink.hex(style.stroke.dark));
      }
      out.append('}');
    }
    out.append("}</style>\n");
    if (used.contains(MarkStyle.PICKED)) {
      add(
          "<defs><pattern id=\"hatch-%s\" patternUnits=\"userSpaceOnUse\" width=\"6\" height=\"6\" patternTransform=\"rotate(45)\">"
              + "<rect width=\"6\" height=\"6\"%s/><line y2=\"6\" class=\"%s\" stroke=\"%s\" stroke-width=\"3\"/></pattern></defs>\n",
          escaped(figure.name()),
          look(MarkStyle.PAPER),
          MarkStyle.PICKED.cssClass(),
          MarkStyle.Ink.hex(MarkStyle.PICKED.stroke.light));
    }
  }

  /** As attributes. */
  private String look(MarkStyle style) {
    StringBuilder look = new StringBuilder(" class=\"%s\"".formatted(style.cssClass()));
    if (style.hatched()) {
      look.append(" fill=\"url(#hatch-%s)\"".formatted(escaped(figure.name())));
    } else {
      look.append(
          " fill=\"%s\""
              .formatted(style.fill == null ? "none" : MarkStyle.Ink.hex(style.fill.light)));
    }
    if (style.stroke != null) {
      look.append(
          " stroke=\"%s\" stroke-width=\"%s\""
              .formatted(MarkStyle.Ink.hex(style.stroke.light), number(style.width)));
    }
    if (style.dash.length > 0) {
      look.append(" stroke-dasharray=\"");
      for (int i = 0; i < style.dash.length; i++) {
        look.append(i == 0 ? "" : " ").append(number(style.dash[i]));
      }
      look.append('"');
    }
    return look.toString();
  }

  private void mark(Mark mark) {
    if (mark instanceof Mark.Box box) {
      add(
          "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"%s",
          number(box.x()),
          number(box.y()),
          number(box.width()),
          number(box.height()),
          box.opacity() == 1 ? "" : " fill-opacity=\"%s\"".formatted(number(box.opacity())));
      end("rect", box.tip());
    } else if (mark instanceof Mark.Circle circle) {
      add(
          "<circle cx=\"%s\" cy=\"%s\" r=\"%s\"",
          number(circle.x()), number(circle.y()), number(circle.radius()));
      out.append(solid(circle));
      end("circle", circle.tip());
    } else if (mark instanceof Mark.Line line) {
      out.append("<path d=\"");
      for (int i = 0; i < line.xy().length; i += 2) {
        add("%s%s %s", i == 0 ? "M" : "L", number(line.xy()[i]), number(line.xy()[i + 1]));
      }
      out.append(line.closed() ? "Z\"" : "\"").append(solid(line));
      end("path", line.tip());
    } else if (mark instanceof Mark.Words words) {
      add(
          words.turned()
              ? "<text transform=\"translate(%s %s) rotate(-90)\""
              : "<text x=\"%s\" y=\"%s\"",
          number(words.x()),
          number(words.y()));
      if (words.anchor() != Mark.Anchor.START) {
        add(" text-anchor=\"%s\"", words.anchor().name().toLowerCase(Locale.ROOT));
      }
      add("%s>%s</text>\n", words.bold() ? " font-weight=\"600\"" : "", escaped(words.text()));
    }
  }

  /** Dashes are for lines; a symbol of a dashed line is whole. */
  private static String solid(Mark mark) {
    return mark.isDashed() || mark.style().dash.length == 0 ? "" : " stroke-dasharray=\"none\"";
  }

  private void end(String element, String tip) {
    if (tip == null) {
      out.append("/>\n");
    } else {
      add("><title>%s</title></%s>\n", escaped(tip), element);
    }
  }

  private void add(String pattern, Object... values) {
    out.append(values.length == 0 ? pattern : String.format(Locale.ROOT, pattern, values));
  }

  /** To a hundredth of a pixel. */
  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
  }

  /** For text and attributes; what XML cannot hold becomes a question mark. */
  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> {
                  boolean held =
                      c >= 0x20 && (c < 0xd800 || c > 0xdfff) && c != 0xfffe && c != 0xffff;
                  escaped.appendCodePoint(held ? c : '?');
                }
              }
            });
    return escaped.toString();
  }
}
