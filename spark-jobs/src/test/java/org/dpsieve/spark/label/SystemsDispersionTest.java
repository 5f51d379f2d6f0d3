package org.dpsieve.spark.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.d3.DispersionD3;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.label.d3.AddedD3;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemsDispersionTest {
  private static final D3Options OPTIONS = new D3Options("pbe", Damping.BJ, 12, 9);
  private static final LocalStorage LOCAL = new LocalStorage();

  @TempDir private Path folder;

  private void write(String path, double[] values, long... shape) throws IOException {
    NpyWriter.write(LOCAL, folder.resolve(path).toString(), values, shape);
  }

  private void text(String path, String text) throws IOException {
    Files.createDirectories(folder.resolve(path).getParent());
    Files.writeString(folder.resolve(path), text);
  }

  /** Two sets of a periodic CuO, of 2 and 1 frames, and what else a system may have beside. */
  private void writePeriodic(String system) throws IOException {
    text(system + "/type.raw", "1\n0\n");
    text(system + "/type_map.raw", "O\nCu\n");
    double[] box = {4, 0, 0, 0, 4.2, 0, 0.3, 0, 3.9};
    write(system + "/set.000/coord.npy", new double[] {0, 0, 0, 2, 2, 1, 0, 0, 0, 2, 1, 2}, 2, 6);
    write(system + "/set.000/box.npy", concat(box, box), 2, 9);
    write(system + "/set.000/energy.npy", new double[] {-7, -8}, 2);
    write(system + "/set.000/force.npy", new double[] {1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1}, 2, 6);
    write(system + "/set.000/virial.npy", new double[18], 2, 9);
    write(system + "/set.000/fparam.npy", new double[] {0.5, 0.25}, 2, 1);
    write(system + "/set.001/coord.npy", new double[] {0, 0, 0, 1, 2, 2}, 1, 6);
    write(system + "/set.001/box.npy", box, 1, 9);
    write(system + "/set.001/energy.npy", new double[] {-9}, 1, 1);
    write(system + "/set.001/force.npy", new double[6], 1, 6);
    write(system + "/set.001/virial.npy", new double[9], 1, 9);
    write(system + "/set.001/fparam.npy", new double[] {0.125}, 1, 1);
  }

  /** A mixed system without cell or virial: a CO and an Ag with a padded place. */
  private void writeMixed(String system) throws IOException {
    text(system + "/type.raw", "0\n0\n");
    text(system + "/type_map.raw", "C\nO\nAg\n");
    text(system + "/nopbc", "");
    write(system + "/set.000/coord.npy", new double[] {0, 0, 0, 0, 0, 1.1, 9, 9, 9, 0, 0, 2}, 2, 6);
    write(system + "/set.000/real_atom_types.npy", new double[] {0, 1, -1, 2}, 2, 2);
    write(system + "/set.000/energy.npy", new double[] {-1, -2}, 2, 1);
    write(system + "/set.000/force.npy", new double[] {1, 1, 1, 1, 1, 1, 0, 0, 0, 5, 5, 5}, 2, 6);
  }

  private static double[] concat(double[] a, double[] b) {
    return Stream.of(a, b).flatMapToDouble(java.util.Arrays::stream).toArray();
  }

  private SystemsDispersion.Report run(String source, String target) {
    return SystemsDispersion.run(
        LocalSpark.session(),
        folder.resolve(source).toString(),
        folder.resolve(target).toString(),
        new AddedD3(OPTIONS),
        List.of(),
        TypeElements.LEADING,
        (done, all) -> {});
  }

  @Test
  void aTreeComesOutAsItWasWithGrownLabels() throws IOException {
    writePeriodic("in/a/CuO");
    writeMixed("in/mixed");
    SystemsDispersion.Report report = run("in", "out");
    assertThat(report).isEqualTo(new SystemsDispersion.Report(2, 5));
    assertThat(names("out")).isEqualTo(names("in"));
    assertThat(Files.list(folder)).hasSize(2); // nothing staged stays
    DispersionD3 dispersion = new DispersionD3(OPTIONS);
    for (String system : List.of("a/CuO", "mixed")) {
      List<Frame> before = DeepmdSystems.readNpy(folder.resolve("in").resolve(system));
      List<Frame> after = DeepmdSystems.readNpy(folder.resolve("out").resolve(system));
      assertThat(after).hasSameSizeAs(before);
      for (int i = 0; i < before.size(); i++) {
        Labels expected = dispersion.addTo(before.get(i));
        assertThat(after.get(i))
            .usingRecursiveComparison()
            .isEqualTo(before.get(i).withLabels(expected));
      }
    }
    double[] force = NpyArray.open(folder.resolve("out/mixed/set.000/force.npy")).read();
    assertThat(force[6]).isEqualTo(0); // padding
    assertThat(NpyArray.open(folder.resolve("out/a/CuO/set.001/energy.npy")).shape())
        .containsExactly(1, 1);
  }

  private List<String> names(String root) throws IOException {
    try (Stream<Path> paths = Files.walk(folder.resolve(root))) {
      return paths.map(path -> folder.resolve(root).relativize(path).toString()).sorted().toList();
    }
  }

  @Test
  void oneSystemAsSourceIsOneSystemAsTarget() throws IOException {
    writeMixed("in");
    run("in", "out");
    assertThat(names("out")).isEqualTo(names("in"));
  }

  @Test
  void aSystemWithoutLabelsIsNamedAndNothingIsWritten() throws IOException {
    writePeriodic("in/good");
    writeMixed("in/bare");
    Files.delete(folder.resolve("in/bare/set.000/force.npy"));
    assertThatThrownBy(() -> run("in", "out"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("in/bare/set.000/force.npy: not found")
        .hasMessageContaining("leave it out of -s");
    assertThat(Files.list(folder)).hasSize(1);
  }

  @Test
  void anElementBeyondD3IsNamedWithItsFrameAndNothingIsWritten() throws IOException {
    writeMixed("in");
    text("in/type_map.raw", "C\nO\nAm\n");
    assertThatThrownBy(() -> run("in", "out"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("in#1: element Am (95)");
    assertThat(Files.list(folder)).hasSize(1);
  }

  @Test
  void aTargetThatHoldsSomethingIsLeftAlone() throws IOException {
    writeMixed("in");
    text("out/precious", "");
    assertThatThrownBy(() -> run("in", "out"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("out: exists already");
    assertThat(names("out")).containsExactly("", "precious");
  }

  @Test
  void thePoolsOwnRelabellingComesOut() throws IOException {
    Path source = Shared.path("data/ag-au/pbe/Ag4Au4");
    SystemsDispersion.run(
        LocalSpark.session(),
        source.toString(),
        folder.resolve("out").toString(),
        new AddedD3(new D3Options("PBE", Damping.ZERO)),
        List.of(),
        TypeElements.LEADING,
        (done, all) -> assertThat(done).isEqualTo(all));
    for (String file : List.of("energy", "force", "virial")) {
      String name = "set.000/" + file + ".npy";
      Path expected = Shared.path("data/ag-au/pbe-d3/Ag4Au4/" + name);
      assertThat(NpyArray.open(folder.resolve("out").resolve(name)).read())
          .containsExactly(NpyArray.open(expected).read(), within(1e-9));
    }
  }
}
