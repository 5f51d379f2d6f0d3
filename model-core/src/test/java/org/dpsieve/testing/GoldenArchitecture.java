package org.dpsieve.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * A tiny random model of one architecture in several formats, and frames with the numbers of
 * DeePMD-kit's PyTorch backend, see {@code scripts/goldens/architectures.py}.
 */
public record GoldenArchitecture(String name) {
  /**
   * @param suffix of the format: {@code dp}, {@code pth} ...
   */
  public byte[] file(String suffix) {
    Path packed = folder().resolve("%s.%s.gz".formatted(name, suffix));
    try (InputStream in =
        new GZIPInputStream(new BufferedInputStream(Files.newInputStream(packed)))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean has(String suffix) {
    return Files.exists(folder().resolve("%s.%s.gz".formatted(name, suffix)));
  }

  public Goldens goldens() {
    return Goldens.of(content(), name);
  }

  /** The file of {@link #goldens()}. */
  public JsonNode content() {
    try {
      return new ObjectMapper().readTree(file("json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Path folder() {
    return Shared.repository().resolve("model-core/src/test/resources/goldens/architectures");
  }
}
