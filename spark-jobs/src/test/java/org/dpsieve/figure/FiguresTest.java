package org.dpsieve.figure;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One figure with every kind of mark, as SVG, PNG and CSV. */
class FiguresTest {
  private static final String ODD = "Fe\"1'<b>&\u0007, O";

  private static Figure figure() {
    return new Plot("all", "kinds", "Title " + ODD)
        .note("a note that is much too long for one line, as it says a great deal of the picture")
        .x("x, eV/Å (log)", Scale.log(0.01, 100_000))
        .rows("formula", List.of("Ag8", ODD, "a formula without any end " + "H2O".repeat(50)))
        .box(MarkStyle.BAR, 0.1, 10, -0.3, 0.3, 1, "10 frames")
        .box(MarkStyle.PICKED, 0.1, 1, -0.3, 0.3, 1, null)
        .box(MarkStyle.CELL, 1, 2, 1.7, 2.3, 0.5, null)
        .point(MarkStyle.SOLID, Symbol.CIRCLE, 1, 1, null)
        .point(MarkStyle.HOLLOW, Symbol.DIAMOND, 2, 1, null)
        .line(MarkStyle.LINE_2, List.of(new double[] {1, 0}, new double[] {5, 2}))
        .line(MarkStyle.LINE_1, List.of(new double[] {1, 0}))
        .interval(MarkStyle.EXPECTED, 3, -9, 9)
        .level(50_000, "a level near the edge", 0)
        .level(1e9, "far", 1)
        .level(1e-9, "near", 2)
        .beside(10, 0, "7 %")
        .legendBox(MarkStyle.BAR, "bars")
        .legend(MarkStyle.HOLLOW, Symbol.DIAMOND, "a name that is rather long for a legend")
        .legendLine(MarkStyle.LINE_2, "another that goes to the next line")
        .figure(
            new FigureTable("formula", "x (eV/Å)", "n")
                .row(ODD, 1.0 / 3, 7L)
                .row("", Double.NaN, 0));
  }

  @Test
  void nothingIsOutside() {
    Figure figure = figure();
    assertThat(figure.name()).isEqualTo("all-kinds");
    for (Mark mark : figure.marks()) {
      assertThat(Bounds.of(mark)).as("%s", mark).matches(b -> b.isWithin(figure));
    }
    assertThat(figure.marks().stream().filter(Mark.Words.class::isInstance).map(Object::toString))
        .anyMatch(text -> text.contains("…"));
  }

  @Test
  void theSvgIsXmlWithItsStylesInIt() throws Exception {
    String svg = Svg.of(figure());
    var root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
            .getDocumentElement();
    assertThat(root.getAttribute("viewBox")).startsWith("0 0 400 ");
    assertThat(root.getAttribute("aria-label")).isEqualTo("Title " + ODD.replace('\u0007', '?'));
    assertThat(root.getElementsByTagName("path").getLength()).isGreaterThan(8);
    assertThat(svg)
        .contains("prefers-color-scheme: dark", "fill=\"#2b6cb0\"", "url(#hatch-all-kinds)")
        .contains("<title>10 frames</title>")
        .doesNotContain("<b>", "NaN", "href", "script", "var(");
  }

  @Test
  void severalMakeOnePictureInRows() {
    Figure one = figure();
    Figure four = Figure.beside("four", List.of(one, one, one, one));
    assertThat(four.width()).isEqualTo(3 * one.width());
    assertThat(four.height()).isEqualTo(2 * one.height());
    assertThat(four.marks()).hasSize(4 * one.marks().size());
    assertThat(four).matches(Bounds::hold);
  }

  @Test
  void thePngShowsIt() throws Exception {
    Figure figure = figure();
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(Png.of(figure)));
    assertThat(image.getWidth()).isEqualTo(2 * figure.width());
    assertThat(image.getHeight()).isEqualTo(2 * figure.height());
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    assertThat(Arrays.stream(pixels).distinct().count()).isGreaterThan(50);
    assertThat(Arrays.stream(pixels).filter(pixel -> pixel == 0xff2b6cb0).count())
        .isGreaterThan(50);
  }

  @Test
  void theCsvHoldsUnitsAndWhatItWasGiven() {
    assertThat(figure().table().csv())
        .isEqualTo("formula,x (eV/Å),n\r\n\"Fe\"\"1'<b>&\u0007, O\",0.333333,7\r\n,,0\r\n");
    assertThat(new FigureTable("a").row(1e-12).row(Double.POSITIVE_INFINITY).row(-0.0).csv())
        .isEqualTo("a\r\n1e-12\r\ninf\r\n0.00000\r\n".replace("0.00000", "0"));
  }

  @Test
  void eachIsThreeFiles(@TempDir Path folder) throws Exception {
    FigureFiles.write(List.of(figure(), figure()), folder.resolve("new/folder"));
    for (String name :
        List.of("all-kinds.svg", "all-kinds.png", "all-kinds.csv", "all.svg", "all.png")) {
      assertThat(folder.resolve("new/folder/" + name)).isNotEmptyFile();
    }
  }
}
