package org.dpsieve.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.dpsieve.error.InputException;
import org.dpsieve.testing.GoldenArchitecture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in layouts of versions of DeePMD-kit that are not read. */
class OtherVersionsTest {
  @TempDir private Path folder;

  /** As DeePMD-kit itself, which knows layouts by their number. */
  @Test
  void namesLayoutsOfOtherVersions() throws IOException {
    String yaml =
        new String(new GoldenArchitecture("se_e2_a").file("yaml"), StandardCharsets.UTF_8);
    String early = yaml.replaceFirst("\n  '@version': 2", "\n  '@version': 1");
    String late = yaml.replaceFirst("\n    '@version': 2", "\n    '@version': 9");
    assertThat(early).isNotEqualTo(yaml);
    assertThat(late).isNotEqualTo(yaml);
    assertRefused(
        "early.yaml",
        early.getBytes(StandardCharsets.UTF_8),
        "'model' has version 1, made by a pre-release of DeePMD-kit 3.0");
    assertRefused(
        "late.yaml",
        late.getBytes(StandardCharsets.UTF_8),
        "'model.descriptor' has version 9, made by a DeePMD-kit later than 3.2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pth", "pt"})
  void namesPytorchModelsOfPreReleases(String suffix) throws IOException {
    byte[] source = new GoldenArchitecture("se_e2_a").file(suffix);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> record : TorchArchive.read("source", source).entrySet()) {
        String content = new String(record.getValue(), StandardCharsets.ISO_8859_1);
        zip.putNextEntry(new ZipEntry(record.getKey()));
        zip.write(
            content.replace("atomic_model", "atomic_early").getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    assertRefused(
        "model." + suffix, bytes.toByteArray(), "made by a pre-release of DeePMD-kit 3.0");
  }

  private void assertRefused(String name, byte[] bytes, String message) throws IOException {
    Path file = Files.write(folder.resolve(name), bytes);
    assertThatThrownBy(() -> ModelFiles.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }
}
