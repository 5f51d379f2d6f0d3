package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dpsieve.testing.Chromium;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The report of a real run, as it ends, as it begins, and in a browser. */
@Tag("slow")
class ReportCommandTest {
  private static final Pattern LINK = Pattern.compile("<a [^>]*href=\"([^\"]*)\"");
  private static final Pattern LOADED =
      Pattern.compile(
          "<(?:script|img|iframe|link)[^>]*(?:src|href)=\"([^\"]*)\"|@import|url\\((?!#)");

  @TempDir private static Path folder;
  private static Path workdir;
  private static String said;

  @BeforeAll
  static void run() throws IOException {
    LocalSpark.session();
    Path simplify =
        SmallRun.simplify(
            folder.resolve("simplify.json"), 12, "\"max_iter\": 2", "Ag8", "Au8", "Ag4Au4");
    workdir = folder.resolve("a & <b>run");
    Terminal terminal = new Terminal();
    terminal.succeed("simplify", simplify, SmallRun.machine(), "--seed", 3, "--workdir", workdir);
    said = terminal.out();
  }

  @Test
  void simplifyWritesItAndSaysWhere() {
    assertThat(said).contains("report: " + workdir.resolve("report.html")).doesNotContain("seed:");
    assertThat(workdir.resolve("models/graph.001.pb")).exists();
  }

  /** What the newest models of the run say of its pool is what the run itself has found. */
  @Test
  void theNewestModelsSayOutsideOfTheRunHowFarOffTheyMayBe() throws IOException {
    Path screened = folder.resolve("screened");
    Terminal terminal = new Terminal();
    terminal.succeed(
        "rescreen",
        "--run",
        workdir,
        "--frames",
        Shared.repository().resolve("conf/ag-au/pbe/Ag8"),
        "-o",
        screened);
    String both = "frame_id, max_devi_f, sigma_e, sigma_f, rms_sigma_f";
    LocalSpark.session().read().parquet(screened.toString()).createOrReplaceTempView("outside");
    LocalSpark.session()
        .read()
        .parquet(workdir.resolve("result/deviation.parquet").toString())
        .createOrReplaceTempView("inside");
    assertThat(LocalSpark.session().table("outside").count()).isEqualTo(120);
    assertThat(
            LocalSpark.session()
                .sql("SELECT %s FROM outside EXCEPT SELECT %s FROM inside".formatted(both, both))
                .count())
        .isZero();
    String training = workdir.resolve("iter.000002/00.train").toString();
    assertThat(
            LocalSpark.session()
                .sql(
                    "SELECT count(*) FROM (SELECT index, dp_sigma('%s/graph.*.pb', '%s', z, coord, cell) AS s FROM deepmd.`%s`) JOIN outside USING (index) WHERE s.sigma_f = sigma_f AND s.sigma_e = sigma_e"
                        .formatted(
                            workdir.resolve("result"),
                            training,
                            Shared.repository().resolve("conf/ag-au/pbe/Ag8")))
                .head()
                .getLong(0))
        .isEqualTo(120);
    Path json = folder.resolve("run-eval.json");
    terminal.succeed(
        "eval",
        "--run",
        workdir,
        "-s",
        Shared.repository().resolve("conf/ag-au/pbe/Ag8"),
        "-o",
        json);
    assertThat(Files.readString(json)).contains("\"sigma\":{\"sigma_e\":");
  }

  @Test
  void theSameRunGivesTheSameBytes() throws IOException {
    String written = Files.readString(workdir.resolve("report.html"));
    new Terminal().succeed("report", workdir);
    assertThat(Files.readString(workdir.resolve("report.html"))).isEqualTo(written);
  }

  @Test
  @Tag("peer")
  void everyChartHasMarksAndTheConsoleIsSilent() throws Exception {
    Path scratch = Files.createDirectory(folder.resolve("browser"));
    Chromium page = Chromium.open(workdir.resolve("report.html"), scratch);
    assertThat(page.consoleMessages()).isEmpty();
    assertThat(page.dom())
        .contains(
            "max_devi_f, eV/Å (log)",
            "prediction, eV/atom",
            "time, s",
            "labels trained on",
            "standard deviation, meV/atom (log)",
            "first component (no unit)",
            "95 % interval: ");
    int charts = page.dom().split("<svg", -1).length - 1;
    assertThat(page.dom().split(">PNG</button>", -1)).hasSize(charts + 1);
  }

