package org.dpsieve.spark.frames;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;

/**
 * Makes the bytes of a Parquet file a function of its rows alone. Parquet's writer lists a column's
 * encodings in the order of a hash set of enum constants, which differs from one JVM to the next;
 * here the list is sorted. Everything before the footer is copied as it is.
 */
public final class CanonicalParquet {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

  /** Length of the footer (4 bytes, little endian) and the magic number at a file's end. */
  private static final int TAIL = 8;

  private CanonicalParquet() {}

  /**
   * Copies a Parquet file; closes neither {@code files} nor {@code out}.
   *
   * @return how many rows it has
   */
  public static long copy(FileSystem files, Path source, OutputStream out) throws IOException {
    long length = files.getFileStatus(source).getLen();
    try (FSDataInputStream in = files.open(source)) {
      byte[] tail = new byte[TAIL];
      in.readFully(length - TAIL, tail);
      byte[] footer = new byte[ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt()];
      long footerStart = length - TAIL - footer.length;
      in.readFully(footerStart, footer);

      in.seek(0);
      byte[] buffer = new byte[1 << 16];
      for (long left = footerStart; left > 0; ) {
        int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (count < 0) {
          throw new IOException(source + ": ends before its footer");
        }
        out.write(buffer, 0, count);
        left -= count;
      }
      FileMetaData metadata = Util.readFileMetaData(new ByteArrayInputStream(footer));
      byte[] sorted = sorted(metadata, footer.length);
      out.write(sorted);
      out.write(
          ByteBuffer.allocate(TAIL)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(sorted.length)
              .put(MAGIC)
              .array());
      return metadata.getNum_rows();
    }
  }

  private static byte[] sorted(FileMetaData metadata, int length) throws IOException {
    for (RowGroup group : metadata.getRow_groups()) {
      for (ColumnChunk column : group.getColumns()) {
        column.getMeta_data().getEncodings().sort(null);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(length);
    Util.writeFileMetaData(metadata, bytes);
    return bytes.toByteArray();
  }
}
