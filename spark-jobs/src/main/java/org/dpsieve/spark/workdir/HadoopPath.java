package org.dpsieve.spark.workdir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A path of a Hadoop file system. As text it has the file system's name before it, so that Spark
 * and Hadoop take it as it is.
 */
final class HadoopPath implements Path {
  private final HadoopPaths files;

  /** {@code /a/b}, or {@code a/b} and {@code ""} where it is relative; no slash at its end. */
  private final String path;

  HadoopPath(HadoopPaths files, String path) {
    this.files = files;
    String single = path.replaceAll("/+", "/");
    this.path =
        single.length() > 1 && single.endsWith("/")
            ? single.substring(0, single.length() - 1)
            : single;
  }

  /** As Hadoop has it. */
  org.apache.hadoop.fs.Path hadoop() {
    return new org.apache.hadoop.fs.Path(toAbsolutePath().toString());
  }

  /** Of this provider, or an error as Java's own providers give it. */
  static HadoopPath of(Path path) {
    if (path instanceof HadoopPath ours) {
      return ours;
    }
    throw new ProviderMismatchException("%s: is on another file system".formatted(path));
  }

  private HadoopPath with(String other) {
    return new HadoopPath(files, other);
  }

  private List<String> names() {
    String bare = isAbsolute() ? path.substring(1) : path;
    return bare.isEmpty() && isAbsolute() ? List.of() : List.of(bare.split("/", -1));
  }

  @Override
  public HadoopPaths getFileSystem() {
    return files;
  }

  @Override
  public boolean isAbsolute() {
    return path.startsWith("/");
  }

  @Override
  public Path getRoot() {
    return isAbsolute() ? with("/") : null;
  }

  @Override
  public Path getFileName() {
    List<String> names = names();
    return names.isEmpty() ? null : with(names.get(names.size() - 1));
  }

  @Override
  public Path getParent() {
    int slash = path.lastIndexOf('/');
    return path.length() == 1 && slash == 0 || slash < 0
        ? null
        : with(slash == 0 ? "/" : path.substring(0, slash));
  }

  @Override
  public int getNameCount() {
    return names().size();
  }

  @Override
  public Path getName(int index) {
    return with(names().get(index));
  }

  @Override
  public Path subpath(int begin, int end) {
    return with(String.join("/", names().subList(begin, end)));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof HadoopPath start
        && start.files.equals(files)
        && start.isAbsolute() == isAbsolute()
        && start.getNameCount() <= getNameCount()
        && names().subList(0, start.getNameCount()).equals(start.names());
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(other instanceof HadoopPath end) || end.isAbsolute()) {
      return equals(other);
    }
    int from = getNameCount() - end.getNameCount();
    return from >= 0 && names().subList(from, getNameCount()).equals(end.names());
  }

  @Override
  public Path normalize() {
    Deque<String> kept = new ArrayDeque<>();
    for (String name : names()) {
      if (name.equals("..") && !kept.isEmpty() && !kept.getLast().equals("..")) {
        kept.removeLast();
      } else if (!name.equals(".") && !(name.equals("..") && isAbsolute())) {
        kept.add(name);
      }
    }
    return with((isAbsolute() ? "/" : "") + String.join("/", kept));
  }

  @Override
  public Path resolve(Path other) {
    HadoopPath end = of(other);
    if (end.isAbsolute() || path.isEmpty()) {
      return end;
    }
    return end.path.isEmpty() ? this : with(path + "/" + end.path);
  }

  @Override
  public Path relativize(Path other) {
    HadoopPath to = of(other);
    if (to.isAbsolute() != isAbsolute()) {
      throw new IllegalArgumentException("%s and %s: one is relative".formatted(this, other));
    }
    List<String> from = path.isEmpty() ? List.of() : names();
    List<String> names = to.path.isEmpty() ? List.of() : to.names();
    int same = 0;
    while (same < from.size() && same < names.size() && from.get(same).equals(names.get(same))) {
      same++;
    }
    String up = "../".repeat(from.size() - same);
    String rest = String.join("/", names.subList(same, names.size()));
    return with(rest.isEmpty() && !up.isEmpty() ? up.substring(0, up.length() - 1) : up + rest);
  }

  @Override
  public URI toUri() {
    return hadoop().toUri();
  }

  @Override
  public Path toAbsolutePath() {
    return isAbsolute() ? this : with(files.home() + "/" + path);
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    files.hadoop().getFileStatus(hadoop()); // what is not there is said
    return toAbsolutePath().normalize();
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("no events of " + files.name());
  }

  @Override
  public int compareTo(Path other) {
    return path.compareTo(of(other).path);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HadoopPath that && files.equals(that.files) && path.equals(that.path);
  }

  @Override
  public int hashCode() {
    return 31 * files.hashCode() + path.hashCode();
  }

  @Override
  public String toString() {
    return isAbsolute() ? files.name() + path : path;
  }
}
