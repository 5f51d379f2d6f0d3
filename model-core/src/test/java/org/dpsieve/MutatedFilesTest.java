package org.dpsieve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.Mutations;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spoilt models and frames, see {@link Mutations}; spoilt outputs and settings are spark-jobs'. */
@Tag("slow")
class MutatedFilesTest {
  private static final Path RESOURCES = Path.of("src/test/resources");
  private static final Storage STORAGE = new LocalStorage();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "models/plain.pb",
        "models/exclude-types-one-side.pb",
        "models/compressed-exclude-types.pb",
        "models/type-embedding-one-side.pb",
        "models/se-atten-attention-exclude.pb",
        "models/compressed-se-atten-exclude-types.pb",
        "architectures/se_e2_a-one-side.dp",
        "architectures/se_e2_a-one-side.yaml",
        "architectures/se_e2_a-one-side.pth",
        "architectures/se_e2_a-one-side.pt",
        "architectures/hybrid-mixed.dp",
        "architectures/se_atten-attention.pth",
        "dpa4c/lmax-3-modes.dp",
        "dpa4c/plain.yaml",
        "dpa4c/linear.pt"
      })
  void models(String file) throws IOException {
    Mutations.Mutator mutator =
        file.endsWith(".yaml")
            ? Mutations::text
            : file.contains(".pt") ? Mutations::zip : Mutations::bytes;
    byte[] source = unpacked(RESOURCES.resolve("goldens").resolve(file + ".gz"));
    Mutations.run(
        file, source, 150, mutator, bytes -> ModelFiles.read(file, bytes).descriptor().size());
  }

  @Test
  void npy() throws IOException {
    Path file = RESOURCES.resolve("frames/npy/fortran/set.000/coord.npy");
    Path copy = folder.resolve("coord.npy");
    Mutations.run(
        "coord.npy",
        Files.readAllBytes(file),
        500,
        Mutations::bytes,
        bytes -> NpyArray.open(Files.write(copy, bytes)).read());
  }

  /** One file of a system is spoilt, the system is read as import reads it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "npy/plain/set.000/box.npy",
        "npy/plain/set.000/energy.npy",
        "npy/plain/type.raw",
        "npy/plain/type_map.raw",
        "dpdata/mixed/4/set.000/real_atom_types.npy",
        "dpdata/root.hdf5",
        "dpdata/groups.hdf5",
        "ase.extxyz"
      })
  void frames(String file) throws IOException {
    Path source = RESOURCES.resolve("frames").resolve(file);
    boolean alone = file.endsWith("hdf5") || file.endsWith("extxyz");
    Path original = alone ? source : RESOURCES.resolve("frames").resolve(system(file));
    Path copy = folder.resolve("copied");
    try (Stream<Path> all = Files.walk(original)) {
      for (Path one : all.toList()) {
        Path target =
            alone ? copy.resolve(one.getFileName()) : copy.resolve(original.relativize(one));
        if (Files.isRegularFile(one)) {
          Files.createDirectories(target.getParent());
          Files.copy(one, target);
        }
      }
    }
    Path spoilt = copy.resolve(alone ? source.getFileName() : original.relativize(source));
    Mutations.run(
        "copied",
        Files.readAllBytes(source),
        150,
        file.endsWith("raw") || file.endsWith("xyz") ? Mutations::text : Mutations::bytes,
        bytes -> readAll(Files.write(spoilt, bytes), alone ? spoilt : copy));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dpdata.lmdb", "deep.lmdb", "ase.aselmdb"})
  void lmdb(String file) throws IOException {
    byte[] source = unpacked(RESOURCES.resolve("frames/lmdb").resolve(file + ".gz"));
    Path spoilt = folder.resolve(file);
    Mutations.run(
        file, source, 150, Mutations::bytes, bytes -> readAll(Files.write(spoilt, bytes), spoilt));
  }

  private static String system(String file) {
    int set = file.indexOf("/set.");
    return set < 0 ? file.substring(0, file.lastIndexOf('/')) : file.substring(0, set);
  }

  private static void readAll(Path spoilt, Path source) throws IOException {
    assertThat(spoilt).exists();
    for (SystemPath path : SystemFinder.find(STORAGE, List.of(source.toString()))) {
      try (FrameSystem system = path.open(STORAGE, List.of("Ag", "Au", "Cu", "Pt", "H"))) {
        for (FrameSystem.Run run : system.runs(1000)) {
          for (Frame frame : system.read(run)) {
            assertThat(frame.coord()).hasSize(3 * frame.atomCount());
          }
        }
      }
    }
  }

  private static byte[] unpacked(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return in.readAllBytes();
    }
  }
}
