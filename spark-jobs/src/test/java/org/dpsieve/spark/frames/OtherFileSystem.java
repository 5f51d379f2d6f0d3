package org.dpsieve.spark.frames;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A file system that only Hadoop knows: {@code other:/a} lies in the folder that {@code
 * fs.other.root} names, so nothing that takes the path for one of this machine finds it. Where
 * {@code fs.other.full} is set, no file whose path contains that text can be written.
 */
public final class OtherFileSystem extends RawLocalFileSystem {
  private static final URI NAME = URI.create("other:///");

  @Override
  public URI getUri() {
    return NAME;
  }

  @Override
  public String getScheme() {
    return NAME.getScheme();
  }

  @Override
  public void initialize(URI uri, Configuration configuration) throws IOException {
    super.initialize(uri, configuration);
    setWorkingDirectory(new Path(NAME));
  }

  private String root() {
    return getConf().get("fs.other.root");
  }

  @Override
  public File pathToFile(Path path) {
    return new File(root(), makeQualified(path).toUri().getPath());
  }

  /** Hadoop lists by the paths of this machine; they are given back without the root. */
  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    File file = pathToFile(path);
    if (!file.isDirectory()) {
      return new FileStatus[] {getFileStatus(path)};
    }
    String[] names = file.list();
    FileStatus[] found = new FileStatus[names.length];
    for (int i = 0; i < names.length; i++) {
      found[i] = getFileStatus(new Path(path, names[i]));
    }
    return found;
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    File file = pathToFile(path);
    if (!file.exists()) {
      throw new FileNotFoundException(path + " is not there");
    }
    return new FileStatus(
        file.length(),
        file.isDirectory(),
        1,
        getDefaultBlockSize(path),
        file.lastModified(),
        makeQualified(path));
  }

  @Override
  protected OutputStream createOutputStreamWithMode(
      Path path, boolean append, FsPermission permission) throws IOException {
    String full = getConf().get("fs.other.full");
    OutputStream out = super.createOutputStreamWithMode(path, append, permission);
    if (full == null || !path.toString().contains(full)) {
      return out;
    }
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        throw new IOException("No space left on device");
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return create(path, overwrite, bufferSize, replication, blockSize, progress);
  }
}
