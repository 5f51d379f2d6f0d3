package org.dpsieve.io.deepmd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Hdf5FileWriterTest {
  @TempDir Path folder;

  private static Frame silver(double energy) {
    return new Frame(
        "s",
        0,
        new int[] {47},
        new double[3],
        new double[] {9, 0, 0, 0, 9, 0, 0, 0, 9},
        new Labels(energy, new double[3], null));
  }

  @Test
  void groupsMayBeNamedAndNested() throws IOException {
    LocalStorage storage = new LocalStorage();
    String file = folder.resolve("data.hdf5").toString();
    try (Hdf5FileWriter writer = new Hdf5FileWriter(storage, file, List.of("Ag", "Au"))) {
      writer.begin("init/Ag1Au0");
      writer.add(silver(1));
      writer.add(silver(2));
      writer.begin("iter.000000/Ag1Au0");
      writer.add(silver(3));
      writer.begin("init/Ag1Au0.1");
      writer.add(silver(4));
    }
    Map<String, List<Double>> energies = new TreeMap<>();
    for (SystemPath path : SystemFinder.find(storage, List.of(file))) {
      try (FrameSystem system = path.open(storage, List.of())) {
        energies.put(
            path.group(), system.frames().stream().map(frame -> frame.labels().energy()).toList());
      }
    }
    assertThat(energies)
        .isEqualTo(
            Map.of(
                "init/Ag1Au0", List.of(1.0, 2.0),
                "init/Ag1Au0.1", List.of(4.0),
                "iter.000000/Ag1Au0", List.of(3.0)));
  }
}