  /**
   * 400 pixels wide, by a person who likes it dark: nothing beyond the window, no text beyond its
   * chart, and what the buttons give.
   */
  @Test
  @Tag("peer")
  void narrowAndDarkNothingIsCutAndChartsCanBeTaken() throws Exception {
    Path scratch = Files.createDirectory(folder.resolve("browser-narrow"));
    String looking =
        """
        <script>
        const saved = [];
        URL.createObjectURL = blob => { saved.push(blob); return '#'; };
        HTMLAnchorElement.prototype.click = () => {};
        const outside = (inner, outer) => inner.left < outer.left - 1 || inner.right > outer.right + 1
          || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
        const charts = [...document.querySelectorAll('.chart')];
        const cut = charts.flatMap(chart => [...chart.querySelectorAll('text')]
          .filter(text => outside(text.getBoundingClientRect(), chart.querySelector('svg').getBoundingClientRect()))
          .map(text => chart.dataset.name + ': ' + text.textContent));
        charts[0].querySelectorAll('button').forEach(button => button.click());
        setTimeout(async () => parent.postMessage([
          'charts ' + charts.length,
          'beyond the window: ' + (document.documentElement.scrollWidth > innerWidth),
          'paper ' + getComputedStyle(document.querySelector('.f-paper')).fill,
          'cut [' + cut.join('; ') + ']',
          ...saved.map(blob => blob.type + (blob.size > 300)),
          'csv ' + (await saved.find(blob => blob.type === 'text/csv').text()).split('\\r\\n')[0],
        ].join('\\n'), '*'), 1500);
        </script></body>
        """;
    String html = Files.readString(workdir.resolve("report.html"));
    Files.writeString(scratch.resolve("page.html"), html.replace("</body>", looking));
    Path outer =
        Files.writeString(
            scratch.resolve("outer.html"),
            "<body><pre></pre><script>onmessage = e => { document.querySelector('pre').textContent"
                + " = e.data; };</script><iframe src='page.html'"
                + " style='width:400px;height:3000px;border:0'></iframe></body>");
    Chromium seen = null;
    for (int attempt = 0;
        attempt < 6 && (seen == null || !seen.dom().contains("charts "));
        attempt++) {
      // blobs are made and read in threads that the browser's own clock does not wait for
      Path own = Files.createDirectory(scratch.resolve("" + attempt));
      seen = Chromium.open(outer, own, "--blink-settings=preferredColorScheme=0");
    }
    assertThat(seen.consoleMessages()).isEmpty();
    assertThat(seen.dom())
        .contains(
            "beyond the window: false",
            "paper rgb(20, 24, 30)",
            "cut []",
            "image/svg+xmltrue",
            "image/pngtrue",
            "text/csvtrue",
            "csv max_devi_f from (eV/Å),max_devi_f to (eV/Å),frames,picked frames");
    assertThat(html)
        .contains("<style>@media screen and (prefers-color-scheme: dark){"); // not paper
  }

  /** What one number is called in several places is one number, of the same frames. */
  @Test
  void figuresHaveTheNumbersOfTheTable() throws IOException {
    Path figures = folder.resolve("figures");
    Terminal terminal = new Terminal();
    terminal.succeed("report", workdir, "--figures", figures);
    assertThat(terminal.out()).contains("figures: " + figures);
    String html = Files.readString(workdir.resolve("report.html"));
    for (String group :
        List.of(
            "parity-energy-before",
            "parity-force-after",
            "parity-virial-after",
            "histogram-energy",
            "error-composition-force",
            "deviation-iteration-1",
            "deviation-final",
            "learning-energy",
            "calibration-force",
            "features-iteration-1")) {
      assertThat(figures.resolve(group + ".png")).isNotEmptyFile();
      assertThat(html).contains(Files.readString(figures.resolve(group + ".svg")));
      assertThat(figures.resolve(group + ".csv")).isNotEmptyFile();
    }
    MatchResult end =
        Pattern.compile("mean of models +(\\S+) +(\\S+) +(\\S+) +(\\S+)")
            .matcher(said)
            .results()
            .findFirst()
            .get();
    assertThat(html)
        .contains(
            "<td>mean of models</td><td>%s</td><td>%s</td>".formatted(end.group(1), end.group(2)))
        .contains("<p class=\"value\">%s eV/Å</p>".formatted(end.group(4)));
    assertThat(lastMean(figures.resolve("learning-energy.csv"))).startsWith(end.group(2));
    assertThat(lastMean(figures.resolve("learning-force.csv"))).startsWith(end.group(4));
  }

  /** As many digits as the table has, and one of the frames. */
  private static String lastMean(Path curve) throws IOException {
    String[] cells =
        Files.readAllLines(curve).stream()
            .filter(line -> line.contains(",mean of models,"))
            .reduce((first, second) -> second)
            .get()
            .split(",");
    assertThat(said).contains("on %s frames never labelled".formatted(cells[1]));
    double value = Double.parseDouble(cells[3]);
    return curve.toString().contains("energy") ? "%.2f".formatted(value) : "%.4f".formatted(value);
  }

