package org.dpsieve.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Atoms of type -1 in a mixed system: for DeePMD-kit they have no energy and nobody sees them, here
 * they are not there; scripts/goldens/virtual.py.
 */
class VirtualAtomsTest {
  private static final Path GOLDENS =
      Shared.repository().resolve("model-core/src/test/resources/goldens");
  private static final Path SYSTEM = GOLDENS.resolve("virtual");

  static Stream<String> models() throws IOException {
    List<String> names = new ArrayList<>();
    expected().fieldNames().forEachRemaining(names::add);
    assertThat(names).hasSizeGreaterThan(8);
    return names.stream();
  }

  @ParameterizedTest
  @MethodSource("models")
  void realAtomsHaveDeepmdKitsNumbers(String file) throws IOException {
    byte[] content = unpacked(GOLDENS.resolve(file + ".gz"));
    double[] types = NpyArray.open(SYSTEM.resolve("set.000/real_atom_types.npy")).read();
    List<Frame> frames = frames();
    try (Ensemble ensemble = Ensemble.of(List.of(ModelFiles.read(file, content)))) {
      for (int f = 0; f < frames.size(); f++) {
        JsonNode golden = expected().get(file).get(f);
        Prediction ours = ensemble.evaluate(List.of(frames.get(f))).get(0)[0];
        assertThat(ours.energy()).isCloseTo(golden.get("energy").asDouble(), within(1e-9));
        int places = types.length / frames.size();
        int atom = 0;
        for (int place = 0; place < places; place++) {
          boolean real = types[f * places + place] >= 0;
          String where = "frame %d, place %d".formatted(f, place);
          assertThat(golden.get("atom_energy").get(place).asDouble())
              .as(where)
              .isCloseTo(real ? ours.atomEnergy()[atom] : 0, within(1e-9));
          for (int a = 0; a < 3; a++) {
            assertThat(golden.get("force").get(3 * place + a).asDouble())
                .as(where)
                .isCloseTo(real ? ours.force()[3 * atom + a] : 0, within(1e-9));
          }
          atom += real ? 1 : 0;
        }
        assertThat(atom).isEqualTo(frames.get(f).atomCount()).isLessThan(places);
        for (int k = 0; k < 9; k++) {
          assertThat(golden.get("virial").get(k).asDouble())
              .isCloseTo(ours.virial()[k], within(1e-9));
        }
      }
    }
  }

  private static List<Frame> frames() throws IOException {
    LocalStorage storage = new LocalStorage();
    List<Frame> frames = new ArrayList<>();
    for (SystemPath path : SystemFinder.find(storage, List.of(SYSTEM.toString()))) {
      try (FrameSystem system = path.open(storage, List.of())) {
        for (FrameSystem.Run run : system.runs(1000)) {
          frames.addAll(system.read(run));
        }
      }
    }
    assertThat(frames).hasSize(3);
    return frames;
  }

  private static JsonNode expected() throws IOException {
    return new ObjectMapper().readTree(unpacked(SYSTEM.resolve("expected.json.gz")));
  }

  private static byte[] unpacked(Path file) throws IOException {
    try (InputStream in =
        new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      return in.readAllBytes();
    }
  }
}
