package org.dpsieve.io.systems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What DeePMD-kit makes of arrays with other axes, and arrays that nothing here has a place for.
 */
class ArrayLayoutsTest {
  private static final Path FIXTURES = Path.of("src/test/resources/frames");
  private static final Storage STORAGE = new LocalStorage();

  @TempDir private Path folder;

  /** Each of these DeePMD-kit 3.2 reads as the plain system ({@code DeepmdData._load_set}). */
  @ParameterizedTest
  @CsvSource({
    "energy, 4 1",
    "energy, 1 4",
    "energy, 1 1 4",
    "force, 36",
    "force, 4 3 3",
    "force, 1 36",
    "force, 12 3",
    "box, 36",
    "box, 4 3 3",
    "virial, 36",
    "virial, 12 3",
    "fparam, 8",
    "fparam, 8 1",
    "aparam, 24",
    "aparam, 12 2",
    "aparam, 4 3 2",
    "aparam, 1 24",
  })
  void numbersCountAndNotTheirAxes(String array, String shape) throws IOException {
    Path system = copy("npy/params");
    List<Frame> expected = read(system.toString(), 4);
    String file = system.resolve("set.000").resolve(array + ".npy").toString();
    NpyWriter.write(STORAGE, file, NpyArray.open(STORAGE, file).read(), axes(shape));
    for (int maxAtoms : new int[] {1, 6, 1000}) {
      assertThat(read(system.toString(), maxAtoms))
          .usingRecursiveFieldByFieldElementComparator()
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "coord, 9",
    "box, 9",
    "box, 3 3",
    "energy, 1",
    "energy, ''",
    "force, 9",
    "virial, 3 3",
    "fparam, 2",
    "aparam, 6",
  })
  void aSingleFrameNeedsNoAxis(String array, String shape) throws IOException {
    Path system = copy("npy/params");
    for (String name : List.of("coord", "box", "energy", "force", "virial", "fparam", "aparam")) {
      String file = system.resolve("set.000").resolve(name + ".npy").toString();
      NpyArray four = NpyArray.open(STORAGE, file);
      long[] axes = four.shape();
      axes[0] = 1;
      NpyWriter.write(STORAGE, file, four.rows(0, 1), name.equals(array) ? axes(shape) : axes);
    }
    assertThat(read(system.toString(), 100))
        .usingRecursiveFieldByFieldElementComparator()
        .isEqualTo(read(FIXTURES.resolve("npy/params").toString(), 100).subList(0, 1));
  }

  private static long[] axes(String shape) {
    return shape.isEmpty()
        ? new long[0]
        : Arrays.stream(shape.split(" ")).mapToLong(Long::parseLong).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"spin", "charge_spin", "efield", "total_charge", "multiplicity"})
  void whatElseAModelMayBeAskedAboutIsRefusedByName(String array) throws IOException {
    Path system = copy("npy/plain");
    NpyWriter.write(
        STORAGE,
        system.resolve("set.000/" + array + ".npy").toString(),
        new double[] {0, 0, 2, 0},
        4);
    assertThatThrownBy(() -> read(system.toString(), 100))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("set.000/" + array + ".npy: frames with")
        .hasMessageContaining("move the file away");
    NpyWriter.write(
        STORAGE, system.resolve("set.000/" + array + ".npy").toString(), new double[4], 4);
    assertThat(read(system.toString(), 100)).isNotEmpty(); // says nothing
  }

  private Path copy(String fixture) throws IOException {
    Path source = FIXTURES.resolve(fixture);
    Path target = folder.resolve("copy");
    try (var files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(source.relativize(file)));
      }
    }
    return target;
  }

  private static List<Frame> read(String source, int maxAtoms) throws IOException {
    List<Frame> frames = new ArrayList<>();
    try (FrameSystem system =
        new SystemPath(SystemPath.Layout.DEEPMD_NPY, source, "", "copy").open(STORAGE, List.of())) {
      for (FrameSystem.Run run : system.runs(maxAtoms)) {
        frames.addAll(system.read(run));
      }
    }
    return frames;
  }
}
