package org.dpsieve.io.systems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.io.systems.SystemPath.Layout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fixtures are made by scripts/goldens/frames.py with dpdata, ASE, h5py and NumPy. */
class SystemReadingTest {
  private static final Path FIXTURES = Path.of("src/test/resources/frames");
  private static final Storage STORAGE = new LocalStorage();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "npy/plain",
        "npy/fortran",
        "npy/bigendian",
        "npy/shapes",
        "npy/sets",
        "npy/params",
        "dpdata/npy",
        "dpdata/root.hdf5",
        "dpdata/groups.hdf5#/Ag1Cu0Au2"
      })
  void everyLayoutGivesTheSameFrames(String source) throws IOException {
    List<Frame> frames = read(FIXTURES.resolve(source).toString(), 6);
    requireEqual(frames, expected("base"), 0);
  }

  @Test
  void float32WidensExactly() throws IOException {
    List<Frame> frames = read(FIXTURES.resolve("npy/float32").toString(), 1000);
    JsonNode base = expected("base");
    for (int i = 0; i < 4; i++) {
      assertThat(frames.get(i).labels().energy())
          .isEqualTo((double) (float) base.get("energy").get(i).asDouble());
      double[] coord = doubles(base.get("coord").get(i));
      for (int k = 0; k < coord.length; k++) {
        assertThat(frames.get(i).coord()[k]).isEqualTo((double) (float) coord[k]);
      }
    }
  }

  @Test
  void mixedSystemsLoseTheirPadding() throws IOException {
    List<Frame> frames = new ArrayList<>(read(FIXTURES.resolve("dpdata/mixed").toString(), 4));
    assertThat(frames).hasSize(6);
    int second = frames.get(0).atomCount() == 3 ? 4 : 2; // both share one folder, padded to 4
    List<Frame> threes = frames.stream().filter(f -> f.atomCount() == 3).toList();
    List<Frame> twos = frames.stream().filter(f -> f.atomCount() == 2).toList();
    requireEqual(threes, expected("base"), threes.get(0).index());
    requireEqual(twos, expected("other"), twos.get(0).index());
    assertThat(List.of(threes.get(0).index(), twos.get(0).index())).contains(0, second);
  }

  @Test
  void groupsOfAnHdf5FileAreSystems() throws IOException {
    String file = FIXTURES.resolve("dpdata/groups.hdf5").toString();
    assertThat(SystemFinder.find(STORAGE, List.of(file)))
        .extracting(SystemPath::name)
        .containsExactly("Ag1Cu0Au2", "Ag2");
    requireEqual(read(file + "#/Ag2", 1000), expected("other"), 0);
    assertThatThrownBy(() -> SystemFinder.find(STORAGE, List.of(file + "#/Cu5")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no group '/Cu5'");
  }

  @Test
  void hdf5IsReadFromStoragesThatAreNotThisMachine() throws IOException {
    LocalStorage far =
        new LocalStorage() {
          @Override
          public SeekableByteChannel open(String path) throws IOException {
            SeekableByteChannel channel = super.open(path);
            return (SeekableByteChannel)
                Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {SeekableByteChannel.class},
                    (proxy, method, arguments) -> method.invoke(channel, arguments));
          }
        };
    SystemPath path =
        SystemFinder.find(far, List.of(FIXTURES.resolve("dpdata/root.hdf5").toString())).get(0);
    try (FrameSystem system = path.open(far, List.of())) {
      List<Frame> frames = new ArrayList<>();
      for (FrameSystem.Run run : system.runs(1000)) {
        frames.addAll(system.read(run));
      }
      requireEqual(frames, expected("base"), 0);
    }
  }

  @Test
  void extxyzIsReadAsAseReadsIt() throws IOException {
    JsonNode expected = expected("ase");
    List<Frame> frames = read(FIXTURES.resolve("ase.extxyz").toString(), 5);
    assertThat(frames).hasSize(expected.size());
    for (int i = 0; i < frames.size(); i++) {
      Frame frame = frames.get(i);
      JsonNode ase = expected.get(i);
      assertThat(frame.index()).isEqualTo(i);
      assertThat(frame.z()).containsExactly(numbers(ase.get("symbols")));
      assertThat(frame.coord()).containsExactly(doubles(ase.get("coord")));
      if (ase.has("box")) {
        assertThat(frame.cell()).containsExactly(doubles(ase.get("box")));
        assertThat(frame.labels().energy()).isEqualTo(ase.get("energy").asDouble());
        assertThat(frame.labels().force()).containsExactly(doubles(ase.get("force")));
        assertThat(frame.labels().virial())
            .containsExactly(doubles(ase.get("virial")), within(1e-13));
      } else {
        assertThat(frame.cell()).isNull();
        assertThat(frame.labels().energy()).isNull();
      }
    }
  }

  @Test
  void whatIsNotThereIsMissing() throws IOException {
    Frame free = read(FIXTURES.resolve("npy/nopbc").toString(), 1000).get(1);
    assertThat(free.cell()).isNull();
    assertThat(free.labels().virial()).isNull();
    assertThat(free.labels().energy()).isNotNull();
    Frame bare = read(FIXTURES.resolve("npy/unlabelled").toString(), 1000).get(1);
    assertThat(bare.cell()).isNotNull();
    assertThat(bare.labels().energy()).isNull();
    assertThat(bare.labels().force()).isNull();
  }

  @Test
  void parametersAreCarriedAlongAndTheRestIsNamed() throws IOException {
    JsonNode all = new ObjectMapper().readTree(new File(FIXTURES + "/expected.json"));
    try (FrameSystem system = open(FIXTURES.resolve("npy/params").toString())) {
      List<Frame> frames = system.read(system.runs(1000).get(0));
      assertThat(system.ignored()).containsExactly("dipole.npy");
      for (int i = 0; i < 4; i++) {
        assertThat(frames.get(i).fparam()).containsExactly(doubles(all.get("fparam").get(i)));
        assertThat(frames.get(i).aparam()).containsExactly(doubles(all.get("aparam").get(i)));
      }
    }
  }

  @Test
  void aMissingTypeMapNamesTheFix() throws IOException {
    String source = FIXTURES.resolve("npy/no_type_map").toString();
    assertThatThrownBy(() -> read(source, 100))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("type_map.raw: not found")
        .hasMessageContaining("--type-map Ag,Au");
    SystemPath path = SystemFinder.find(STORAGE, List.of(source)).get(0);
    try (FrameSystem system = path.open(STORAGE, List.of("Ag", "Cu", "Au"))) {
      requireEqual(system.read(system.runs(1000).get(0)), expected("base"), 0);
    }
    assertThatThrownBy(() -> path.open(STORAGE, List.of("Ag", "Au")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("type 2 at place 0, expected 0 to 1");
  }

  @Test
  void namesThatAreNoElementsAreKept() throws IOException {
    Path system = copy("npy/plain");
    Files.writeString(system.resolve("type_map.raw"), "Ag Xx Au");
    requireEqual(read(system.toString(), 100), expected("base"), 0);
    Files.writeString(system.resolve("type_map.raw"), "Au1 Cu Au2");
    Frame frame = read(system.toString(), 100).get(0);
    assertThat(frame.types()).containsExactly("Au2", "Au1");
    assertThat(frame.z()).doesNotContain(79);
  }

  @ParameterizedTest
  @CsvSource({
    "Au1 Cu Au1,'Au1' twice (types 0 and 2)",
    "Ag Cu Ag,'Ag' twice (types 0 and 2)",
    "Ag O#2 Au,'type name ''O#2'': no white space, control characters or # (type 1)'",
    "Ag O@ Au,'type name ''O\\u0007'''" // with a control character for the @
  })
  void aTypeMapOfNoNamesIsRefused(String words, String message) throws IOException {
    Path system = copy("npy/plain");
    Files.writeString(system.resolve("type_map.raw"), words.replace('@', (char) 7));
    assertThatThrownBy(() -> read(system.toString(), 100))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("type_map.raw: ")
        .hasMessageContaining(message)
        .hasMessageContaining("expected a name of its own for each type");
  }

  @Test
  void allProblemsOfASystemAreToldTogether() throws IOException {
    Path system = copy("npy/sets");
    byte[] coord = Files.readAllBytes(system.resolve("set.000/coord.npy"));
    Files.write(system.resolve("set.000/coord.npy"), Arrays.copyOf(coord, coord.length - 8));
    NpyWriter.write(STORAGE, system.resolve("set.10/force.npy").toString(), new double[16], 2, 8);
    assertThatThrownBy(() -> read(system.toString(), 100))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("set.000/coord.npy: 192 bytes, expected 200 for shape (1, 9)")
        .hasMessageContaining("set.10/force.npy: shape (2, 8), expected (2, 9): type.raw lists 3");
  }

  @Test
  void aLabelOfSomeSetsOnlyIsAProblem() throws IOException {
    Path system = copy("npy/sets");
    Files.delete(system.resolve("set.9/energy.npy"));
    assertThatThrownBy(() -> read(system.toString(), 100))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("energy.npy is missing in set.9");
  }

  @Test
  void truncatedAndNonsenseXyzNameTheLine() throws IOException {
    Path file = folder.resolve("a.xyz");
    Files.writeString(file, "1\n\nAg 0 0 0\n2\n\nAg 0 0 0\n");
    assertThatThrownBy(() -> read(file.toString(), 100))
        .hasMessageContaining("a.xyz: frame at line 4: the file ends after 1 of 2 atoms");
    Files.writeString(file, "1\n\nAg 0 0 zero\n");
    assertThatThrownBy(() -> read(file.toString(), 100)).hasMessageContaining("'zero'");
    Files.writeString(file, "1\nstress=\"1 2 3\" Lattice=\"1 0 0 0 1 0 0 0 1\"\nAg 0 0 0\n");
    assertThatThrownBy(() -> read(file.toString(), 100))
        .hasMessageContaining("stress holds 3 numbers, expected 9 or 6");
  }

  @Test
  void treesAreWalkedInOrderAndLinksFollowedOnce() throws IOException {
    Path tree = folder.resolve("tree");
    Files.createDirectories(tree.resolve("b/deep"));
    Files.createSymbolicLink(
        tree.resolve("b/deep/linked"), FIXTURES.resolve("npy/plain").toAbsolutePath());
    Files.createSymbolicLink(tree.resolve("a"), FIXTURES.resolve("npy/nopbc").toAbsolutePath());
    Files.createSymbolicLink(tree.resolve("b/round"), tree);
    Files.copy(FIXTURES.resolve("ase.extxyz"), tree.resolve("c.extxyz"));
    assertThat(SystemFinder.find(STORAGE, List.of(tree.toString())))
        .extracting(SystemPath::name)
        .containsExactly("a", "b/deep/linked", "c.extxyz");
    String plain = FIXTURES.resolve("npy/plain").toString();
    assertThat(SystemFinder.find(STORAGE, List.of(plain, plain)))
        .extracting(SystemPath::name)
        .containsExactly("plain");
    Files.createDirectories(folder.resolve("empty"));
    assertThatThrownBy(
            () -> SystemFinder.find(STORAGE, List.of(folder + "/empty", folder + "/none", plain)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("empty: no system found")
        .hasMessageContaining("none: not found");
  }

  @Test
  void lmdbIsFoundByFolderFileAndContent() throws IOException {
    Path tree = folder.resolve("tree");
    Path lmdb = Files.createDirectories(tree.resolve("train.lmdb"));
    byte[] content = new byte[4096];
    ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putInt(16, 0xBEEFC0DE);
    Files.write(lmdb.resolve("data.mdb"), content);
    Files.write(lmdb.resolve("lock.mdb"), content);
    Files.write(tree.resolve("frames"), content);
    for (String source : List.of("", "/train.lmdb", "/train.lmdb/data.mdb", "/frames")) {
      List<SystemPath> found = SystemFinder.find(STORAGE, List.of(tree + source));
      assertThat(found).singleElement().extracting(SystemPath::layout).isEqualTo(Layout.LMDB);
      assertThatThrownBy(() -> found.get(0).open(STORAGE, List.of()))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("LMDB format version 0, expected 1");
    }
    Files.copy(FIXTURES.resolve("ase.extxyz"), tree.resolve("c.extxyz"));
    assertThat(SystemFinder.find(STORAGE, List.of(tree.toString()))).hasSize(2);
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    List<Frame> frames = read(FIXTURES.resolve("npy/params").toString(), 1000);
    String target = folder.resolve("out").toString();
    try (NpySystemWriter writer =
        new NpySystemWriter(STORAGE, target, List.of("Au", "Ag"), frames.size())) {
      for (Frame frame : frames) {
        writer.add(frame);
      }
    }
    assertThat(read(target, 1000))
        .usingRecursiveComparison()
        .ignoringFields("system")
        .isEqualTo(frames);
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

  private static FrameSystem open(String source) throws IOException {
    return SystemFinder.find(STORAGE, List.of(source)).get(0).open(STORAGE, List.of());
  }

  private static List<Frame> read(String source, int maxAtoms) throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (SystemPath path : SystemFinder.find(STORAGE, List.of(source))) {
      List<FrameSystem.Run> runs;
      try (FrameSystem system = path.open(STORAGE, List.of())) {
        runs = system.runs(maxAtoms);
      }
      for (FrameSystem.Run run : runs) { // each by a reader of its own, as Spark's tasks do
        try (FrameSystem system = path.open(STORAGE, List.of())) {
          frames.addAll(system.read(run));
        }
      }
    }
    return frames;
  }

  private static JsonNode expected(String key) throws IOException {
    return new ObjectMapper().readTree(new File(FIXTURES + "/expected.json")).get(key);
  }

  private static void requireEqual(List<Frame> frames, JsonNode expected, int first) {
    assertThat(frames).hasSize(expected.get("energy").size());
    for (int i = 0; i < frames.size(); i++) {
      Frame frame = frames.get(i);
      assertThat(frame.index()).isEqualTo(first + i);
      assertThat(frame.z()).containsExactly(numbers(expected.get("symbols")));
      assertThat(frame.coord()).containsExactly(doubles(expected.get("coord").get(i)));
      assertThat(frame.cell()).containsExactly(doubles(expected.get("box").get(i)));
      assertThat(frame.labels().energy()).isEqualTo(expected.get("energy").get(i).asDouble());
      assertThat(frame.labels().force()).containsExactly(doubles(expected.get("force").get(i)));
      assertThat(frame.labels().virial()).containsExactly(doubles(expected.get("virial").get(i)));
    }
  }

  private static int[] numbers(JsonNode symbols) {
    int[] z = new int[symbols.size()];
    for (int i = 0; i < z.length; i++) {
      z[i] = Elements.number(symbols.get(i).asText()).orElseThrow();
    }
    return z;
  }

  private static double[] doubles(JsonNode values) {
    double[] array = new double[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i).asDouble();
    }
    return array;
  }
}
