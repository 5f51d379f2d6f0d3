package org.dpsieve.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.OrderedParallel;
import org.dpsieve.infer.Prediction;
import org.dpsieve.io.OwnFiles;
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
      "That is: energy, force, virial and energy per atom; the frames come from a JSON file."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "2:a file or option to correct", "3:a defect: please report it"},
    footerHeading = "%nExamples:%n",
    footer = {"  dpsieve eval -m models/*/graph.pb --json frames.json -o out.json"})
final class EvalCommand implements Callable<Integer> {
  private static final int ATOMS_AT_ONCE = 8192;

  @Mixin private ModelOptions models;

  @Option(
      names = "--json",
      required = true,
      paramLabel = "IN",
      description = "{\"frames\": [{\"id\", \"elements\", \"coord\" (A), \"box\" (A) or null}]}.")
  private Path input;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "OUT",
      description = "File to write; one that exists is replaced.")
  private Path output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    List<Frame> frames = FramesJson.read(input);
    Path folder = output.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder) || Files.isDirectory(output)) {
      throw new InputException(
          output + ": cannot be written: expected a file in a folder that exists");
    }
    // not a temporary file of Java's: only its owner could read it
    Path part =
        folder.resolve(output.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    try (Ensemble ensemble = models.ensemble()) {
      List<String> names = models.files().stream().map(Path::toString).toList();
      try (EvaluationJson json = new EvaluationJson(OwnFiles.create(part), names)) {
        OrderedParallel.map(
            chunks(frames).iterator(),
            chunk -> new Chunk(chunk, ensemble.evaluate(chunk)),
            chunk -> {
              chunk.write(json);
              warn(chunk, ensemble);
            });
      }
      Files.move(part, output, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
    return 0;
  }

  /** Of frames that could not be evaluated: their numbers are NaN. */
  private void warn(Chunk chunk, Ensemble ensemble) {
    for (int i = 0; i < chunk.frames().size(); i++) {
      Frame frame = chunk.frames().get(i);
      if (Double.isNaN(chunk.predictions().get(i)[0].energy())) {
        spec.commandLine()
            .getErr()
            .printf(
                "warning: Frame %s: %s; its numbers are NaN%n",
                frame.name(), ensemble.problem(frame).orElse("the models give NaN"));
      }
    }
  }

  private static List<List<Frame>> chunks(List<Frame> frames) {
    List<List<Frame>> chunks = new ArrayList<>();
    int atoms = ATOMS_AT_ONCE;
    for (Frame frame : frames) {
      if (atoms >= ATOMS_AT_ONCE) {
        chunks.add(new ArrayList<>());
        atoms = 0;
      }
      chunks.get(chunks.size() - 1).add(frame);
      atoms += frame.atomCount();
    }
    return chunks;
  }

  private record Chunk(List<Frame> frames, List<Prediction[]> predictions) {
    void write(EvaluationJson json) {
      for (int i = 0; i < frames.size(); i++) {
        json.frame(frames.get(i), predictions.get(i));
      }
    }
  }
}
