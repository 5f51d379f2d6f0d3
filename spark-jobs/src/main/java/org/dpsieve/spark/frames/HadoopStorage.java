package org.dpsieve.spark.frames;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
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
    return new Channel(files.open(hadoopPath), size);
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

  /** Hadoop's stream as a channel to read from. */
  private static final class Channel implements SeekableByteChannel {
    private final FSDataInputStream in;
    private final long size;
    private boolean open = true;

    Channel(FSDataInputStream in, long size) {
      this.in = in;
      this.size = size;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      int wanted = target.remaining();
      if (wanted == 0) {
        return 0;
      }
      byte[] bytes = new byte[wanted];
      int count = in.read(bytes, 0, wanted);
      if (count > 0) {
        target.put(bytes, 0, count);
      }
      return count;
    }

    @Override
    public int write(ByteBuffer source) {
      throw new NonWritableChannelException();
    }

    @Override
    public long position() throws IOException {
      return in.getPos();
    }

    @Override
    public SeekableByteChannel position(long position) throws IOException {
      if (position > size) {
        throw new EOFException("position " + position + " of " + size);
      }
      in.seek(position);
      return this;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() throws IOException {
      open = false;
      in.close();
    }
  }
}
