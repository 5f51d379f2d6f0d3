package org.dpsieve.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;

/**
 * A tiny model made by DeePMD-kit for one option, see {@code scripts/goldens/models.py}: a graph,
 * and beside it, unless the model is to be refused, frames with DeePMD-kit's numbers.
 *
 * @param name the option
 * @param refused no numbers: reading must say no
 */
public record GoldenModel(String name, boolean refused) {
  private static final String REFUSED = "refused-";

  /** Those with numbers. */
  public static Stream<GoldenModel> readable() {
    return all().stream().filter(model -> !model.refused());
  }

  public static Stream<GoldenModel> unreadable() {
    return all().stream().filter(GoldenModel::refused);
  }

  private static List<GoldenModel> all() {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".pb.gz"))
          .sorted()
          .map(file -> file.substring(0, file.length() - ".pb.gz".length()))
          .map(
              file ->
                  new GoldenModel(file.replaceFirst("^" + REFUSED, ""), file.startsWith(REFUSED)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The graph, unpacked. */
  public byte[] graph() {
    return unpack((refused ? REFUSED : "") + name + ".pb.gz");
  }

  /** The model. */
  public DeepPotential model() {
    return ModelFiles.read(name, graph(), names());
  }

  /** Elements of the types of a graph that names none; empty for the others. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    content().path("names").forEach(symbol -> names.add(symbol.asText()));
    return names;
  }

  /** Frames and what DeePMD-kit says of them. */
  public Goldens goldens() {
    return Goldens.of(content(), name);
  }

  /** The file of {@link #goldens()}. */
  public JsonNode content() {
    try {
      return new ObjectMapper().readTree(unpack(name + ".json.gz"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Factor on the tolerances of {@link Predictions}: DeePMD-kit evaluates nets of single precision
   * in single precision, and is off by its rounding: 2e-7 eV per atom and 1.2e-6 eV/Å at most here.
   */
  public double tolerance() {
    return name.contains("float32") ? 1e4 : 1;
  }

  private static byte[] unpack(String file) {
    try (InputStream in =
        new GZIPInputStream(
            new BufferedInputStream(Files.newInputStream(folder().resolve(file))))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path folder() {
    return Shared.repository().resolve("model-core/src/test/resources/goldens/models");
  }

  @Override
  public String toString() {
    return name;
  }
}
