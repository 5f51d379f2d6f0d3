package org.dpsieve.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DeePMD-kit itself reads the models that are written, and has our numbers for them. */
class WrittenModelTest {
  private static final String EVALUATE =
      """
      import json, sys
      import numpy as np
      from deepmd.infer import DeepPot
      for path in sys.argv[1:]:
          asked = json.load(open(path))
          potential = DeepPot(asked["models"][0])
          kinds = {name: i for i, name in enumerate(potential.get_type_map())}
          for frame in asked["frames"]:
              box = frame["box"] and np.array([frame["box"]])
              types = [kinds[name] for name in frame["elements"]]
              e, f, v, a, _ = potential.eval(np.array([frame["coord"]]), box, types, atomic=True)
              frame["models"] = [dict(energy=e.item(), force=f.ravel().tolist(), virial=v.ravel().tolist(),
                                      atom_energy=a.ravel().tolist())]
          json.dump(asked, open(path, "w"))
      """;

  @TempDir Path folder;

  @Test
  void isReadByDeepmdKit() throws IOException, InterruptedException {
    Path python = DeepmdKit.python();
    List<DeepPotential> models = new ArrayList<>();
    List<String> command = new ArrayList<>(List.of(python.toString(), "-c", EVALUATE));
    List<GoldenModel> goldens =
        List.of(
            new GoldenModel("plain", false),
            new GoldenModel("atom-ener", false),
            new GoldenModel("float32-fitting", false),
            new GoldenModel("compressed", false));
    for (GoldenModel golden : goldens) {
      Path source = Files.write(folder.resolve(golden.name() + ".pb"), golden.graph());
      Path target = folder.resolve(golden.name() + "-changed.pb");
      DeepPotential changed = ModelFilesTest.withOutputLayer(ModelFiles.read(source), 0.375);
      ModelFiles.writeWithOutputLayer(source, changed, target);
      models.add(changed);
      command.add(asked(golden, target).toString());
    }
    run(command);
    for (int i = 0; i < models.size(); i++) {
      Goldens told = Goldens.read(Path.of(command.get(3 + i)));
      assertThat(told.frames()).hasSizeGreaterThanOrEqualTo(8);
      for (Goldens.Evaluated evaluated : told.frames()) {
        Predictions.assertClose(
            new ReferenceModel(models.get(i)).evaluate(evaluated.frame()),
            evaluated.expected().get(0),
            goldens.get(i).tolerance(),
            goldens.get(i) + " " + evaluated.frame().name());
      }
    }
  }

  private Path asked(GoldenModel golden, Path model) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = (ObjectNode) golden.content();
    ((ArrayNode) root.path("models")).removeAll().add(model.toString());
    root.path("frames").forEach(frame -> ((ObjectNode) frame).remove("models"));
    return Files.writeString(
        folder.resolve(golden.name() + ".json"), mapper.writeValueAsString(root));
  }

  private void run(List<String> command) throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "3");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
  }
}
