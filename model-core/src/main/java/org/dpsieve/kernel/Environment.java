package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.SmoothSwitch;
import org.dpsieve.neighbor.Neighbors;

/**
 * The surroundings of all atoms of a batch of frames, as every model with the same cutoffs and
 * {@code sel} sees them, before the normalisation that is each model's own. Atoms are numbered
 * through the batch.
 */
public final class Environment {
  /** Numbers of one pair in {@link #geometry}. */
  static final int PER_PAIR = 6;

  private final SmoothSwitch smoothing;
  private final int typeCount;
  private int frames;
  private int atoms;
  private int pairs;
  private int[] firstAtom = new int[64];
  private int[] type = new int[1024];
  private int[] frameOf = new int[1024];
  private int[] start = new int[2048];
  private int[] neighbor = new int[16384];
  private double[] geometry = new double[16384 * PER_PAIR];

  public Environment(SmoothSwitch smoothing, int typeCount) {
    this.smoothing = smoothing;
    this.typeCount = typeCount;
  }

  /** Forgets all frames, keeps the memory. */
  public void clear() {
    frames = 0;
    atoms = 0;
    pairs = 0;
  }

  /**
   * Adds a frame at the end of the batch.
   *
   * @param types of its atoms, [nAtoms]
   */
  public void add(int[] types, Neighbors neighbors) {
    int count = types.length;
    firstAtom = room(firstAtom, frames + 2);
    type = room(type, atoms + count);
    frameOf = room(frameOf, atoms + count);
    start = room(start, (atoms + count) * typeCount + 1);
    neighbor = room(neighbor, pairs + neighbors.pairCount());
    if (geometry.length < neighbor.length * PER_PAIR) {
      geometry = Arrays.copyOf(geometry, neighbor.length * PER_PAIR);
    }
    firstAtom[frames] = atoms;
    firstAtom[frames + 1] = atoms + count;
    System.arraycopy(types, 0, type, atoms, count);
    Arrays.fill(frameOf, atoms, atoms + count, frames);
    for (int i = 0; i <= count * typeCount; i++) {
      start[atoms * typeCount + i] = pairs + neighbors.start()[i];
    }
    for (int p = 0; p < neighbors.pairCount(); p++) {
      neighbor[pairs + p] = atoms + neighbors.atom()[p];
      put(pairs + p, neighbors.displacement(), 3 * p, neighbors.distance()[p]);
    }
    pairs += neighbors.pairCount();
    atoms += count;
    frames++;
  }

  private void put(int pair, double[] displacement, int from, double r) {
    int o = pair * PER_PAIR;
    double s = smoothing.value(r) / r;
    geometry[o] = displacement[from] / r;
    geometry[o + 1] = displacement[from + 1] / r;
    geometry[o + 2] = displacement[from + 2] / r;
    geometry[o + 3] = s;
    geometry[o + 4] = (smoothing.derivative(r) - s) / r;
    geometry[o + 5] = r;
  }

  private static int[] room(int[] array, int size) {
    return array.length >= size ? array : Arrays.copyOf(array, Math.max(size, 2 * array.length));
  }

  public int typeCount() {
    return typeCount;
  }

  public int frameCount() {
    return frames;
  }

  public int atomCount() {
    return atoms;
  }

  public int pairCount() {
    return pairs;
  }

  /** First atom of a frame; of the frame after the last, the number of atoms. */
  public int firstAtom(int frame) {
    return frame == frames ? atoms : firstAtom[frame];
  }

  int type(int atom) {
    return type[atom];
  }

  int frameOf(int atom) {
    return frameOf[atom];
  }

  /** First pair of a centre with neighbours of a type; the next type's are next. */
  int firstPair(int atom, int neighborType) {
    return start[atom * typeCount + neighborType];
  }

  /** The neighbour of every pair. */
  int[] neighbor() {
    return neighbor;
  }

  /** Row-major [pairs, 6]: x/r, y/r, z/r, s (1/Å), ds/dr (1/Å²), r (Å). */
  double[] geometry() {
    return geometry;
  }
}
