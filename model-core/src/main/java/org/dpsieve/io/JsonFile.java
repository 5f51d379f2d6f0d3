package org.dpsieve.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.dpsieve.error.InputException;

/** Reads small JSON files of whatever origin: what is wrong names the file. */
public final class JsonFile {
  /** Of whole frames as text, 100,000 atoms and more. */
  private static final long MOST_BYTES = 1L << 30;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN so
          .build();

  private JsonFile() {}

  /**
   * @throws InputException when there is none, or it cannot be read
   */
  public static JsonNode tree(Path file) {
    try (InputStream in = RegularFile.open(file, MOST_BYTES)) {
      JsonNode root = JSON.readTree(in);
      if (root.isMissingNode()) {
        throw new InputException(file + ": is empty, expected JSON");
      }
      return root;
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (StackOverflowError e) {
      throw new InputException(file + ": nested too deeply: the file is damaged", e);
    }
  }

  /** The same as a type; wrong types of values are a problem, too. */
  public static <T> T read(Path file, TypeReference<T> type) {
    JsonNode root = tree(file);
    try {
      return JSON.readerFor(type).readValue(root);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** The same as a record. */
  public static <T> T read(Path file, Class<T> type) {
    JsonNode root = tree(file);
    try {
      return JSON.treeToValue(root, type);
    } catch (JsonProcessingException e) {
      throw unreadable(file, e);
    }
  }

  private static InputException unreadable(Path file, IOException failure) {
    return new InputException(
        file
            + ": "
            + (failure instanceof NoSuchFileException ? "no such file" : JsonProblem.of(failure)),
        failure);
  }
}
