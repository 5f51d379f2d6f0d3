package org.dpsieve.spark.workdir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.dpsieve.error.InputException;

/**
 * A Hadoop file system (HDFS, S3 by its connector, …) as Java knows file systems, so that a work
 * directory may lie there: the loop's folders, manifests and small files are written by Java's own
 * {@link java.nio.file.Files}, tables by Spark under the same names.
 */
public final class HadoopPaths extends FileSystem {
  private static final Pattern NAMED = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://.*");

  /** Where the rename of a folder is one step that is done or not done. */
  private static final Set<String> ATOMIC =
      Set.of("file", "hdfs", "viewfs", "webhdfs", "swebhdfs", "ofs", "o3fs", "abfs", "abfss");

  private final org.apache.hadoop.fs.FileSystem hadoop;
  private final Configuration configuration;
  private final String name;
  private final HadoopFiles provider = new HadoopFiles();

  private HadoopPaths(org.apache.hadoop.fs.FileSystem hadoop, Configuration configuration) {
    this.hadoop = hadoop;
    this.configuration = configuration;
    URI uri = hadoop.getUri();
    this.name = uri.getScheme() + "://" + (uri.getAuthority() == null ? "" : uri.getAuthority());
  }

  /**
   * A path of this machine, or {@code hdfs://HOST/PATH} and the like of any file system that Hadoop
   * knows.
   *
   * @throws InputException when there is no such file system
   */
  public static Path of(String text, Supplier<Configuration> settings) {
    if (!NAMED.matcher(text).matches()) {
      return Path.of(text);
    }
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(text);
    Configuration configuration = settings.get();
    try {
      org.apache.hadoop.fs.FileSystem files = path.getFileSystem(configuration);
      return files.getScheme().equals("file")
          ? Path.of(path.toUri().getPath())
          : new HadoopPath(new HadoopPaths(files, configuration), path.toUri().getPath());
    } catch (IOException | UnsupportedOperationException e) {
      throw new InputException(
          "%s: its file system cannot be reached: %s".formatted(text, e.getMessage()), e);
    }
  }

  /** Through Hadoop even where it is this machine's: for tests. */
  static Path throughHadoop(org.apache.hadoop.fs.FileSystem files, String path) {
    return new HadoopPath(new HadoopPaths(files, new Configuration()), path);
  }

  org.apache.hadoop.fs.FileSystem hadoop() {
    return hadoop;
  }

  Configuration configuration() {
    return configuration;
  }

  String name() {
    return name;
  }

  String home() {
    return hadoop.getWorkingDirectory().toUri().getPath();
  }

  boolean renamesFoldersAtOnce() {
    return ATOMIC.contains(hadoop.getScheme());
  }

  @Override
  public HadoopFiles provider() {
    return provider;
  }

  /** Hadoop keeps file systems for all who use them. */
  @Override
  public void close() {}

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(new HadoopPath(this, "/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public Path getPath(String first, String... more) {
    StringBuilder all = new StringBuilder(first);
    for (String part : more) {
      all.append('/').append(part);
    }
    String text = all.toString();
    return new HadoopPath(this, text.startsWith(name + "/") ? text.substring(name.length()) : text);
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    PathMatcher names = FileSystems.getDefault().getPathMatcher(pattern);
    return path -> names.matches(Path.of(path.toString()));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("no users of " + name);
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("no events of " + name);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HadoopPaths that && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }
}
