package org.dpsieve.spark.frames;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an import found; kept in the manifest of the frames dataset.
 *
 * @param systems read
 * @param frames imported
 * @param duplicates frames set aside because another one is equal in elements, cell and coordinates
 * @param badFrames frames set aside because nothing can work with them
 * @param quarantine the table of frames set aside
 * @param typeMap element symbols of the sources in order of first appearance: what export writes
 * @param ignored data that frames have no place for (e.g. {@code dipole.npy}), with the number of
 *     systems that have it
 */
public record ImportReport(
    long systems,
    long frames,
    long duplicates,
    long badFrames,
    String quarantine,
    List<String> typeMap,
    Map<String, Long> ignored) {

  Map<String, String> toMetadata() {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("kind", "frames");
    metadata.put("systems", Long.toString(systems));
    metadata.put("duplicates", Long.toString(duplicates));
    metadata.put("bad_frames", Long.toString(badFrames));
    metadata.put("type_map", String.join(" ", typeMap));
    return metadata;
  }

  /** For the terminal: one line, and one more when something was not carried along. */
  public String summary(String target) {
    String line =
        "%d systems, %d frames -> %s; %d duplicates and %d bad frames set aside%s"
            .formatted(
                systems,
                frames,
                target,
                duplicates,
                badFrames,
                duplicates + badFrames == 0 ? "" : " in " + quarantine);
    String left =
        ignored.entrySet().stream()
            .map(e -> "%s (%d systems)".formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining(", "));
    return left.isEmpty() ? line : line + "\nnot carried along: " + left;
  }
}
