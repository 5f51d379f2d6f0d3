package org.dpsieve.spark.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.config.NodeConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.RegularFile;
import org.dpsieve.loop.Workdir;
import org.dpsieve.spark.node.NodeTasks;
import org.dpsieve.train.DpInput;
import org.dpsieve.train.DpInput.DataSystem;

/**
 * {@code final_training}: {@code dp train} of the final models on {@code result/pool}, all layers
 * free. Forces are weighed ({@link ForceWeights}) with σ from the pool and the models' own error ρ.
 */
final class FinalTraining {
  /** Of a step, at least: DeePMD-kit's {@code auto}. */
  private static final int ATOMS = 32;

  private static final String MADE_FROM = "made_from";

  private final SimplifyConfig config;
  private final NodeConfig node;
  private final NodeTasks nodes;
  private final Workdir workdir;

  /**
   * @param config with the training of {@link org.dpsieve.config.TrainConfig#finalFrom}
   */
  FinalTraining(SimplifyConfig config, NodeConfig node, NodeTasks nodes, Workdir workdir) {
    this.config = config;
    this.node = node;
    this.nodes = nodes;
    this.workdir = workdir;
  }

  /**
   * @param modelError ρ, eV/Å
   */
  void train(Path target, Path result, double modelError) {
    DpTraining.Place place =
        new DpTraining.Place("final_training", workdir.finalTasks(), workdir.finalJournal());
    try {
      String source = RegularFile.sha256(result.resolve("_stage.json"));
      Path made = place.tasks().resolve(MADE_FROM);
      if (!Files.exists(made) || !Files.readString(made).equals(source)) {
        OwnFiles.remove(place.tasks()); // of an earlier result, or half made
        Files.deleteIfExists(place.journal());
        DpTraining.link(result.resolve("pool"), place.data());
        ForceWeights.write(place.data(), modelError);
        Files.writeString(made, source);
      }
      List<DataSystem> systems = systems(place.data());
      new DpTraining(config, node, nodes, workdir)
          .train(
              target,
              place,
              m -> config.train().dp().orElseThrow().start().get(m),
              m -> input(m, systems));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private DpInput input(int model, List<DataSystem> systems) {
    return new DpInput(config.train().input(model).json())
        .typeMap(config.typeMap())
        .systems(systems)
        .validationFrom(config.file().toAbsolutePath().getParent())
        .seeds("%d:final:%d".formatted(config.pick().seed(), model))
        .fileNames()
        .free(config.train().finalSteps().orElseThrow())
        .atomPreferences()
        .lastCheckpoint();
  }

  private static List<DataSystem> systems(Path data) throws IOException {
    List<DataSystem> systems = new ArrayList<>();
    List<Path> folders;
    try (Stream<Path> walk = Files.walk(data)) {
      folders =
          walk.filter(path -> path.endsWith("type.raw")).map(Path::getParent).sorted().toList();
    }
    for (Path folder : folders) {
      int atoms = Math.toIntExact(Files.readString(folder.resolve("type.raw")).lines().count());
      systems.add(
          new DataSystem(
              "data/" + data.relativize(folder), atoms, 0, false, (ATOMS + atoms - 1) / atoms));
    }
    return systems;
  }
}
