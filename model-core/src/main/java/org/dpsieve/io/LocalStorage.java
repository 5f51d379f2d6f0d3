package org.dpsieve.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** This machine's own files, or those of another file system that Java knows. */
public class LocalStorage implements Storage {
  private static final long serialVersionUID = 1;

  private final transient FileSystem files; // null once it was sent: this machine's

  public LocalStorage() {
    this(FileSystems.getDefault());
  }

  private LocalStorage(FileSystem files) {
    this.files = files;
  }

  /** Of the file system that a path is on. */
  public static LocalStorage of(Path path) {
    return new LocalStorage(path.getFileSystem());
  }

  private Path path(String text) {
    return files == null ? Path.of(text) : files.getPath(text);
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(path(path));
  }

  @Override
  public boolean isFolder(String path) {
    return Files.isDirectory(path(path));
  }

  @Override
  public List<String> list(String folder) throws IOException {
    try (Stream<Path> children = Files.list(path(folder))) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public String realPath(String path) throws IOException {
    return path(path).toRealPath().toString();
  }

  @Override
  public String absolute(String path) {
    return path(path).toAbsolutePath().normalize().toString();
  }

  @Override
  public String version(String path) throws IOException {
    Path file = path(path);
    return Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
  }

  @Override
  public SeekableByteChannel open(String path) throws IOException {
    try {
      return RegularFile.channel(path(path));
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) { // one array of many: which
      throw new IOException(path + ": " + e.getMessage(), e);
    }
  }

  @Override
  public OutputStream create(String path) throws IOException {
    Path file = path(path);
    if (file.getParent() != null) {
      Files.createDirectories(file.getParent());
    }
    return Files.newOutputStream(file);
  }
}
