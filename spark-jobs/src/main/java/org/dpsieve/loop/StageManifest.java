package org.dpsieve.loop;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.SortedMap;

/**
 * What a complete stage says of itself. Holds no time, host or absolute path: the same run gives
 * the same bytes.
 *
 * @param inputs what it was made from: name to checksum
 * @param facts its counts, for whoever resumes
 * @param files every file below the stage's folder, by relative path
 */
record StageManifest(
    SortedMap<String, String> inputs, JsonNode facts, SortedMap<String, Entry> files) {
  /**
   * @param bytes the file's size
   * @param sha256 of its content, hex
   */
  record Entry(long bytes, String sha256) {}
}
