package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.SmoothSwitch;
import org.dpsieve.model.Surroundings;
import org.dpsieve.neighbor.Neighbors;

/**
 * The surroundings of all atoms of a batch of frames, as every model with the same cutoffs and
 * {@code sel} sees them, before the normalisation that is each model's own. Atoms are numbered
 * through the batch.
 */
public final class Environment {
  private final SmoothSwitch smoothing;
  private final double protection;
  private final int typeCount;
  private int frames;
  private int atoms;
  private int pairs;
  private int[] firstAtom = new int[64];
  private int[] type = new int[1024];
  private int[] frameOf = new int[1024];
  private int[] start = new int[2048];
  private int[] neighbor = new int[16384];

  /** x/r, y/r, z/r, s (1/Å), ds/dr (1/Å²), r (Å), and where protected t and dt/dr: each [pairs]. */
  private final double[][] geometry;

  /** As descriptors of these surroundings see it. */
  public Environment(Surroundings surroundings) {
    this.smoothing = surroundings.smoothing();
    this.protection = surroundings.protection();
    this.typeCount = surroundings.sel().length;
    geometry = new double[protection == 0 ? 6 : 8][16384];
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
    for (int k = 0; k < geometry.length && geometry[k].length < neighbor.length; k++) {
      geometry[k] = Arrays.copyOf(geometry[k], neighbor.length);
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
    double s = smoothing.value(r) / (r + protection);
    geometry[0][pair] = displacement[from] / r;
    geometry[1][pair] = displacement[from + 1] / r;
    geometry[2][pair] = displacement[from + 2] / r;
    geometry[3][pair] = s;
    geometry[4][pair] = (smoothing.derivative(r) - s) / (r + protection);
    geometry[5][pair] = r;
    if (protection != 0) {
      double q = r / (r + protection);
      geometry[6][pair] = s * q;
      geometry[7][pair] =
          geometry[4][pair] * q + s * protection / ((r + protection) * (r + protection));
    }
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

  public int type(int atom) {
    return type[atom];
  }

  int frameOf(int atom) {
    return frameOf[atom];
  }

  /** First pair of a centre with neighbors of a type; the next type's are next. */
  int firstPair(int atom, int neighborType) {
    return start[atom * typeCount + neighborType];
  }

  /** The neighbor of every pair. */
  int[] neighbor() {
    return neighbor;
  }

  /** x/r, y/r and z/r of every pair for {@code axis} 0, 1 and 2. */
  double[] unit(int axis) {
    return geometry[axis];
  }

  /** s of every pair, 1/Å. */
  double[] s() {
    return geometry[3];
  }

  /** ds/dr of every pair, 1/Å². */
  double[] slope() {
    return geometry[4];
  }

  /**
   * t of every pair, 1/Å: the length of the angular columns (t x/r, t y/r, t z/r); s where nothing
   * is protected.
   */
  double[] angular() {
    return protection == 0 ? geometry[3] : geometry[6];
  }

  /** dt/dr of every pair, 1/Å². */
  double[] angularSlope() {
    return protection == 0 ? geometry[4] : geometry[7];
  }

  /** Added to r in 1/r, Å. */
  double protection() {
    return protection;
  }

  /** r of every pair, Å. */
  double[] distance() {
    return geometry[5];
  }
}
