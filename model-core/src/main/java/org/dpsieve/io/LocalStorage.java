package org.dpsieve.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** This machine's own files. */
public class LocalStorage implements Storage {
  @Override
  public boolean exists(String path) {
    return Files.exists(Path.of(path));
  }

  @Override
  public boolean isFolder(String path) {
    return Files.isDirectory(Path.of(path));
  }

  @Override
  public List<String> list(String folder) throws IOException {
    try (Stream<Path> children = Files.list(Path.of(folder))) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public String realPath(String path) throws IOException {
    return Path.of(path).toRealPath().toString();
  }

  @Override
  public String absolute(String path) {
    return Path.of(path).toAbsolutePath().normalize().toString();
  }

  @Override
  public String version(String path) throws IOException {
    Path file = Path.of(path);
    return Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
  }

  @Override
  public SeekableByteChannel open(String path) throws IOException {
    return RegularFile.channel(Path.of(path));
  }

  @Override
  public OutputStream create(String path) throws IOException {
    Path file = Path.of(path);
    if (file.getParent() != null) {
      Files.createDirectories(file.getParent());
    }
    return Files.newOutputStream(file);
  }
}
