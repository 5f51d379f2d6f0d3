package org.dpsieve.kernel.nd4j;

import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.dpsieve.kernel.Gemm;
import org.dpsieve.kernel.Matrix;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * GEMM by ND4J, on arrays outside the heap that are used again and again. A row-major matrix is its
 * transpose in the order of columns, which ND4J's products are in: so c = a b is computed as cᵀ =
 * bᵀ aᵀ and nothing is copied but to and from the heap.
 */
public final class Nd4jGemm implements Gemm {
  /** The inner loops of its BLAS take 8, 16 or 24 rows at a time: a multiple of all of them. */
  private static final int ROWS = 192;

  private final ThreadLocal<Room[]> rooms =
      ThreadLocal.withInitial(() -> new Room[] {new Room(), new Room(), new Room()});

  /** Loaded with its first use: where all products are done by others it is never needed. */
  private static final class Library {
    static {
      if (System.getProperty("org.bytedeco.javacpp.logger") == null) {
        System.setProperty("org.bytedeco.javacpp.logger", "slf4j"); // else it writes to stderr
      }
      Nd4j.createUninitialized(DataType.DOUBLE, 1); // it sets the threads of its BLAS
      // one task, one core, whatever OMP_NUM_THREADS says: the tasks are the parallelism
      openblas_nolapack.blas_set_num_threads(1);
    }

    /** Of {@code rows} by {@code columns} in the order of columns. */
    static INDArray view(DataBuffer numbers, long rows, long columns) {
      return Nd4j.create(numbers, new long[] {rows, columns}, new long[] {1, rows}, 0, 'f');
    }

    static DataBuffer numbers(long count) {
      return Nd4j.createUninitializedDetached(DataType.DOUBLE, count).data();
    }

    static void multiply(INDArray a, INDArray b, INDArray c) {
      Nd4j.getBlasWrapper().level3().gemm('f', 'n', 'n', 1, a, b, 0, c);
    }

    static int threads() {
      return openblas_nolapack.blas_get_num_threads();
    }
  }

  /** Threads that one product may use. */
  public static int threads() {
    return Library.threads();
  }

  @Override
  public String name() {
    return "ND4J";
  }

  @Override
  public int rows() {
    return ROWS;
  }

  @Override
  public Factor factor(double[] matrix, int inner, int columns) {
    DataBuffer numbers = Library.numbers((long) inner * columns); // freed with the factor
    INDArray right = Library.view(numbers, columns, inner);
    ((DoublePointer) numbers.addressPointer()).put(matrix, 0, inner * columns);
    return new Factor() {
      @Override
      public void multiply(double[] a, double[] c, int count) {
        Room[] own = rooms.get();
        own[0].reserve((long) ROWS * inner);
        own[0].put(new Matrix(a, inner), count, inner);
        product(right, ROWS, columns, inner, own); // all: BLAS chooses its loops by their number
        own[1].get(new Matrix(c, columns), count, columns);
      }

      @Override
      public void multiply(int rows, Matrix a, Matrix c) {
        Room[] own = rooms.get();
        own[0].reserve((long) rows * inner);
        own[0].put(a, rows, inner);
        product(right, rows, columns, inner, own);
        own[1].get(c, rows, columns);
      }
    };
  }

  @Override
  public void multiply(int rows, int columns, int inner, Matrix a, Matrix b, Matrix c) {
    if (inner == 0) {
      clear(rows, columns, c);
      return;
    }
    Room[] own = rooms.get();
    own[0].reserve((long) rows * inner);
    own[0].put(a, rows, inner);
    own[2].reserve((long) inner * columns);
    own[2].put(b, inner, columns);
    product(own[2].view(columns, inner), rows, columns, inner, own);
    own[1].get(c, rows, columns);
  }

  private static void clear(int rows, int columns, Matrix c) {
    for (int row = 0; row < rows; row++) {
      int from = c.from() + row * c.pitch();
      Arrays.fill(c.values(), from, from + columns, 0);
    }
  }

  /** From the first room to the second. */
  private static void product(INDArray right, int rows, int columns, int inner, Room[] own) {
    own[1].reserve((long) rows * columns);
    Library.multiply(right, own[0].view(inner, rows), own[1].view(columns, rows));
  }

  @Override
  public void addGram(int rows, int size, double weight, double[] x, double[] matrix) {
    Room[] own = rooms.get();
    own[0].reserve((long) rows * size);
    own[0].put(new Matrix(x, size), rows, size);
    own[1].reserve((long) size * size);
    INDArray all = own[0].view(size, rows);
    Library.multiply(all, all.transpose(), own[1].view(size, size));
    double[] row = new double[size];
    for (int i = 0; i < size; i++) {
      own[1].numbers().position((long) i * size).get(row, 0, size);
      for (int j = i; j < size; j++) {
        matrix[i * size + j] += weight * row[j];
      }
    }
    own[1].numbers().position(0);
  }

  /** Memory outside the heap for one matrix after another, as large as the largest so far. */
  private static final class Room {
    private DataBuffer data;
    private long capacity;
    private DoublePointer numbers;
    private INDArray view;
    private long viewRows;
    private long viewColumns;

    void reserve(long count) {
      if (capacity < count) {
        capacity = count;
        data = Library.numbers(count);
        numbers = (DoublePointer) data.addressPointer();
        view = null;
      }
    }

    DoublePointer numbers() {
      return numbers;
    }

    INDArray view(long rows, long columns) {
      if (view == null || viewRows != rows || viewColumns != columns) {
        view = Library.view(data, rows, columns);
        viewRows = rows;
        viewColumns = columns;
      }
      return view;
    }

    void put(Matrix source, int rows, int columns) {
      if (source.pitch() == columns) {
        numbers.put(source.values(), source.from(), rows * columns);
        return;
      }
      for (int row = 0; row < rows; row++) {
        int from = source.from() + row * source.pitch();
        numbers.position((long) row * columns).put(source.values(), from, columns);
      }
      numbers.position(0);
    }

    void get(Matrix target, int rows, int columns) {
      if (target.pitch() == columns) {
        numbers.get(target.values(), target.from(), rows * columns);
        return;
      }
      for (int row = 0; row < rows; row++) {
        int to = target.from() + row * target.pitch();
        numbers.position((long) row * columns).get(target.values(), to, columns);
      }
      numbers.position(0);
    }
  }
}
