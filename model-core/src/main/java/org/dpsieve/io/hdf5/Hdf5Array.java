package org.dpsieve.io.hdf5;

import io.jhdf.api.Dataset;
import java.lang.reflect.Array;
import org.dpsieve.error.InputException;
import org.dpsieve.io.NumberArray;
import org.dpsieve.text.Counted;

/** A dataset of numbers in an HDF5 file that stays open as long as this is used. */
public final class Hdf5Array implements NumberArray {
  /** Packed zeros are a thousandth of their size; a file that promises more is damaged. */
  private static final long MOST_PACKED = 1100;

  private final Dataset dataset;
  private final String name;

  /**
   * @param file how messages name the file
   * @throws InputException when the dataset holds anything but numbers
   */
  public Hdf5Array(Dataset dataset, String file) {
    this.dataset = dataset;
    this.name = file + "#" + dataset.getPath();
    Class<?> type = Hdf5.read(name, dataset::getJavaType);
    boolean number =
        type == double.class
            || type == float.class
            || type == long.class
            || type == int.class
            || type == short.class
            || type == byte.class;
    if (!number) {
      throw new InputException(
          "%s: holds %s, expected numbers".formatted(name, type.getSimpleName()));
    }
    double size = Hdf5.read(name, () -> dataset.getDataType().getSize());
    for (long axis : shape()) {
      size = axis < 0 ? Double.NaN : size * axis;
    }
    long length = Hdf5.read(name, () -> dataset.getHdfFile().size());
    if (!(size <= MOST_PACKED * (length + 1))) {
      throw new InputException(
          "%s: shape %s in a file of %s: the file is damaged"
              .formatted(name, NumberArray.shapeText(shape()), Counted.of(length, "byte")));
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long[] shape() {
    return Hdf5.read(name, dataset::getDimensionsAsLong);
  }

  @Override
  public double[] rows(long first, int count) {
    return Hdf5.read(name, () -> part(first, count));
  }

  private double[] part(long first, int count) {
    long[] shape = shape();
    int[] wanted = new int[shape.length];
    int places = count;
    for (int axis = 1; axis < shape.length; axis++) {
      wanted[axis] = Math.toIntExact(shape[axis]);
      places = Math.multiplyExact(places, wanted[axis]);
    }
    double[] values = new double[places];
    if (places == 0) {
      return values;
    }
    if (shape.length == 0) {
      values[0] = ((Number) dataset.getData()).doubleValue();
      return values;
    }
    wanted[0] = count;
    long[] offset = new long[shape.length];
    offset[0] = first;
    flatten(dataset.getData(offset, wanted), values, 0);
    return values;
  }

  /** Copies a nested primitive array row by row and returns the next free place. */
  private static int flatten(Object array, double[] values, int at) {
    int length = Array.getLength(array);
    boolean nested = array instanceof Object[];
    for (int i = 0; i < length; i++) {
      if (nested) {
        at = flatten(Array.get(array, i), values, at);
      } else {
        values[at++] = Array.getDouble(array, i); // widens float, long, int exactly as Java does
      }
    }
    return at;
  }
}
