package org.dpsieve.io.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.JsonFile;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that dpdata and ase-db-backends wrote: scripts/goldens/lmdb_files.py. */
class LmdbSystemTest {
  private static final Path GOLDENS = Path.of("src/test/resources/frames/lmdb");
  private static final Storage STORAGE = new LocalStorage();

  @TempDir private Path folder;

  private Path golden(String name, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(GOLDENS.resolve(name + ".gz")))) {
      Files.copy(in, target);
    }
    target.toFile().setReadOnly();
    return target;
  }

  private static List<Frame> read(Path source, int maxAtoms) throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (SystemPath path : SystemFinder.find(STORAGE, List.of(source.toString()))) {
      try (FrameSystem system = path.open(STORAGE, List.of())) {
        for (FrameSystem.Run run : system.runs(maxAtoms)) {
          List<Frame> read = system.read(run);
          assertThat(read).hasSize(run.count());
          assertThat(read.stream().mapToInt(Frame::atomCount).sum())
              .isLessThanOrEqualTo(Math.max(maxAtoms, read.get(0).atomCount()));
          frames.addAll(read);
        }
      }
    }
    return frames;
  }

  private static double[] doubles(JsonNode array) {
    return array.isNull()
        ? null
        : StreamSupport.stream(array.spliterator(), false)
            .mapToDouble(JsonNode::doubleValue)
            .toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "dpdata.lmdb, data.lmdb/data.mdb, data.lmdb, deepmd",
    "ase.aselmdb, a.aselmdb, a.aselmdb, ase"
  })
  void everyFrameIsTheirs(String name, String file, String source, String key) throws IOException {
    golden(name, folder.resolve(file));
    JsonNode expected = JsonFile.tree(GOLDENS.resolve("expected.json")).get(key);
    for (int maxAtoms : new int[] {5, 1000}) {
      for (String named : List.of(source, file, "")) {
        List<Frame> frames = read(folder.resolve(named), maxAtoms);
        assertThat(frames).hasSize(expected.size());
        for (int i = 0; i < frames.size(); i++) {
          Frame frame = frames.get(i);
          JsonNode one = expected.get(i);
          List<String> symbols = new ArrayList<>();
          one.get("symbols").forEach(symbol -> symbols.add(symbol.textValue()));
          assertThat(frame.index()).isEqualTo(i);
          assertThat(frame.names().of(frame.z())).isEqualTo(symbols);
          assertThat(frame.coord()).isEqualTo(doubles(one.get("coord")));
          assertThat(frame.cell()).isEqualTo(doubles(one.get("cell")));
          assertThat(frame.labels().energy()).isEqualTo(one.get("energy").doubleValue());
          assertThat(frame.labels().force()).isEqualTo(doubles(one.get("force")));
          double[] virial = doubles(one.get("virial"));
          if (virial == null) {
            assertThat(frame.labels().virial()).isNull();
          } else {
            assertThat(frame.labels().virial()).containsExactly(virial, within(1e-12));
          }
        }
      }
    }
  }

  @Test
  void aTreeOfManyPagesIsReadByRangesOfKeys() throws IOException {
    Path file = golden("deep.lmdb", folder.resolve("deep.lmdb"));
    JsonNode expected = JsonFile.tree(GOLDENS.resolve("expected.json")).get("deep");
    List<Frame> frames = read(file, 7);
    assertThat(frames).hasSize(300);
    expected
        .properties()
        .forEach(
            one ->
                assertThat(frames.get(Integer.parseInt(one.getKey())).coord())
                    .isEqualTo(doubles(one.getValue())));
    try (FrameSystem system =
        SystemFinder.find(STORAGE, List.of(file.toString())).get(0).open(STORAGE, List.of())) {
      assertThat(system.read(new FrameSystem.Run(150, 1, 0, 150)).get(0).coord())
          .isEqualTo(doubles(expected.get("150")));
      assertThat(system.typeMap()).containsExactly("H");
    }
  }

  @Test
  void aDamagedRecordIsNamedByItsKeyAndCostsNoOther() throws IOException {
    Path good = golden("ase.aselmdb", folder.resolve("good.aselmdb"));
    byte[] bytes = Files.readAllBytes(good);
    int at = -1; // the compressed text of one of the rows begins so
    for (int i = 4096; i < bytes.length - 2 && at < 0; i++) {
      if (bytes[i] == 0x78 && (bytes[i + 1] & 0xFF) == 0x9C && bytes[i + 40] != 0) {
        at = i;
      }
    }
    bytes[at + 20] ^= 0x55;
    bytes[at + 21] ^= 0x55;
    Path spoilt = Files.write(folder.resolve("spoilt.aselmdb"), bytes);
    List<Frame> before = read(good, 1000);
    List<Frame> after = read(spoilt, 1000);
    assertThat(after).hasSameSizeAs(before);
    int damaged = 0;
    for (int i = 0; i < after.size(); i++) {
      if (after.get(i).atomCount() == 0) {
        damaged++;
        assertThat(FrameCheck.problem(after.get(i)).orElse(""))
            .startsWith("record '%d' ".formatted(i < 3 ? i + 1 : i + 2));
      } else {
        assertThat(after.get(i).coord()).isEqualTo(before.get(i).coord());
      }
    }
    assertThat(damaged).isLessThanOrEqualTo(1);
  }

  @Test
  void whatIsNotReadIsRefusedByName() throws IOException {
    Path pickled = golden("pickled.lmdb", folder.resolve("pickled.lmdb"));
    assertThatThrownBy(() -> read(pickled, 10))
        .hasMessageContaining("pickled.lmdb: its records are Python objects (pickle)");
    Path text = Files.writeString(folder.resolve("text.lmdb"), "no database ".repeat(1000));
    assertThatThrownBy(() -> read(text, 10))
        .hasMessageContaining("text.lmdb: is damaged: no LMDB data");
    Path cut =
        Files.write(
            folder.resolve("cut.lmdb"),
            java.util.Arrays.copyOf(
                Files.readAllBytes(golden("deep.lmdb", folder.resolve("whole.lmdb"))), 5000));
    assertThatThrownBy(() -> read(cut, 10)).hasMessageContaining("cut.lmdb: is damaged");
    byte[] other = Files.readAllBytes(folder.resolve("whole.lmdb"));
    for (int i = 0; i + 12 < other.length; i++) {
      if (new String(other, i, 12, StandardCharsets.ISO_8859_1).equals("__metadata__")) {
        other[i] = 'x';
      }
    }
    Path foreign = Files.write(folder.resolve("foreign.lmdb"), other);
    assertThatThrownBy(() -> read(foreign, 10))
        .hasMessageContaining("foreign.lmdb: an LMDB file of another kind (its first key is '");
  }
}
