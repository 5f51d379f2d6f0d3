package org.dpsieve.spark.rescreen;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;
import org.apache.spark.sql.Row;
import org.dpsieve.digest.Sha256;
import org.dpsieve.spark.frames.CanonicalParquet;
import org.dpsieve.spark.frames.PartsManifest;
import org.dpsieve.spark.table.TableFrames;

/**
 * One unit's deviations as a Parquet file, written by the task that computed them: it takes its
 * name when it is whole, so a unit with a file is done. Its bytes follow from its rows alone.
 */
final class DeviationFile implements AutoCloseable {
  /** What names a frame; {@link ScreenColumns} follow. */
  static final List<String> NAMES = List.of("frame_id", "system", "index", "formula", "natoms");

  private static final int ROW_GROUP_BYTES = 64 << 20;

  private final FileSystem files;
  private final Path temporary;
  private final ParquetWriter<Group> writer;
  private final SimpleGroupFactory groups;
  private final ScreenColumns columns;
  private final List<String> names;
  private long rows;

  /**
   * @param attempt tells tasks apart that write the same file at once
   * @param withIds whether frames have {@link TableFrames#LIBRARY_ID}
   */
  DeviationFile(
      Configuration configuration,
      Path folder,
      String name,
      long attempt,
      boolean withIds,
      ScreenColumns columns)
      throws IOException {
    this.columns = columns;
    this.names =
        withIds ? Stream.concat(Stream.of(TableFrames.LIBRARY_ID), NAMES.stream()).toList() : NAMES;
    MessageType schema = schema(names, columns);
    this.groups = new SimpleGroupFactory(schema);
    this.files = fileSystem(folder, configuration);
    this.temporary = new Path(folder, "_" + attempt + "-" + name);
    this.writer =
        ExampleParquetWriter.builder(HadoopOutputFile.fromPath(temporary, configuration))
            .withType(schema)
            .withConf(configuration)
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .withRowGroupSize((long) ROW_GROUP_BYTES)
            .build();
  }

  /** Of a local path the one that leaves no .crc files. */
  static FileSystem fileSystem(Path path, Configuration configuration) throws IOException {
    FileSystem files = path.getFileSystem(configuration);
    return files instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : files;
  }

  private static MessageType schema(List<String> names, ScreenColumns columns) {
    Types.MessageTypeBuilder schema = Types.buildMessage();
    for (String name : names) {
      if (name.equals(TableFrames.LIBRARY_ID)) {
        schema.optional(BINARY).as(stringType()).named(name);
      } else if (name.equals("index") || name.equals("natoms")) {
        schema.required(INT32).named(name);
      } else {
        schema.required(BINARY).as(stringType()).named(name);
      }
    }
    columns.numbers().forEach(name -> schema.required(DOUBLE).named(name));
    if (columns.list() != null) {
      schema.requiredList().requiredElement(DOUBLE).named(columns.list()); // as Spark writes a list
    }
    return schema.named("deviation");
  }

  /**
   * @param frame has the columns {@link #NAMES}
   * @param deviation values of {@link ScreenColumns#numbers}, and behind them those of the list
   */
  void add(Row frame, double[] deviation) throws IOException {
    Group group = groups.newGroup();
    for (String name : names) {
      Object value = frame.getAs(name);
      if (value == null) {
        continue; // an id that the library does not have
      }
      if (value instanceof Integer number) {
        group.add(name, number);
      } else {
        group.add(name, (String) value);
      }
    }
    int single = columns.numbers().size();
    for (int k = 0; k < single; k++) {
      group.add(columns.numbers().get(k), deviation[k]);
    }
    if (columns.list() != null) {
      Group list = group.addGroup(columns.list());
      for (int k = single; k < deviation.length; k++) {
        list.addGroup("list").add("element", deviation[k]);
      }
    }
    writer.write(group);
    rows++;
  }

  /** Closes the file and gives it its lasting bytes and name. */
  Part commit(Path target) throws IOException {
    writer.close();
    Path whole = new Path(temporary.getParent(), temporary.getName() + ".whole");
    MessageDigest digest = Sha256.start();
    try (OutputStream out = new DigestOutputStream(files.create(whole, true), digest)) {
      CanonicalParquet.copy(files, temporary, out);
    }
    files.delete(temporary, false);
    if (!files.rename(whole, target)) { // another attempt was first: its bytes are the same
      files.delete(whole, false);
      if (!files.exists(target)) {
        throw new IOException("cannot rename " + whole + " to " + target);
      }
    }
    return part(files, target, rows, Sha256.hex(digest));
  }

  private static Part part(FileSystem files, Path path, long rows, String sha256)
      throws IOException {
    return new Part(
        new PartsManifest.PartFile(path.getName(), files.getFileStatus(path).getLen(), sha256),
        rows);
  }

  /** What a finished file of an earlier call holds. */
  static Part read(Configuration configuration, Path path) {
    try {
      FileSystem files = fileSystem(path, configuration);
      String sha256;
      try (FSDataInputStream in = files.open(path)) {
        sha256 = Sha256.hex(in);
      }
      long rows;
      try (ParquetFileReader reader =
          ParquetFileReader.open(HadoopInputFile.fromPath(path, configuration))) {
        rows = reader.getRecordCount();
      }
      return part(files, path, rows, sha256);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A finished file. */
  record Part(PartsManifest.PartFile file, long rows) implements Serializable {}

  /** Removes what a task that failed has left; nothing after {@link #commit}. */
  @Override
  public void close() throws IOException {
    if (files.exists(temporary)) {
      try {
        writer.close();
      } finally {
        files.delete(temporary, false);
      }
    }
  }
}