  @Test
  void itLoadsNothingAndItsLinksLeadSomewhere() throws IOException {
    String html = Files.readString(workdir.resolve("report.html"));
    assertThat(LOADED.matcher(html.replaceAll("(?s)<script>.*?</script>", "")).results())
        .extracting(MatchResult::group)
        .containsExactly("<link rel=\"icon\" href=\"data:,\"");
    List<String> links = LINK.matcher(html).results().map(found -> found.group(1)).toList();
    assertThat(links).hasSizeGreaterThan(12).contains("result/summary.json", "#errors");
    for (String link : links) {
      if (link.startsWith("#")) {
        assertThat(html).contains("id=\"" + link.substring(1) + "\"");
      } else {
        assertThat(workdir.resolve(link)).exists();
      }
    }
  }

  @Test
  void itSaysWhatCameOfTheRun() throws IOException {
    String html = Files.readString(workdir.resolve("report.html"));
    assertThat(html)
        .contains(
            "Stopped at max_iter.",
            "Run a &amp; &lt;b&gt;run",
            "frames never labelled in this run",
            "<td>Ag-Au</td>",
            "<th>seed</th><td class=\"text\">3</td>",
            "<th>nd4j</th>",
            "model_devi_f 0.05 to 100.0");
    assertThat(Files.readString(workdir.resolve("result/summary.json")))
        .contains(
            "\"dpsieve\" : \"0.2.0", "\"java\" : \"", "\"nd4j\" : \"1.0.0", "\"spark\" : \"4.");
  }

  /** One bit of a label, of a picture's numbers, of a model to compare with. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "iter.000000/02.fp/labels.parquet/part-00000.parquet",
        "iter.000001/00.train/uncertainty.json",
        "models/graph.001.pb"
      })
  void whatHasChangedIsNamedAndNothingDrawn(String name) throws IOException {
    Path file = workdir.resolve(name);
    byte[] whole = Files.readAllBytes(file);
    byte[] damaged = whole.clone();
    damaged[damaged.length / 2] ^= 1;
    Files.write(file, damaged);
    try {
      Terminal terminal = new Terminal();
      assertThat(terminal.run("report", workdir)).isEqualTo(2);
      assertThat(terminal.err()).contains(file + ": its content has changed", "emove ");
    } finally {
      Files.write(file, whole);
    }
  }

  @Test
  @Tag("peer")
  void aRunThatHasJustBegunHasAReportToo() throws Exception {
    Path begun = folder.resolve("begun");
    copy(workdir.resolve("run.json"), begun.resolve("run.json"));
    new Terminal().succeed("report", begun);
    assertThat(Files.readString(begun.resolve("report.html")))
        .contains("Next: import the pool.", "No iteration is complete yet", "No model has been");
    copy(workdir.resolve("frames"), begun.resolve("frames"));
    copy(workdir.resolve("iter.000000/01.model_devi"), begun.resolve("iter.000000/01.model_devi"));
    Path failed = begun.resolve("iter.000000/02.fp/failed.tsv");
    Files.createDirectories(failed.getParent());
    Files.writeString(
        failed, "frame_id\tframe\treason\nab\tAg8#3\tcrashed: <no> KPOINTS & no INCAR\n");
    new Terminal().succeed("report", begun);
    assertThat(Files.readString(begun.resolve("report.html")))
        .contains(
            "Next: label the picked frames of iteration 0.",
            "picked, no label yet",
            "crashed: &lt;no&gt; KPOINTS &amp; no INCAR",
            "There is no label yet");
    Path scratch = Files.createDirectory(folder.resolve("browser-begun"));
    assertThat(Chromium.open(begun.resolve("report.html"), scratch).consoleMessages()).isEmpty();
  }

  @Test
  void aStoppedRunIsComparedWithTheFramesItPicked() throws IOException {
    Path stopped = folder.resolve("stopped");
    for (String part : List.of("run.json", "frames", "models", "iter.000000", "iter.000001")) {
      copy(workdir.resolve(part), stopped.resolve(part));
    }
    new Terminal().succeed("report", stopped);
    assertThat(Files.readString(stopped.resolve("report.html")))
        .contains("Not ended.", "that the models of iteration 1 picked");
  }

  @Test
  void aFolderWithoutRunIsTheUsersToMend() {
    Terminal terminal = new Terminal();
    assertThat(terminal.run("report", folder.resolve("nowhere"))).isEqualTo(2);
    assertThat(terminal.err()).contains("nowhere: no run of dpsieve here (no run.json)");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        Files.createDirectories(target.getParent());
        Files.copy(path, target);
      }
    }
  }
}
