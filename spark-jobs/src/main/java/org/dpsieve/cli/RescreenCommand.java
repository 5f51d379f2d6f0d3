package org.dpsieve.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.loop.TextTable;
import org.dpsieve.model.format.OutputLayerFiles;
import org.dpsieve.outputlayer.property.PropertySpread;
import org.dpsieve.outputlayer.property.PropertyTransfer;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.spark.loop.PosteriorModels;
import org.dpsieve.spark.loop.PropertyPosteriors;
import org.dpsieve.spark.pick.PickStrategies;
import org.dpsieve.spark.rescreen.Rescreen;
import org.dpsieve.spark.rescreen.RescreenOptions;
import org.dpsieve.spark.rescreen.SampleInterval;
import org.dpsieve.spark.rescreen.ScreenReport;
import org.dpsieve.text.Counted;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Deviation and picks over a library of any size, without a loop. */
@Command(
    name = "rescreen",
    mixinStandardHelpOptions = true,
    description = {
      "Write the deviation of every frame of a library, and pick from it, without a loop.",
      "OUT becomes a Parquet dataset (frame_id, system, index, formula, natoms, the seven numbers"
          + " of dp model-devi); OUT.summary.tsv sums up by formula; OUT.picks are the picked"
          + " frames, to export. Killed, the same command goes on with what is missing; after the"
          + " library has grown, it evaluates the new frames alone.",
      "With --run or --posteriors OUT also has sigma_e, sigma_f, rms_sigma_f, and sigma_f_atoms of"
          + " each atom.",
      "With --property the models are of that quantity: OUT has max_devi_p, min_devi_p, avg_devi_p (standard deviations"
          + " over the models, of a quantity's components the largest, the smallest, the mean) and a"
          + " column of the quantity's name, what the models say, all in its unit; with --run also"
          + " sigma_p, rms_sigma_p."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "2:a file or option to correct", "3:a defect: please report it"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve rescreen -m models/*/graph.pb --frames data -o out --sample 0.01 --f-lo 0.2 --f-hi"
          + " 0.35",
      "  dpsieve rescreen -m models/*/graph.pb --frames hdfs:///frames.parquet -o hdfs:///out \\",
      "      --where \"natoms < 100\" --f-lo 0.2 --f-hi 0.35 --pick 500",
      "  dpsieve rescreen --run run --frames data -o sigma",
      "  dpsieve rescreen -m models/*/graph.pb --table lemat/compatible_pbe --mapping lemat-traj -o out \\",
      "      --where \"functional = 'pbe' AND nsites < 50\"",
      "  dpsieve rescreen -m gap/*.dp --property band_gap --frames data -o gap --p-lo 0.05 --p-hi 1",
      "  dpsieve export out.picks -o picked"
    })
final class RescreenCommand implements Callable<Integer> {
  private static final int MOST_FORMULAS = 20;

  @Mixin private ModelOptions models;

  @Mixin private EngineOption engine;

  @Mixin private UncertaintyOptions uncertainty;

  @Option(
      names = "--property",
      paramLabel = "NAME",
      description =
          "The models are of this property (fitting property, dos, dipole or polar), or the run is.")
  private String property;

  @Option(
      names = "--frames",
      paramLabel = "FRAMES",
      description = "The library: a frames dataset, made by import, or a folder of deepmd systems.")
  private String frames;

  @Mixin private TableOptions table;

