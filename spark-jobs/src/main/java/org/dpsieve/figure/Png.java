package org.dpsieve.figure;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.TexturePaint;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import org.dpsieve.error.InputException;

/** A figure as PNG, on light ground, two pixels for one of the figure. */
public final class Png {
  private static final double SCALE = 2;

  static {
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true"); // no window is ever opened
    }
  }

  private final Graphics2D graphics;

  private Png(Graphics2D graphics) {
    this.graphics = graphics;
  }

  /**
   * @throws InputException where this Java cannot draw text: one without its desktop part, or on a
   *     machine without a font
   */
  public static byte[] of(Figure figure) {
    try {
      BufferedImage image =
          new BufferedImage(
              (int) (SCALE * figure.width()),
              (int) (SCALE * figure.height()),
              BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      try {
        graphics.setRenderingHint(
            RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(
            RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(
            RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.scale(SCALE, SCALE);
        Png png = new Png(graphics);
        png.draw(new Mark.Box(MarkStyle.PAPER, 0, 0, figure.width(), figure.height(), 1, null));
        figure.marks().forEach(png::draw);
      } finally {
        graphics.dispose();
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (LinkageError | InternalError | RuntimeException e) {
      throw new InputException(
          ("PNG files cannot be drawn by the Java in %s (%s); install fonts (packages fontconfig and"
                  + " fonts-dejavu-core) and a Java with its desktop part. SVG and CSV need neither")
              .formatted(System.getProperty("java.home"), e),
          e);
    }
  }

  private void draw(Mark mark) {
    if (mark instanceof Mark.Box box) {
      filled(
          box, new Rectangle2D.Double(box.x(), box.y(), box.width(), box.height()), box.opacity());
    } else if (mark instanceof Mark.Circle circle) {
      double r = circle.radius();
      filled(circle, new Ellipse2D.Double(circle.x() - r, circle.y() - r, 2 * r, 2 * r), 1);
    } else if (mark instanceof Mark.Line line) {
      Path2D path = new Path2D.Double();
      path.moveTo(line.xy()[0], line.xy()[1]);
      for (int i = 2; i < line.xy().length; i += 2) {
        path.lineTo(line.xy()[i], line.xy()[i + 1]);
      }
      if (line.closed()) {
        path.closePath();
      }
      filled(line, path, 1);
    } else if (mark instanceof Mark.Words words) {
      text(words);
    }
  }

  private void filled(Mark mark, java.awt.Shape shape, double opacity) {
    MarkStyle style = mark.style();
    if (style.hatched()) {
      graphics.setPaint(hatching(style));
      graphics.fill(shape);
    } else if (style.fill != null) {
      Color colour = new Color(style.fill.light);
      graphics.setPaint(
          new Color(
              colour.getRed(),
              colour.getGreen(),
              colour.getBlue(),
              (int) Math.round(255 * opacity)));
      graphics.fill(shape);
    }
    if (style.stroke != null) {
      graphics.setPaint(new Color(style.stroke.light));
      graphics.setStroke(
          new BasicStroke(
              (float) style.width,
              BasicStroke.CAP_BUTT,
              BasicStroke.JOIN_MITER,
              10,
              mark.isDashed() ? style.dash : null,
              0));
      graphics.draw(shape);
    }
  }

  private static TexturePaint hatching(MarkStyle style) {
    int size = 8;
    BufferedImage tile = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < size; x++) {
      for (int y = 0; y < size; y++) {
        boolean line = (x + y) % size < size / 2;
        tile.setRGB(x, y, line ? style.fill.light : MarkStyle.Ink.PAPER.light);
      }
    }
    return new TexturePaint(tile, new Rectangle2D.Double(0, 0, size, size));
  }

  private void text(Mark.Words words) {
    Font font = new Font(Font.SANS_SERIF, words.bold() ? Font.BOLD : Font.PLAIN, TextWidth.SIZE);
    graphics.setFont(font);
    graphics.setPaint(new Color(words.style().fill.light));
    double width = font.getStringBounds(words.text(), graphics.getFontRenderContext()).getWidth();
    double before =
        switch (words.anchor()) {
          case START -> 0;
          case MIDDLE -> width / 2;
          case END -> width;
        };
    if (words.turned()) {
      graphics.translate(words.x(), words.y());
      graphics.rotate(-Math.PI / 2);
      graphics.drawString(words.text(), (float) -before, 0);
      graphics.rotate(Math.PI / 2);
      graphics.translate(-words.x(), -words.y());
    } else {
      graphics.drawString(words.text(), (float) (words.x() - before), (float) words.y());
    }
  }
}
