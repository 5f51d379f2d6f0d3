package org.dpsieve.spark.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.dpsieve.testing.LocalSpark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CanonicalParquetTest {
  @TempDir Path folder;

  @Test
  void theOrderInWhichAnotherJvmListsEncodingsDoesNotMatter() throws Exception {
    Path file = write();
    byte[] bytes = Files.readAllBytes(file);
    byte[] reversed = reverseEncodings(bytes);
    assertThat(reversed).isNotEqualTo(bytes).hasSameSizeAs(bytes);
    Path other = Files.write(folder.resolve("other.parquet"), reversed);

    byte[] canonical = copy(file);
    assertThat(copy(other)).isEqualTo(canonical);
    Path copied = Files.write(folder.resolve("copied.parquet"), canonical);
    assertThat(LocalSpark.session().read().parquet(copied.toString()).collectAsList())
        .isEqualTo(LocalSpark.session().read().parquet(file.toString()).collectAsList());
  }

  private Path write() throws Exception {
    LocalSpark.session()
        .range(0, 100, 1, 1)
        .selectExpr("id % 7 as number", "cast(id % 3 as string) as word")
        .write()
        .parquet(folder.resolve("made").toString());
    try (var files = Files.newDirectoryStream(folder.resolve("made"), "part-*.parquet")) {
      return files.iterator().next();
    }
  }

  private static byte[] copy(Path file) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FileSystem local = FileSystem.getLocal(new Configuration());
    CanonicalParquet.copy(local, new org.apache.hadoop.fs.Path(file.toUri()), out);
    return out.toByteArray();
  }

  private static byte[] reverseEncodings(byte[] bytes) throws Exception {
    int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
    int start = bytes.length - 8 - length;
    FileMetaData metadata =
        Util.readFileMetaData(
            new ByteArrayInputStream(Arrays.copyOfRange(bytes, start, start + length)));
    for (ColumnChunk column : metadata.getRow_groups().get(0).getColumns()) {
      List<Encoding> encodings = column.getMeta_data().getEncodings();
      assertThat(encodings).hasSizeGreaterThan(1);
      Collections.reverse(encodings);
    }
    ByteArrayOutputStream footer = new ByteArrayOutputStream();
    Util.writeFileMetaData(metadata, footer);
    byte[] result = bytes.clone();
    System.arraycopy(footer.toByteArray(), 0, result, start, length);
    return result;
  }
}
