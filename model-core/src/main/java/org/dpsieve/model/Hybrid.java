package org.dpsieve.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Several descriptors one after another, {@code hybrid} ({@code
 * deepmd/dpmodel/descriptor/hybrid.py}).
 *
 * @param parts none of them a hybrid
 */
public record Hybrid(List<Descriptor> parts) implements Descriptor {
  public Hybrid {
    parts = List.copyOf(parts);
  }

  /** Of parts of which some may be hybrids: their parts take their places. */
  public static Hybrid of(List<Descriptor> parts) {
    return new Hybrid(
        parts.stream()
            .flatMap(
                part -> part instanceof Hybrid inner ? inner.parts().stream() : Stream.of(part))
            .toList());
  }

  @Override
  public List<Surroundings> surroundings() {
    List<Surroundings> all = new ArrayList<>();
    parts.forEach(part -> all.addAll(part.surroundings()));
    return all;
  }

  @Override
  public int size() {
    return parts.stream().mapToInt(Descriptor::size).sum();
  }

  @Override
  public String kind() {
    return "hybrid of " + String.join(", ", parts.stream().map(Descriptor::kind).toList());
  }
}
