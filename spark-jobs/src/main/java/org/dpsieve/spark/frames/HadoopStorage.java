package org.dpsieve.spark.frames;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;

/**
 * Any Hadoop file system ({@code hdfs:}, {@code s3a:} ...), chosen by each path's own scheme or the
 * configured default. Local files go through {@link LocalStorage}, which follows links.
 */
public final class HadoopStorage implements Storage {
  private static final LocalStorage LOCAL = new LocalStorage();

  private final SerializableConfiguration configuration;

  public HadoopStorage(Configuration configuration) {
    this.configuration = new SerializableConfiguration(configuration);
  }

  public static HadoopStorage of(SparkSession spark) {
    return new HadoopStorage(spark.sessionState().newHadoopConf());
  }

  @Override
  public boolean exists(String path) throws IOException {
    String local = local(path);
    return local != null ? LOCAL.exists(local) : fileSystem(path).exists(new Path(path));
  }

  @Override
  public boolean isFolder(String path) throws IOException {
    String local = local(path);
    if (local != null) {
      return LOCAL.isFolder(local);
    }
    Path hadoopPath = new Path(path);
    FileSystem files = fileSystem(path);
    return files.exists(hadoopPath) && files.getFileStatus(hadoopPath).isDirectory();
  }

  @Override
  public List<String> list(String folder) throws IOException {
    String local = local(folder);
    if (local != null) {
      return LOCAL.list(local);
    }
    FileStatus[] children = fileSystem(folder).listStatus(new Path(folder));
    return Arrays.stream(children).map(child -> child.getPath().getName()).sorted().toList();
  }

  @Override
  public String realPath(String path) throws IOException {
    String local = local(path);
    return local != null
        ? LOCAL.realPath(local)
        : fileSystem(path).resolvePath(new Path(path)).toString();
  }

  @Override
  public String absolute(String path) throws IOException {
    String local = local(path);
    return local != null
        ? LOCAL.absolute(local)
        : fileSystem(path).makeQualified(new Path(path)).toString();
  }

  @Override
  public String version(String path) throws IOException {
    String local = local(path);
    if (local != null) {
      return LOCAL.version(local);
    }
    FileStatus status = fileSystem(path).getFileStatus(new Path(path));
    return status.getLen() + " " + status.getModificationTime();
  }

  @Override
  public SeekableByteChannel open(String path) throws IOException {
    String local = local(path);
    if (local != null) {
      return LOCAL.open(local);
    }
    Path hadoopPath = new Path(path);
    FileSystem files = fileSystem(path);
    long size = files.getFileStatus(hadoopPath).getLen();
    return new HadoopChannel(files.open(hadoopPath), size) {
      @Override
      public SeekableByteChannel position(long place) throws IOException {
        if (place > size) {
          throw new EOFException("position " + place + " of " + size);
        }
        return super.position(place);
      }
    };
  }

  @Override
  public OutputStream create(String path) throws IOException {
    String local = local(path);
    return local != null ? LOCAL.create(local) : fileSystem(path).create(new Path(path), true);
  }

  private FileSystem fileSystem(String path) throws IOException {
    return new Path(path).getFileSystem(configuration.value());
  }

  /** The path for {@link LocalStorage}, or {@code null} when it lies elsewhere. */
  private String local(String path) throws IOException {
    if (path.startsWith("file:")) {
      return new Path(path).toUri().getPath();
    }
    boolean hasScheme = path.matches("[A-Za-z][A-Za-z0-9+.-]*:/.*");
    boolean localDefault =
        "file".equals(FileSystem.getDefaultUri(configuration.value()).getScheme());
    return !hasScheme && localDefault ? path : null;
  }
}