  @Option(
      names = "--output-table",
      paramLabel = "TABLE",
      description =
          "With --table: a table of the same format to write the result as, too, by name or path."
              + " It is replaced as a whole.")
  private String outputTable;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "OUT",
      description = "Dataset to make, or to bring up to date; on any Hadoop file system.")
  private String output;

  @Option(
      names = "--where",
      paramLabel = "SQL",
      description =
          "Only frames for which this holds, e.g. \"natoms < 50 AND formula LIKE 'Ag%%'\".")
  private String where;

  @Option(
      names = "--sample",
      defaultValue = "1",
      paramLabel = "FRACTION",
      description =
          "A first look: this part of the frames, at random but the same every time; says how many"
              + " candidates all of them have. A later call without it does not evaluate them"
              + " again.")
  private double sample;

  @Option(
      names = "--f-lo",
      paramLabel = "X",
      description = "Trust level of max_devi_f (eV/A): from here on a frame is a candidate.")
  private Double lo;

  @Option(
      names = "--f-hi",
      paramLabel = "X",
      description = "Trust level of max_devi_f (eV/A): from here on a frame is failed.")
  private Double hi;

  @Option(
      names = "--p-lo",
      paramLabel = "X",
      description =
          "With --property, trust level of max_devi_p, in the property's unit: from here on a frame is a candidate.")
  private Double propertyLo;

  @Option(
      names = "--p-hi",
      paramLabel = "X",
      description =
          "With --property, trust level of max_devi_p, in the property's unit: from here on a frame is failed.")
  private Double propertyHi;

  @Option(
      names = "--pick",
      defaultValue = "0",
      paramLabel = "N",
      description = "Most candidates to pick, into OUT.picks. Default: none.")
  private int pick;

  @Option(
      names = "--strategy",
      defaultValue = "random",
      paramLabel = "NAME",
      completionCandidates = Words.Strategies.class,
      description = "Which candidates to pick, as pick_strategy. Default: ${DEFAULT-VALUE}.")
  private String strategy;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description = "Of the picks. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Mixin private ExtxyzOptions extxyz;
  @Mixin private SparkOptions spark;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    TrustBand levels = levels();
    table.check("--frames", frames != null);
    if (outputTable != null && table.name() == null) {
      throw new InputException("--output-table goes with --table, and there is none");
    }
    PrintWriter err = spec.commandLine().getErr();
    PickStrategy picks =
        PickStrategy.named(strategy)
            .orElseThrow(
                () ->
                    new InputException(
                        "--strategy: unknown value '%s'; known: %s"
                            .formatted(strategy, String.join(", ", PickStrategy.keys()))));
    Models asked = property == null ? ofEnergies(picks, err) : ofProperty();
    RescreenOptions options =
        new RescreenOptions(
            asked.files,
            asked.typeMap,
            models.branch(),
            models.options(),
            asked.program ? new DpProgram(DpProgram.defaultCommand(), Map.of()) : null,
            table.name() == null ? frames : table.name(),
            table.name() == null
                ? null
                : new RescreenOptions.Table(table.format(), table.mapping(), outputTable),
            output,
            where,
            sample,
            levels,
            pick,
            picks,
            seed,
            extxyz.keys(),
            asked.posteriors,
            asked.property,
            asked.spreads);
    table.prepare(spark);
    SparkSession session = spark.open("rescreen", bare());
    ScreenReport report;
    try (RescreenProgress progress =
        new RescreenProgress(new ProgressLine(spec.commandLine().getErr()))) {
      report = Rescreen.run(session, options, progress);
    }
    print(report, levels != null);
    return 0;
  }

  private TrustBand levels() {
    String name = property == null ? "f" : "p";
    if (property == null ? propertyLo != null || propertyHi != null : lo != null || hi != null) {
      throw new InputException(
          property == null
              ? "--p-lo and --p-hi go with --property; the levels of max_devi_f are --f-lo and --f-hi"
              : "--f-lo and --f-hi are levels of forces, which models of a property do not have; its own are --p-lo and --p-hi");
    }
    Double from = property == null ? lo : propertyLo;
    Double to = property == null ? hi : propertyHi;
    if ((from == null) != (to == null)) {
      throw new InputException(
          "--%1$s-lo and --%1$s-hi belong together: give both, or none to only write the deviation"
              .formatted(name));
    }
    return from == null ? null : new TrustBand(from, to);
  }

  /** What is to be evaluated; how {@link RescreenOptions} has it. */
  private record Models(
      List<Path> files,
      List<String> typeMap,
      boolean program,
      PosteriorModels posteriors,
      Property property,
      List<PropertySpread> spreads) {}

  private Models ofEnergies(PickStrategy picks, PrintWriter err) {
    PosteriorModels known = uncertainty.of(models, engine, err::println).orElse(null);
    if (known != null && known.members() != null) {
      err.println("max_devi_f is the largest force error that is expected of the one model");
    }
    boolean program = known == null && engine.isProgram(models, err);
    List<Path> files = known == null ? models.files() : known.files();
    List<String> typeMap = known == null ? models.typeMap() : known.models().get(0).typeMap();
    PickStrategies.check(
        picks, () -> OutputLayerFiles.read(files.get(0), typeMap, models.branch(), () -> null));
    return new Models(files, typeMap, program, known, null, List.of());
  }

  private Models ofProperty() {
    Property wanted = PropertyTransfer.ofFrames(Property.of(property));
    models.requirePlain("--property");
    Optional<PropertyPosteriors> known = uncertainty.ofProperty(models, engine, wanted);
    return new Models(
        known.map(PropertyPosteriors::files).orElseGet(models::files),
        models.typeMap(),
        engine.namesProgram(),
        null,
        wanted,
        known.map(PropertyPosteriors::spreads).orElse(List.of()));
  }

  private void print(ScreenReport report, boolean classes) {
    PrintWriter out = spec.commandLine().getOut();
    TextTable table = new TextTable(9, 11);
    List<Object> titles = new ArrayList<>(List.of("formula", "frames"));
    if (classes) {
      titles.addAll(List.of(" accurate", " candidate", "    failed"));
    }
    titles.addAll(
        List.of(
            "   %s:     50 %%".formatted(report.measure().title()),
            "     90 %",
            "     99 %",
            "  largest"));
    table.row(titles.toArray());
    for (Row row : report.summary().stream().limit(MOST_FORMULAS).toList()) {
      List<Object> cells = new ArrayList<>(List.of(row.getString(0)));
      for (int k = 2; k < (classes ? 6 : 3); k++) {
        cells.add(String.format(Locale.ROOT, "%,d", row.getLong(k)));
      }
      for (int k = 6; k < 10; k++) {
        cells.add(row.isNullAt(k) ? "-" : TextTable.number(row.getDouble(k), 4));
      }
      table.row(cells.toArray());
    }
    table.lines().forEach(out::println);
    if (report.summary().size() > MOST_FORMULAS) {
      out.printf(
          "... and %s%n", Counted.of(report.summary().size() - MOST_FORMULAS, "more formula"));
    }
    out.printf("%s, summary: %s.summary.tsv%n", frames(report), bare());
    SampleInterval candidates = report.candidates();
    if (candidates != null) {
      out.printf(
          Locale.ROOT,
          "candidates among all %s: about %,d, with 95 %% confidence %,d to %,d%n",
          Counted.of(report.all(), "frame"),
          candidates.estimate(),
          candidates.low(),
          candidates.high());
    }
    if (pick > 0) {
      out.printf(
          Locale.ROOT,
          "%s picked (%s)%s%s%n",
          Counted.of(report.picked(), "candidate"),
          strategy,
          report.picked() > 0 ? ": %s.picks".formatted(bare()) : "",
          report.duplicates() > 0
              ? ", %,d equal to others left out".formatted(report.duplicates())
              : "");
    }
    out.flush();
    PrintWriter err = spec.commandLine().getErr();
    report.reasons().forEach(reason -> err.println("warning: " + reason));
    if (report.notEvaluated() > 0) {
      err.printf(
          Locale.ROOT,
          "warning: %s%s%n",
          Counted.of(
              report.notEvaluated(),
              "frame could not be evaluated: its numbers are NaN",
              "frames could not be evaluated: their numbers are NaN"),
          report.notEvaluated() > report.reasons().size() ? ", the first are named above" : "");
    }
    err.flush();
  }

  private String frames(ScreenReport report) {
    return String.format(Locale.ROOT, "%s: %s", output, Counted.of(report.frames(), "frame"));
  }

  private String bare() {
    return output.replaceFirst("(?<=[^/])/+$", "");
  }
}
