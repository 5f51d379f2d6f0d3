package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.resident.ResidentModels;
import org.dpsieve.spark.loop.PosteriorModels;
import org.dpsieve.text.Counted;
import org.dpsieve.uncertainty.UncertainEnsemble;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Everything the models say of the frames in a JSON file. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description = {
      "Write what each model says of every frame, and their deviation, as JSON with all digits.",
      "That is: energy, force, virial and energy per atom; the frames come from a JSON file or from"
          + " systems.",
      "With --run or --posteriors also sigma: sigma_e (eV per atom), sigma_f (eV/A, largest over"
          + " atoms), rms_sigma_f, and atoms: of a component of each atom's force."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "2:a file or option to correct", "3:a defect: please report it"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve eval -m models/*/graph.pb --json frames.json -o out.json",
      "  dpsieve eval -m models/*/graph.pb -s data/pbe -o out.json",
      "  dpsieve eval --run run -s data/pbe -o out.json"
    })
final class EvalCommand implements Callable<Integer> {
  @Mixin private ModelOptions models;

  @Mixin private EngineOption engine;

  @Mixin private UncertaintyOptions uncertainty;

  @ArgGroup(multiplicity = "1")
  private Source source;

  /** Where the frames are. */
  private static final class Source {
    @Option(
        names = "--json",
        required = true,
        paramLabel = "IN",
        description = "{\"frames\": [{\"id\", \"elements\", \"coord\" (A), \"box\" (A) or null}]}.")
    private Path json;

    @Option(
        names = {"-s", "--system"},
        required = true,
        paramLabel = "DIR",
        description =
            "Instead: folder with systems at any depth, HDF5 or extxyz file, or frames dataset.")
    private String system;
  }

  @Mixin private ExtxyzOptions extxyz;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "OUT",
      description = "File to write; one that exists is replaced.")
  private Path output;

  @Spec private CommandSpec spec;
  private long notEvaluated;

  @Override
  public Integer call() throws IOException {
    Path folder = OutputFile.folder(output);
    // not a temporary file of Java's: only its owner could read it
    Path part =
        folder.resolve(output.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    PrintWriter err = spec.commandLine().getErr();
    PosteriorModels known = uncertainty.of(models, engine, err::println).orElse(null);
    List<Path> files = known == null ? models.files() : known.files();
    try (FrameSource frames = frames(known)) {
      if (known != null) {
        try (OutputLayerReader ensemble = OutputLayerReader.of(known.models(), models.options())) {
          UncertainEnsemble uncertain =
              new UncertainEnsemble(
                  known.models(), ensemble, known.uncertainty(), known.members(), null);
          String by = known.isForeign() ? "DeePMD-kit" : "dpsieve (float64)";
          write(
              frames,
              known.models().get(0).typeMap(),
              EvalRun.by(ensemble, uncertain),
              files,
              part,
              by);
        }
      } else if (engine.isProgram(models, err)) {
        try (ResidentModels program =
            EngineOption.program(models.files(), models.branch(), names())) {
          List<String> theirs = program.loaded(() -> false).typeMap();
          write(
              frames,
              theirs.isEmpty() ? names() : theirs,
              EvalRun.by(program, files.size()),
              files,
              part,
              "DeePMD-kit " + program.loaded(() -> false).version());
        }
      } else {
        try (Ensemble ensemble = models.ensemble()) {
          write(frames, ensemble.typeMap(), EvalRun.by(ensemble), files, part, "dpsieve (float64)");
        }
      }
      Files.move(part, output, StandardCopyOption.REPLACE_EXISTING);
      if (notEvaluated > 0) {
        spec.commandLine()
            .getErr()
            .printf(
                "warning: %s%n",
                Counted.of(
                    notEvaluated,
                    "frame could not be evaluated: its numbers are NaN",
                    "frames could not be evaluated: their numbers are NaN"));
      }
    } finally {
      Files.deleteIfExists(part);
    }
    return 0;
  }

  private void write(
      FrameSource frames,
      List<String> typeMap,
      Function<List<Frame>, List<EvalRun.Result>> by,
      List<Path> models,
      Path file,
      String madeBy)
      throws IOException {
    List<String> names = models.stream().map(Path::toString).toList();
    KnownFrames types = new KnownFrames(typeMap);
    try (EvaluationJson json = new EvaluationJson(OwnFiles.create(file), names, madeBy)) {
      EvalRun.run(
          frames,
          EvalRun.of(types, models.size(), by),
          result -> {
            Frame frame = result.frame();
            String id = source.json == null ? frame.name() : frame.system(); // as it names it
            json.frame(id, frame, result.models(), result.deviation(), result.sigma(), null);
            warn(result);
          });
      types.requireAny();
    }
  }

  /** Of types of models that do not name theirs; empty for others. */
  private List<String> names() {
    return ModelFiles.unnamed(models.files(), models.typeMap());
  }

  /** Of a frame that could not be evaluated: its numbers are NaN. */
  private void warn(EvalRun.Result result) {
    if (result.problem() != null) {
      notEvaluated++;
      spec.commandLine()
          .getErr()
          .printf(
              "warning: Frame %s: %s; its numbers are NaN%n",
              result.frame().name(), result.problem());
    }
  }

  private FrameSource frames(PosteriorModels known) throws IOException {
    return source.system == null
        ? new FrameSource.Given(FramesJson.read(source.json))
        : FrameSource.of(
            source.system,
            extxyz.keys(),
            known == null ? models.typeMap() : known.models().get(0).typeMap(),
            EvalRun.ATOMS_AT_ONCE,
            note -> {});
  }
}
