package org.dpsieve.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.dpsieve.digest.Sha256;
import org.dpsieve.io.JsonProblem;
import org.dpsieve.io.RegularFile;

/**
 * JSON files that say by themselves whether they are as they were written: the last value, {@code
 * seal}, is the SHA-256 of the file with zeros in its place. A file without it, of an earlier
 * version, is taken as it is.
 */
final class Sealed {
  static final String SEAL = "seal";
  private static final String ZEROS = "0".repeat(64);
  private static final long MOST_BYTES = 1L << 30;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private Sealed() {}

  /** The file's text. */
  static String text(ObjectNode content) {
    try {
      String blank = JSON.writeValueAsString(content.deepCopy().put(SEAL, ZEROS)) + "\n";
      int place = blank.lastIndexOf(ZEROS);
      return blank.substring(0, place)
          + Sha256.hex(blank)
          + blank.substring(place + ZEROS.length());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * What a file holds, without its seal.
   *
   * @throws BrokenException when it is not as it was written
   */
  static ObjectNode read(Path file) throws BrokenException {
    try {
      String text;
      try (InputStream in = RegularFile.open(file, MOST_BYTES)) {
        text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1); // every byte counts
      }
      JsonNode content = JSON.readTree(text.getBytes(StandardCharsets.ISO_8859_1));
      if (!(content instanceof ObjectNode object)) {
        throw new BrokenException("no JSON object");
      }
      JsonNode seal = object.remove(SEAL);
      if (seal != null && !text.equals(blank(text, seal.asText()))) {
        throw new BrokenException(
            "its content has changed since it was written: its seal does not fit");
      }
      return object;
    } catch (NoSuchFileException e) {
      throw new BrokenException("missing");
    } catch (JsonProcessingException e) {
      throw new BrokenException(JsonProblem.of(e));
    } catch (IOException e) {
      throw new BrokenException("cannot be read: " + e.getMessage());
    }
  }

  /** The text if this is its seal, else something else. */
  private static String blank(String text, String seal) {
    int place = text.lastIndexOf(seal);
    if (seal.length() != ZEROS.length() || place < 0) {
      return "";
    }
    String before = text.substring(0, place);
    String after = text.substring(place + seal.length());
    byte[] zeroed = (before + ZEROS + after).getBytes(StandardCharsets.ISO_8859_1);
    return before + Sha256.hex(zeroed) + after;
  }

  /** Why a file cannot be trusted, to be told after its name. */
  static final class BrokenException extends Exception {
    BrokenException(String why) {
      super(why);
    }
  }
}
