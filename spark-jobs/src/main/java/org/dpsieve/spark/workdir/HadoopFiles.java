package org.dpsieve.spark.workdir;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.dpsieve.spark.frames.HadoopChannel;

/**
 * Files of {@link HadoopPaths}: written from their beginning to their end and there as a whole once
 * they are closed. There are no links and no locks.
 *
 * <p>A folder is moved by one rename where that is one step. Object stores copy its files one by
 * one: there the manifests, whose names begin with an underscore, go last, for a folder counts as
 * there by its manifest. A file is replaced by one step everywhere.
 */
final class HadoopFiles extends FileSystemProvider {
  private static final Comparator<FileStatus> MANIFESTS_LAST =
      Comparator.comparing((FileStatus file) -> file.getPath().getName().startsWith("_"))
          .thenComparing(file -> file.getPath().getName());

  private static FileSystem files(Path path) {
    return HadoopPath.of(path).getFileSystem().hadoop();
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return HadoopPath.of(path).hadoop();
  }

  private static FileStatus status(Path path) throws IOException {
    try {
      return files(path).getFileStatus(hadoop(path));
    } catch (FileNotFoundException e) {
      throw missing(path, e);
    }
  }

  private static NoSuchFileException missing(Path path, FileNotFoundException cause) {
    NoSuchFileException missing = new NoSuchFileException(path.toString());
    missing.initCause(cause);
    return missing;
  }

  @Override
  public String getScheme() {
    return "hadoop";
  }

  @Override
  public java.nio.file.FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("ask HadoopPaths");
  }

  @Override
  public java.nio.file.FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException("ask HadoopPaths");
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException("ask HadoopPaths");
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    if (options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND)) {
      return new WriteChannel(output(path, options));
    }
    try {
      return new HadoopChannel(files(path).open(hadoop(path)), status(path).getLen());
    } catch (FileNotFoundException e) {
      throw missing(path, e);
    }
  }

  @Override
  public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
    try {
      return files(path).open(hadoop(path));
    } catch (FileNotFoundException e) {
      throw missing(path, e);
    }
  }

  @Override
  public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
    return output(path, Set.of(options));
  }

  private OutputStream output(Path path, Set<? extends OpenOption> options) throws IOException {
    if (options.contains(StandardOpenOption.APPEND)) {
      return appended(path);
    }
    if (options.contains(StandardOpenOption.CREATE_NEW)) {
      try {
        return files(path).create(hadoop(path), false);
      } catch (org.apache.hadoop.fs.FileAlreadyExistsException e) {
        throw exists(path, e);
      }
    }
    return files(path).create(hadoop(path), true);
  }

  private static FileAlreadyExistsException exists(Path path, IOException cause) {
    FileAlreadyExistsException exists = new FileAlreadyExistsException(path.toString());
    exists.initCause(cause);
    return exists;
  }

  /** Of small logs: what cannot be added to is written anew. */
  private static OutputStream appended(Path path) throws IOException {
    FileSystem files = files(path);
    org.apache.hadoop.fs.Path file = hadoop(path);
    byte[] before = new byte[0];
    if (files.exists(file)) {
      try (InputStream in = files.open(file)) {
        before = in.readAllBytes();
      }
    }
    OutputStream out = files.create(file, true);
    out.write(before);
    return out;
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    if (!status(folder).isDirectory()) {
      throw new NotDirectoryException(folder.toString());
    }
    List<Path> children = new ArrayList<>();
    for (FileStatus child : files(folder).listStatus(hadoop(folder))) {
      Path path = folder.resolve(child.getPath().getName());
      if (filter == null || filter.accept(path)) {
        children.add(path);
      }
    }
    return new DirectoryStream<>() {
      @Override
      public java.util.Iterator<Path> iterator() {
        return children.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    if (files(folder).exists(hadoop(folder))) {
      throw new FileAlreadyExistsException(folder.toString());
    }
    files(folder).mkdirs(hadoop(folder));
  }

  @Override
  public void delete(Path path) throws IOException {
    FileStatus found = status(path);
    if (found.isDirectory() && files(path).listStatus(hadoop(path)).length > 0) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    files(path).delete(hadoop(path), false);
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    if (!Set.of(options).contains(StandardCopyOption.REPLACE_EXISTING)
        && files(target).exists(hadoop(target))) {
      throw new FileAlreadyExistsException(target.toString());
    }
    if (status(source).isDirectory()) {
      files(target).mkdirs(hadoop(target));
      return;
    }
    try (InputStream in = newInputStream(source);
        OutputStream out = files(target).create(hadoop(target), true)) {
      in.transferTo(out);
    }
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    FileStatus moved = status(source);
    boolean there = files(target).exists(hadoop(target));
    if (there && !Set.of(options).contains(StandardCopyOption.REPLACE_EXISTING)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    HadoopPaths system = HadoopPath.of(source).getFileSystem();
    if (there && moved.isFile()) {
      replace(source, target, system);
    } else if (moved.isFile() || system.renamesFoldersAtOnce()) {
      rename(system.hadoop(), hadoop(source), hadoop(target));
    } else {
      moveInOrder(system.hadoop(), moved.getPath(), hadoop(target));
    }
  }

  private void replace(Path source, Path target, HadoopPaths system) throws IOException {
    if (system.renamesFoldersAtOnce()) {
      FileContext.getFileContext(system.hadoop().getUri(), system.configuration())
          .rename(hadoop(source), hadoop(target), Rename.OVERWRITE);
      return;
    }
    copy(source, target, StandardCopyOption.REPLACE_EXISTING); // seen when it is whole
    delete(source);
  }

  private static void moveInOrder(
      FileSystem files, org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to)
      throws IOException {
    files.mkdirs(to);
    List<FileStatus> children = new ArrayList<>(List.of(files.listStatus(from)));
    children.sort(MANIFESTS_LAST);
    for (FileStatus child : children) {
      org.apache.hadoop.fs.Path target =
          new org.apache.hadoop.fs.Path(to, child.getPath().getName());
      if (child.isDirectory()) {
        moveInOrder(files, child.getPath(), target);
      } else {
        rename(files, child.getPath(), target);
      }
    }
    files.delete(from, true);
  }

  private static void rename(
      FileSystem files, org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to)
      throws IOException {
    if (!files.rename(from, to)) {
      throw new IOException("cannot rename " + from + " to " + to);
    }
  }

  @Override
  public boolean isSameFile(Path a, Path b) {
    return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
  }

  @Override
  public boolean isHidden(Path path) {
    return path.getFileName() != null && path.getFileName().toString().startsWith(".");
  }

  @Override
  public FileStore getFileStore(Path path) {
    throw new UnsupportedOperationException("no stores of " + path);
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    status(path);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return null;
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type != BasicFileAttributes.class) {
      throw new UnsupportedOperationException("no attributes " + type.getName());
    }
    return type.cast(new Attributes(status(path)));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    Attributes found = new Attributes(status(path));
    return Map.of(
        "size",
        found.size(),
        "lastModifiedTime",
        found.lastModifiedTime(),
        "isDirectory",
        found.isDirectory(),
        "isRegularFile",
        found.isRegularFile(),
        "isSymbolicLink",
        false,
        "isOther",
        false);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options) {
    throw new UnsupportedOperationException("no attributes can be set of " + path);
  }
}
