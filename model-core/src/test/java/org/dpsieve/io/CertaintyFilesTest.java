package org.dpsieve.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.deepmd.Hdf5FileWriter;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.io.extxyz.ExtxyzWriter;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of labels stands beside them, and readers of frames pass over it. */
class CertaintyFilesTest {
  private static final List<String> TYPES = List.of("Ag", "Au");

  @TempDir private Path folder;
  private final LocalStorage storage = new LocalStorage();
  private final Frame frame =
      RandomModels.agAuFrame(1, 4).withLabels(new Labels(-3.0, new double[12], new double[9]));
  private final Certainty computed = new Certainty(true, 0.0, new double[4]);
  private final Certainty predicted = new Certainty(false, 0.25, new double[] {1, 2, 3, 4});

  private void write(SystemWriter writer) throws IOException {
    writer.add(frame, computed);
    writer.add(frame, predicted);
    writer.close();
  }

  private List<Frame> read() throws IOException {
    try (FrameSystem system =
        SystemFinder.find(storage, List.of(folder.toString())).get(0).open(storage, TYPES)) {
      return system.frames();
    }
  }

  private void requireLabels(List<Frame> frames) {
    assertThat(frames).hasSize(2);
    assertThat(frames.get(1).labels().energy()).isEqualTo(-3.0);
    assertThat(frames.get(1).labels().force()).hasSize(12);
    assertThat(frames.get(1).coord()).containsExactly(frame.coord());
  }

  @Test
  void arraysOfASet() throws IOException {
    write(new NpySystemWriter(storage, folder.resolve("s").toString(), TYPES, 2));
    Path set = folder.resolve("s/set.000");
    assertThat(NpyArray.open(set.resolve("computed.npy")).read()).containsExactly(1, 0);
    assertThat(NpyArray.open(set.resolve("sigma_energy.npy")).read()).containsExactly(0, 0.25);
    NpyArray force = NpyArray.open(set.resolve("sigma_force.npy"));
    assertThat(force.shape()).containsExactly(2, 4);
    assertThat(force.read()).containsExactly(0, 0, 0, 0, 1, 2, 3, 4);
    requireLabels(DeepmdSystems.readNpy(folder.resolve("s")));
  }

  @Test
  void datasetsOfAnHdf5File() throws IOException {
    write(new Hdf5FileWriter(storage, folder.resolve("s.hdf5").toString(), TYPES));
    try (var file = new io.jhdf.HdfFile(folder.resolve("s.hdf5"))) {
      var set = (io.jhdf.api.Group) file.getChildren().values().iterator().next();
      Object sigma =
          ((io.jhdf.api.Dataset)
                  ((io.jhdf.api.Group) set.getChild("set.000")).getChild("sigma_force.npy"))
              .getData();
      assertThat((double[][]) sigma).isDeepEqualTo(new double[][] {{0, 0, 0, 0}, {1, 2, 3, 4}});
    }
    requireLabels(read());
  }

  @Test
  void keysOfExtendedXyz() throws IOException {
    write(new ExtxyzWriter(storage, folder.resolve("s.extxyz").toString()));
    List<String> lines = Files.readAllLines(folder.resolve("s.extxyz"));
    assertThat(lines.get(1)).contains("computed=T", "sigma_energy=0.0", "sigma_force:R:1");
    assertThat(lines.get(7)).contains("computed=F", "sigma_energy=0.25");
    assertThat(lines.get(8)).endsWith(" 1.0");
    requireLabels(read());
  }

  @Test
  void nothingMoreIsWrittenWhereNothingIsKnown() throws IOException {
    try (NpySystemWriter writer =
        new NpySystemWriter(storage, folder.resolve("s").toString(), TYPES, 2)) {
      writer.add(frame);
    }
    assertThat(folder.resolve("s/set.000/computed.npy")).doesNotExist();
  }
}
