package org.dpsieve.spark.frames;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.dpsieve.error.InputException;
import org.dpsieve.io.JsonProblem;
import org.dpsieve.io.SafePaths;

/**
 * What a committed folder of part files holds: written last before the folder takes its name, so a
 * folder with it is complete. {@code _manifest.json} in the folder; Spark does not read names that
 * start with an underscore.
 *
 * @param rows of all files
 * @param files in the order of their rows
 * @param metadata what the writer wants to be remembered, by key
 */
public record PartsManifest(long rows, List<PartFile> files, SortedMap<String, String> metadata) {
  public static final String NAME = "_manifest.json";

  /**
   * @param sha256 hex
   */
  public record PartFile(String name, long bytes, String sha256) implements Serializable {}

  /** The manifest of a folder; empty when it has none. */
  public static Optional<PartsManifest> read(FileSystem files, Path folder) throws IOException {
    Path path = new Path(folder, NAME);
    if (!files.exists(path)) {
      return Optional.empty();
    }
    try (InputStream in = files.open(path)) {
      JsonNode json = new ObjectMapper().readTree(in.readAllBytes());
      List<PartFile> parts = new ArrayList<>();
      for (JsonNode part : json.required("files")) {
        String name = part.required("name").asText();
        if (name.contains("/") || !SafePaths.of(name).equals(name)) {
          throw new IllegalArgumentException("'%s' is no name of a part file".formatted(name));
        }
        parts.add(
            new PartFile(name, part.required("bytes").asLong(), part.required("sha256").asText()));
      }
      SortedMap<String, String> metadata = new TreeMap<>();
      json.required("metadata")
          .properties()
          .forEach(field -> metadata.put(field.getKey(), field.getValue().asText()));
      return Optional.of(new PartsManifest(json.required("rows").asLong(), parts, metadata));
    } catch (IllegalArgumentException | com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new InputException(
          path
              + ": not a manifest of dpsieve ("
              + JsonProblem.of(e)
              + "); remove the folder and write"
              + " it again",
          e);
    }
  }

  public void write(FileSystem files, Path folder) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode();
    json.put("rows", rows);
    for (PartFile part : this.files) {
      json.withArrayProperty("files")
          .addObject()
          .put("name", part.name())
          .put("bytes", part.bytes())
          .put("sha256", part.sha256());
    }
    ObjectNode fields = json.putObject("metadata");
    metadata.forEach(fields::put);
    try (OutputStream out = files.create(new Path(folder, NAME), true)) {
      String text = mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Whether every file is there with its length. */
  public boolean matches(FileSystem files, Path folder) throws IOException {
    for (PartFile part : this.files) {
      Path path = new Path(folder, part.name());
      if (!files.exists(path) || files.getFileStatus(path).getLen() != part.bytes()) {
        return false;
      }
    }
    return true;
  }
}
