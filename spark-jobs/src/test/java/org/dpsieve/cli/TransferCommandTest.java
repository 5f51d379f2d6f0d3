package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.Predictions;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class TransferCommandTest {
  private static final Path BUILT_IN = Shared.repository().resolve("conf/ag-au");
  private static final Path MODEL = BUILT_IN.resolve("models/0/graph.pb");

  private static final String EVALUATE =
      """
      import json, sys
      import numpy as np
      from deepmd.infer import DeepPot
      system, model, target = sys.argv[1:]
      load = lambda name: np.load(f"{system}/set.000/{name}.npy")
      types = [int(t) for t in open(f"{system}/type.raw").read().split()]
      names = open(f"{system}/type_map.raw").read().split()
      potential = DeepPot(model)
      types = [potential.get_type_map().index(names[t]) for t in types]
      e, f, v, a, _ = potential.eval(load("coord"), load("box"), types, atomic=True)
      json.dump([dict(energy=e[i].item(), force=f[i].ravel().tolist(), virial=v[i].ravel().tolist(),
                      atom_energy=a[i].ravel().tolist()) for i in range(len(e))], open(target, "w"))
      """;

  @TempDir private Path folder;
  private Path mixed;
  private Path silver;
  private Path target;

  private final Terminal terminal = new Terminal();

  @BeforeEach
  void writeSystems() throws IOException {
    mixed = system("Ag4Au4", 8);
    silver = system("Ag8", 4);
    target = folder.resolve("new.pb");
  }

  /** Labelled frames, 0.6 eV an atom below the built-in ones. */
  private Path system(String name, int frames) throws IOException {
    List<Frame> shifted = new ArrayList<>();
    for (Frame frame : DeepmdSystems.readNpy(BUILT_IN.resolve("pbe/" + name)).subList(0, frames)) {
      Labels labels = frame.labels();
      double energy = labels.energy() - 0.6 * frame.atomCount();
      shifted.add(frame.withLabels(new Labels(energy, labels.force(), labels.virial())));
    }
    return write(name, shifted);
  }

  private Path write(String name, List<Frame> frames) throws IOException {
    Path system = folder.resolve(name);
    LocalStorage storage = new LocalStorage();
    List<String> elements = List.of("Ag", "Au", "Cu");
    try (NpySystemWriter writer =
        new NpySystemWriter(storage, system.toString(), elements, frames.size())) {
      for (Frame frame : frames) {
        writer.add(frame);
      }
    }
    return system;
  }

  private int run(Object... options) {
    return terminal.run(Stream.concat(Stream.of("transfer"), Stream.of(options)).toArray());
  }

  private Path old(boolean useless) throws IOException {
    List<Frame> before = new ArrayList<>();
    for (String name : List.of("Ag4Au4", "Ag8", "Ag6Au2", "Au8")) {
      for (Frame frame : DeepmdSystems.readNpy(BUILT_IN.resolve("pbe/" + name))) {
        Labels labels = frame.labels();
        double[] force = labels.force().clone();
        for (int k = 0; useless && k < force.length; k++) {
          force[k] = 3 * Math.sin(frame.index() + 12.9898 * k);
        }
        before.add(
            frame.withLabels(
                useless
                    ? new Labels(Math.sin(7.0 * frame.index()), force, new double[9])
                    : labels));
      }
    }
    java.util.Collections.reverse(before);
    Path folder1 = folder.resolve("old");
    int part = 0;
    for (Frame frame : before) { // a system each: another order and other names than in -s
      if (part++ % 3 == 0 || part > before.size() - 24) {
        try (NpySystemWriter writer =
            new NpySystemWriter(
                new LocalStorage(),
                folder1.resolve("part" + part).toString(),
                List.of("Ag", "Au"),
                1)) {
          writer.add(frame);
        }
      }
    }
    return folder1;
  }

  @Test
  void oldLabelsAreMatchedByFrameAndUsedWhereTheyHelp() throws IOException {
    assertThat(run("-m", MODEL, "-s", mixed, "--old", old(false), "-o", target))
        .as(terminal::said)
        .isZero();
    assertThat(terminal.out())
        .contains("8 of the labelled among them", "used: loss on labels left out");
    // the change is a shift, so what the old labels leave is all that is left
    ReferenceModel model = new ReferenceModel(ModelFiles.read(target));
    double sum = 0;
    List<Frame> unseen = DeepmdSystems.readNpy(BUILT_IN.resolve("pbe/Ag4Au4")).subList(8, 20);
    for (Frame frame : unseen) {
      double error = (model.evaluate(frame).energy() - frame.labels().energy()) / 8 + 0.6;
      sum += error * error / unseen.size();
    }
    assertThat(Math.sqrt(sum)).isLessThan(0.01);
  }

  @Test
  void uselessOldLabelsEndInTheModelThatIsSolvedWithoutThem() throws IOException {
    assertThat(run("-m", MODEL, "-s", mixed, "--old", old(true), "-o", target))
        .as(terminal::said)
        .isZero();
    assertThat(terminal.out()).contains("not used: loss on labels left out");
    Path without = folder.resolve("without.pb");
    assertThat(run("-m", MODEL, "-s", mixed, "-o", without)).isZero();
    assertThat(target).hasSameBinaryContentAs(without);
  }

  @Test
  @Tag("peer")
  void writesAModelThatDeepmdKitEvaluatesAsWeDo() throws IOException, InterruptedException {
    assertThat(run("-m", MODEL, "-s", mixed, "-s", silver, "-o", target))
        .as(terminal::said)
        .isZero();
    assertThat(terminal.out())
        .contains("labelled frames   12", "chosen by cross-validation", "written: " + target);
    DeepPotential written = ModelFiles.read(target);
    ReferenceModel model = new ReferenceModel(written);
    List<Frame> frames = DeepmdSystems.readNpy(mixed);
    for (Frame frame : frames.subList(0, 2)) {
      double perAtom = (model.evaluate(frame).energy() - frame.labels().energy()) / 8;
      assertThat(perAtom).isCloseTo(0, within(0.02));
    }
    Path python = DeepmdKit.python();
    Path told = folder.resolve("dp.json");
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                python.toString(),
                "-c",
                EVALUATE,
                mixed.toString(),
                target.toString(),
                told.toString()));
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "3");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    JsonNode dp = new ObjectMapper().readTree(told.toFile());
    for (int k = 0; k < 2; k++) {
      Prediction expected =
          new Prediction(
              dp.path(k).path("energy").asDouble(),
              numbers(dp.path(k).path("force")),
              numbers(dp.path(k).path("virial")),
              numbers(dp.path(k).path("atom_energy")));
      Predictions.assertClose(model.evaluate(frames.get(k)), expected, 1, frames.get(k).name());
    }
  }

  private static double[] numbers(JsonNode list) {
    double[] numbers = new double[list.size()];
    for (int k = 0; k < numbers.length; k++) {
      numbers[k] = list.get(k).asDouble();
    }
    return numbers;
  }

  @Test
  void sameBytesOnAnyNumberOfCoresAndOverAnExistingFile() throws IOException {
    assertThat(run("-m", MODEL, "-s", mixed, silver, "-o", target, "--master", "local[1]"))
        .as(terminal::said)
        .isZero();
    byte[] one = Files.readAllBytes(target);
    assertThat(run("-m", MODEL, "-s", silver, mixed, "-o", target, "--master", "local[2]"))
        .as(terminal::said)
        .isZero();
    assertThat(Files.readAllBytes(target)).isEqualTo(one);
  }

  @Test
  void aGivenRidgeIsTaken() {
    assertThat(run("-m", MODEL, "-s", silver, "-o", target, "--ridge", "0.5"))
        .as(terminal::said)
        .isZero();
    assertThat(terminal.out()).contains("ridge             0.5 (given)");
    assertThat(run("-m", MODEL, "-s", silver, "-o", target, "--ridge=-1")).isEqualTo(2);
    assertThat(run("-m", MODEL, "-s", silver, "-o", target, "--ridge=many")).isEqualTo(2);
    assertThat(terminal.err()).contains("--ridge is -1.0", "many");
  }

  @Test
  void whatIsNotFittedIsSaid() throws IOException {
    assertThat(run("-m", MODEL, "-s", mixed, "-o", target, "--pref-v", "0"))
        .as(terminal::said)
        .isZero();
    assertThat(terminal.out())
        .contains("not fitted        virial: held")
        .doesNotContain("energy: ");
    List<Frame> energies =
        DeepmdSystems.readNpy(mixed).stream()
            .map(frame -> frame.withLabels(new Labels(frame.labels().energy(), null, null)))
            .toList();
    assertThat(run("-m", MODEL, "-s", write("energies", energies), "-o", target))
        .as(terminal::said)
        .isZero();
    assertThat(terminal.out())
        .contains("not fitted        force: held", "not fitted        virial: held");
  }

  @Test
  void framesWithoutLabelsAreRefused() throws IOException {
    Frame labelled = DeepmdSystems.readNpy(silver).get(0);
    Path bare = write("bare", List.of(labelled.withLabels(Labels.NONE)));
    assertThat(run("-m", MODEL, "-s", bare, "-o", target)).isEqualTo(2);
    assertThat(terminal.err()).contains("no frame has an energy, force or virial label");
    assertThat(target).doesNotExist();
  }

  @Test
  void anElementTheModelLacksIsRefused() throws IOException {
    Frame any = DeepmdSystems.readNpy(silver).get(0);
    int[] z = any.z().clone();
    z[3] = 29;
    Path copper =
        write("copper", List.of(new Frame("copper", 0, z, any.coord(), any.cell(), any.labels())));
    assertThat(run("-m", MODEL, "-s", copper, "-o", target)).isEqualTo(2);
    assertThat(terminal.err()).contains("Cu", "Ag Au");
    assertThat(target).doesNotExist();
  }

  @Test
  void wrongFilesAreNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("text.pb"), "no model");
    assertThat(run("-m", text, "-s", silver, "-o", target)).isEqualTo(2);
    assertThat(terminal.err()).contains(text.toString());
    Path missing = folder.resolve("missing");
    assertThat(run("-m", MODEL, "-s", missing, "-o", target)).isEqualTo(2);
    assertThat(terminal.err()).contains(missing.toString());
    Path nowhere = folder.resolve("nowhere/new.pb");
    assertThat(run("-m", MODEL, "-s", silver, "-o", nowhere)).isEqualTo(2);
    assertThat(terminal.err()).contains(nowhere.toString());
    Path model = Files.copy(MODEL, folder.resolve("start.pb"));
    assertThat(run("-m", model, "-s", silver, "-o", model)).isEqualTo(2);
    assertThat(terminal.err()).contains("would replace the model it starts from");
    assertThat(model).hasSameBinaryContentAs(MODEL);
  }
}
