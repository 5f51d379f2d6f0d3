package org.dpsieve.label;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.FrameScreen.Finding;

/**
 * A frame's atoms as input files list them: sorted by the type map with their order kept within, as
 * dpdata 1.1 writes POSCAR.
 */
public final class AtomOrder {
  private AtomOrder() {}

  /** The frame's atoms in the file's order, [nAtoms]; every type must be in the type map. */
  public static int[] of(Frame frame, List<String> typeMap) {
    return IntStream.range(0, frame.atomCount())
        .boxed()
        .sorted(Comparator.comparing(atom -> typeMap.indexOf(frame.type(atom))))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Types present, in type map order, with their counts. */
  public static Map<String, Integer> counts(Frame frame, List<String> typeMap) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (int atom : of(frame, typeMap)) {
      counts.merge(frame.type(atom), 1, Integer::sum);
    }
    return counts;
  }

  /** The frame's types that the type map does not have. */
  public static Optional<Finding> unknown(Frame frame, List<String> typeMap) {
    List<String> unknown = frame.types().stream().filter(type -> !typeMap.contains(type)).toList();
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Finding(
                "element not in type_map",
                "%s; type_map: %s"
                    .formatted(String.join(", ", unknown), String.join(", ", typeMap))));
  }

  /** Says that a program needs a periodic cell where the frame has none. */
  public static Optional<Finding> noCell(Frame frame, String program) {
    return frame.cell() != null
        ? Optional.empty()
        : Optional.of(
            new Finding("no cell", program + " needs a periodic cell; put the atoms into a box"));
  }
}
