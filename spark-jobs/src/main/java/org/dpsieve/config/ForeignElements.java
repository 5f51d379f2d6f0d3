package org.dpsieve.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dpsieve.text.Counted;

/** Elements in the data that the type map, and so the models, do not have, by system. */
public final class ForeignElements {
  private static final int SHOWN_SYSTEMS = 20;

  private record Count(long frames, Set<String> elements) {}

  private final String key;
  private final List<String> typeMap;
  private final TreeMap<String, Count> systems = new TreeMap<>();

  /**
   * @param key of the parameter file that names the data
   */
  public ForeignElements(String key, List<String> typeMap) {
    this.key = key;
    this.typeMap = List.copyOf(typeMap);
  }

  /**
   * Adds frames of a system.
   *
   * @param names of their types, known and others
   */
  public void add(String system, long frames, Collection<String> names) {
    Set<String> all = new TreeSet<>(names);
    typeMap.forEach(all::remove);
    if (all.isEmpty()) {
      return;
    }
    systems.merge(
        system,
        new Count(frames, all),
        (a, b) -> {
          a.elements().addAll(b.elements());
          return new Count(a.frames() + b.frames(), a.elements());
        });
  }

  public boolean any() {
    return !systems.isEmpty();
  }

  /**
   * What was found and what to do.
   *
   * @param all how many systems there are
   */
  public String message(long all) {
    List<String> shown = new ArrayList<>();
    systems.forEach(
        (system, count) -> {
          if (shown.size() < SHOWN_SYSTEMS) {
            shown.add(
                "%s: %s with %s"
                    .formatted(
                        system,
                        Counted.of(count.frames(), "frame"),
                        String.join(", ", count.elements())));
          }
        });
    return "%s: %,d of %s %s elements that type_map does not have, %s (%s%s); take them out of %s, or use models that know these elements"
        .formatted(
            key,
            systems.size(),
            Counted.of(all, "system"),
            systems.size() == 1 ? "holds" : "hold",
            typeMap,
            String.join("; ", shown),
            systems.size() > shown.size() ? "; ..." : "",
            key);
  }
}
