package org.dpsieve.label;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.text.Counted;

/**
 * The geometries of one output while it is read: no more than fit into memory.
 *
 * @param <S> a geometry and its label
 */
public final class Steps<S> {
  /** Atoms of one geometry: a longer count is a spoilt one. */
  public static final int MOST_ATOMS = 1_000_000;

  /** Numbers of all geometries: 512 MB. */
  private static final long MOST_NUMBERS = 1 << 26;

  private static final int PER_STEP = 50;

  private final List<S> steps = new ArrayList<>();
  private long numbers;

  /**
   * Adds a geometry.
   *
   * @param atoms how many it has
   * @throws UnexpectedText when there are too many
   */
  public void add(S step, int atoms) {
    numbers += PER_STEP + 6L * atoms;
    if (numbers > MOST_NUMBERS) {
      throw new UnexpectedText(
          "holds more than the %s that fit into memory; split it"
              .formatted(Counted.of(steps.size(), "geometry", "geometries")));
    }
    steps.add(step);
  }

  /** All of them; a change of it is one of this. */
  public List<S> list() {
    return steps;
  }

  public int size() {
    return steps.size();
  }
}
