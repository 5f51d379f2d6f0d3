package org.dpsieve.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.FigureFiles;
import org.dpsieve.figure.Svg;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.spark.deviation.SolvedModels;
import org.dpsieve.spark.study.Study;
import org.dpsieve.spark.study.StudyFigures;
import org.dpsieve.spark.study.StudyTable;
import org.dpsieve.spark.study.TrainerTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares picking strategies on a pool whose labels are all known. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    description = {
      "Compare picking strategies on a pool whose labels are all known: error on a part held out,"
          + " against labels.",
      "Writes errors.parquet (a row per strategy, seed, budget and model), table.md, plot.svg and"
          + " its charts one by one (study-energy.svg, .png, .csv and so on) into the output"
          + " folder."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "2:a file or option to correct", "3:a defect: please report it"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve study -m models/*/graph.pb -s data/pbe-d3 -o study",
      "  dpsieve study -m models/*/graph.pb -s data/pbe-d3 --old data/pbe -o study --budgets"
          + " 10,25,50,100",
      "  dpsieve study -m graph.pb -s pool -o study --strategies random,information --seeds 3"
          + " --unfair",
      "  dpsieve study -m models/*/graph.pb -s data/pbe-d3 -o trainers --trainer --budgets"
          + " 50,100,400"
    })
final class StudyCommand implements Callable<Integer> {
  @Option(
      names = {"-m", "--models"},
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Frozen models. Errors are means over them; picks by features use the first, deviation"
              + " all.")
  private List<Path> models;

  @Mixin private BranchOption branch;

  @Mixin private TypeMapOption typeMap;

  @Mixin private LabelledSystems systems;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "Folder to write; must not exist.")
  private Path output;

  @Option(
      names = "--old",
      arity = "1..*",
      paramLabel = "DIR",
      description =
          "Systems with labels at the old level, of the frames in -s and of any others: models are"
              + " trained from them where that leaves smaller errors on labels left out; random and"
              + " information also without them.")
  private List<String> old = List.of();

  @Option(
      names = "--strategies",
      split = ",",
      paramLabel = "NAME",
      completionCandidates = Words.Strategies.class,
      description = "Comma-separated, as pick_strategy. Default: all.")
  private List<String> strategies = PickStrategy.keys();

  @Option(
      names = "--seeds",
      defaultValue = "10",
      paramLabel = "N",
      description = "Runs of each strategy. Default: ${DEFAULT-VALUE}.")
  private int seeds;

  @Option(
      names = "--budgets",
      split = ",",
      defaultValue = "25,50,100,200,400,800",
      paramLabel = "N",
      description = "Numbers of labels, comma-separated. Default: ${DEFAULT-VALUE}.")
  private List<Integer> budgets;

  @Option(
      names = "--reference",
      defaultValue = "200",
      paramLabel = "N",
      description =
          "Labels of random that the others are compared with. Default: ${DEFAULT-VALUE}.")
  private int reference;

  @Option(
      names = "--held-out",
      defaultValue = "0.2",
      paramLabel = "X",
      description =
          "Part of the frames on which errors are measured; the same for all seeds. Default:"
              + " ${DEFAULT-VALUE}.")
  private double heldOut;

  @Option(
      names = "--unfair",
      description =
          "Make nine tenths of the pool near-duplicates (atoms displaced by 0.001 Å) of a hundredth"
              + " of it.")
  private boolean unfair;

  @Option(
      names = "--validation",
      description =
          "To choose a setting: leave that part alone and hold out as large a part of the rest, so"
              + " that nothing is chosen by the frames that results are measured on.")
  private boolean validation;

  @Option(
      names = "--trainer",
      description =
          "Compare ways to train instead: priors, rules for the ridge, loss prefactors; and how"
              + " many iterations the loop takes with each (100 random picks, trust level 0.20"
              + " eV/Å). Writes errors.parquet, loops.parquet and table.md.")
  private boolean trainer;

  @Mixin private OutputLayerOptions outputLayer;
  @Mixin private SparkOptions spark;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    check();
    Study study =
        new Study(
            strategies.stream().flatMap(name -> PickStrategy.named(name).stream()).toList(),
            seeds,
            budgets.stream().sorted().distinct().toList(),
            outputLayer.prefactors(),
            outputLayer.ridge(),
            heldOut,
            unfair,
            validation);
    List<DeepPotential> read =
        SolvedModels.read(
            models, typeMap.names(), branch.name(), spec.commandLine().getOut()::println);
    List<Frame> frames = systems.frames(spec.commandLine().getErr());
    SparkSession session = spark.open("study");
    try {
      if (trainer) {
        trainers(study.trainers(session, frames, read));
        return 0;
      }
      Dataset<Row> rows =
          study.run(session, frames, read, systems.read(old, spec.commandLine().getErr()));
      Files.createDirectories(output);
      rows.write().parquet(output.resolve("errors.parquet").toString());
      StudyTable table =
          new StudyTable(session.read().parquet(output.resolve("errors.parquet").toString()));
      String text = table.text(reference);
      Files.writeString(output.resolve("table.md"), text, StandardCharsets.UTF_8);
      List<Figure> figures = StudyFigures.of(table);
      Files.writeString(
          output.resolve("plot.svg"),
          Svg.of(Figure.beside("plot", figures)),
          StandardCharsets.UTF_8);
      FigureFiles.write(figures, output);
      spec.commandLine().getOut().printf("%s%nwritten: %s%n", text, output);
      spec.commandLine().getOut().flush();
    } finally {
      session.stop();
    }
    return 0;
  }

  private void trainers(Study.Trainers trainers) throws IOException {
    Files.createDirectories(output);
    trainers.errors().write().parquet(output.resolve("errors.parquet").toString());
    trainers.loops().write().parquet(output.resolve("loops.parquet").toString());
    String text = new TrainerTable(trainers.errors(), trainers.loops()).text();
    Files.writeString(output.resolve("table.md"), text, StandardCharsets.UTF_8);
    spec.commandLine().getOut().printf("%s%nwritten: %s%n", text, output);
    spec.commandLine().getOut().flush();
  }

  private void check() {
    List<String> problems = new ArrayList<>();
    if (Files.exists(output)) {
      problems.add(output + ": exists; name a folder that does not, or remove it");
    }
    for (String strategy : strategies) {
      if (PickStrategy.named(strategy).isEmpty()) {
        problems.add(
            "--strategies: unknown '%s'; known: %s"
                .formatted(strategy, String.join(", ", PickStrategy.keys())));
      }
    }
    if (strategies.contains(PickStrategy.DEVIATION.key()) && models.size() < 2) {
      problems.add(
          "--strategies: 'deviation' needs two models or more; name them with -m, or leave it out");
    }
    if (seeds < 1 || budgets.stream().anyMatch(b -> b < 1)) {
      problems.add("--seeds and --budgets: expected numbers above 0");
    }
    if (!(heldOut > 0 && heldOut < 1)) {
      problems.add("--held-out is %s, expected a part between 0 and 1".formatted(heldOut));
    }
    outputLayer.problem().ifPresent(problems::add);
    if (!problems.isEmpty()) {
      throw new InputException(String.join("\n", problems));
    }
  }
}
