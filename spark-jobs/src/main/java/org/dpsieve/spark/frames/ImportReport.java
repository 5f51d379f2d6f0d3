package org.dpsieve.spark.frames;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.text.Counted;

/**
 * What an import found; kept in the manifest of the frames dataset.
 *
 * @param systems read
 * @param frames imported
 * @param duplicates frames set aside because another one is the same configuration
 * @param badFrames frames set aside because nothing can work with them
 * @param quarantine the table of frames set aside
 * @param reasons why frames are set aside, with their number
 * @param typeMap names of the sources' types in order of first appearance: what export writes
 * @param elements of names that are no elements
 * @param properties that frames have beside labels, with the numbers of each frame or atom
 * @param ignored data that frames have no place for (e.g. {@code dipole.npy}), with the number of
 *     systems that have it
 */
public record ImportReport(
    long systems,
    long frames,
    long duplicates,
    long badFrames,
    String quarantine,
    Map<String, Long> reasons,
    List<String> typeMap,
    TypeElements elements,
    SortedMap<Property, Integer> properties,
    Map<String, Long> ignored) {
  private static final int SHOWN = 10;

  Map<String, String> toMetadata() {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("kind", "frames");
    metadata.put("systems", Long.toString(systems));
    metadata.put("duplicates", Long.toString(duplicates));
    metadata.put("bad_frames", Long.toString(badFrames));
    metadata.put("type_map", String.join(" ", typeMap));
    if (!elements.isEmpty()) {
      metadata.put("elements", elements.toString());
    }
    return metadata;
  }

  /** How many frames are set aside and why, in one line; empty where none are. */
  public Optional<String> setAside() {
    return duplicates + badFrames == 0
        ? Optional.empty()
        : Optional.of(
            "%s and %s set aside: %s"
                .formatted(
                    Counted.of(duplicates, "duplicate"),
                    Counted.of(badFrames, "bad frame"),
                    String.join("; ", lines())));
  }

  private List<String> lines() {
    List<String> lines =
        reasons.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(SHOWN)
            .map(e -> "%d: %s".formatted(e.getValue(), e.getKey()))
            .collect(Collectors.toCollection(ArrayList::new));
    if (reasons.size() > SHOWN) {
      lines.add("and %s".formatted(Counted.of(reasons.size() - SHOWN, "other reason")));
    }
    return lines;
  }

  /** For the terminal: a line, one for each reason, one for what was not carried along. */
  public String summary(String target) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s, %s -> %s; %s and %s set aside%s"
            .formatted(
                Counted.of(systems, "system"),
                Counted.of(frames, "frame"),
                target,
                Counted.of(duplicates, "duplicate"),
                Counted.of(badFrames, "bad frame"),
                duplicates + badFrames == 0 ? "" : " in " + quarantine));
    lines().forEach(line -> text.append("\n  ").append(line));
    String left =
        ignored.entrySet().stream()
            .map(e -> "%s (%s)".formatted(e.getKey(), Counted.of(e.getValue(), "system")))
            .collect(Collectors.joining(", "));
    elements.said(typeMap).ifPresent(said -> text.append("\n").append(said));
    if (!properties.isEmpty()) {
      text.append("\nproperties: ")
          .append(
              properties.entrySet().stream()
                  .map(e -> "%s (%d)".formatted(e.getKey(), e.getValue()))
                  .collect(Collectors.joining(", ")));
    }
    text.append(left.isEmpty() ? "" : "\nnot carried along: " + left);
    ExtxyzKeys.note(ignored.keySet(), "--extxyz-keys")
        .ifPresent(note -> text.append('\n').append(note));
    return text.toString();
  }
}
