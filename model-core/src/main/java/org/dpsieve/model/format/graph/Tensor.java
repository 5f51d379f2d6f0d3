package org.dpsieve.model.format.graph;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.format.proto.TensorProto;
import org.dpsieve.text.Counted;

/**
 * A constant of a TensorFlow graph, numbers as double whatever their type ({@code
 * tensorflow/core/framework/tensor.proto}).
 *
 * @param type TensorFlow's DataType
 * @param shape empty for a scalar
 * @param values row-major
 */
record Tensor(int type, int[] shape, double[] values) {
  static final int FLOAT = 1;
  static final int DOUBLE = 2;
  static final int INT32 = 3;
  static final int STRING = 7;
  static final int INT64 = 9;
  static final int BOOL = 10;
  private static final int HALF = 19;
  private static final int BFLOAT16 = 14;

  /**
   * @param where file and constant, for messages
   */
  static Tensor decode(TensorProto proto, String where) {
    int[] shape = new int[proto.getTensorShape().getDimCount()];
    long size = 1;
    for (int i = 0; i < shape.length; i++) {
      long dim = proto.getTensorShape().getDim(i).getSize();
      if (dim < 0 || dim > Integer.MAX_VALUE) {
        throw new InputException(
            "%s: dimension %d in its shape; damaged file?".formatted(where, dim));
      }
      shape[i] = (int) dim;
      size = Math.min(size * dim, Long.MAX_VALUE >> 32);
    }
    double[] given = given(proto, where);
    // Equal trailing values are stored once: the file's size does not bound the tensor's.
    if (size > 1 << 24 || (size > 0 && given.length == 0) || given.length > size) {
      throw new InputException(
          "%s: %s for shape %s; damaged file?"
              .formatted(where, Counted.of(given.length, "value"), Arrays.toString(shape)));
    }
    double[] values = Arrays.copyOf(given, (int) size);
    if (given.length < size) {
      Arrays.fill(values, given.length, values.length, given[given.length - 1]);
    }
    return new Tensor(proto.getDtype(), shape, values);
  }

  private static double[] given(TensorProto proto, String where) {
    ByteString content = proto.getTensorContent();
    int width =
        switch (proto.getDtype()) {
          case FLOAT, INT32 -> 4;
          case DOUBLE, INT64 -> 8;
          case BOOL -> 1;
          default ->
              throw new UnsupportedModelException(
                  "%s: a constant of precision %s cannot be read yet, expected float32 or float64"
                      .formatted(where, typeName(proto.getDtype())));
        };
    if (content.isEmpty()) {
      return switch (proto.getDtype()) {
        case FLOAT -> proto.getFloatValList().stream().mapToDouble(Float::doubleValue).toArray();
        case DOUBLE -> proto.getDoubleValList().stream().mapToDouble(Double::doubleValue).toArray();
        case INT32 -> proto.getIntValList().stream().mapToDouble(Integer::doubleValue).toArray();
        case INT64 -> proto.getInt64ValList().stream().mapToDouble(Long::doubleValue).toArray();
        default -> proto.getBoolValList().stream().mapToDouble(b -> b ? 1 : 0).toArray();
      };
    }
    if (content.size() % width != 0) {
      throw new InputException(
          "%s: %s of %d-byte values; damaged file?"
              .formatted(where, Counted.of(content.size(), "byte"), width));
    }
    ByteBuffer bytes = content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    double[] values = new double[content.size() / width];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (proto.getDtype()) {
            case FLOAT -> bytes.getFloat();
            case DOUBLE -> bytes.getDouble();
            case INT32 -> bytes.getInt();
            case INT64 -> bytes.getLong();
            default -> bytes.get();
          };
    }
    return values;
  }

  /** The same tensor with other values: {@code values.length} numbers, row-major. */
  static TensorProto encode(TensorProto old, double[] values) {
    int width = old.getDtype() == FLOAT ? 4 : 8;
    ByteBuffer bytes = ByteBuffer.allocate(width * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      if (width == 4) {
        bytes.putFloat((float) value);
      } else {
        bytes.putDouble(value);
      }
    }
    return TensorProto.newBuilder()
        .setDtype(old.getDtype())
        .setTensorShape(old.getTensorShape())
        .setTensorContent(ByteString.copyFrom(bytes.array()))
        .build();
  }

  static boolean isFloating(int type) {
    return type == FLOAT || type == DOUBLE || type == HALF || type == BFLOAT16;
  }

  static String typeName(int type) {
    return switch (type) {
      case FLOAT -> "float32";
      case DOUBLE -> "float64";
      case INT32 -> "int32";
      case INT64 -> "int64";
      case STRING -> "string";
      case BOOL -> "bool";
      case HALF -> "float16";
      case BFLOAT16 -> "bfloat16";
      default -> "number " + type;
    };
  }
}
