package org.dpsieve.spark.workdir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.RegularFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Java's files through Hadoop, on this machine's disk and as an object store would do it. */
class HadoopFilesTest {
  @TempDir private Path folder;
  private Path root;

  @BeforeEach
  void open() throws IOException {
    root = HadoopPaths.throughHadoop(raw(new RawLocalFileSystem()), folder.toString());
  }

  private static RawLocalFileSystem raw(RawLocalFileSystem files) throws IOException {
    files.initialize(URI.create("file:///"), new Configuration());
    return files;
  }

  /** Renames of folders are refused, as a store that has none cannot be asked to. */
  private static final class ObjectStore extends RawLocalFileSystem {
    private final List<String> renamed = new ArrayList<>();

    @Override
    public String getScheme() {
      return "s3a";
    }

    @Override
    public boolean rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to)
        throws IOException {
      assertThat(getFileStatus(from).isFile()).as(from.toString()).isTrue();
      renamed.add(to.getName());
      return super.rename(from, to);
    }
  }

  @Test
  void pathsAreThoseOfJava() {
    Path here = Path.of("/a/b");
    Path there = root.resolve("/a/b");
    assertThat(there).hasToString("file:///a/b");
    for (String other : List.of("c", "c/d.txt", "../c", "")) {
      assertThat(there.resolve(other).normalize())
          .hasToString("file://" + here.resolve(other).normalize());
    }
    assertThat(there.relativize(root.resolve("/a/b/c/d"))).hasToString("c/d");
    assertThat(there.relativize(root.resolve("/a/x"))).hasToString("../x");
    assertThat(there.relativize(there)).hasToString("");
    assertThat(there.resolveSibling("x")).hasToString("file:///a/x");
    assertThat(there.getParent().getParent()).hasToString("file:///");
    assertThat(there.getParent().getParent().getParent()).isNull();
    assertThat(there.getFileName()).hasToString("b");
    assertThat(there.startsWith(root.resolve("/a"))).isTrue();
    assertThat(there.startsWith(here)).isFalse();
    assertThat(there.getFileSystem().getPath("file:///a/b")).isEqualTo(there);
    assertThat(HadoopPaths.of("a/b", Configuration::new)).isEqualTo(Path.of("a/b"));
    assertThat(HadoopPaths.of("file:///a/b", Configuration::new)).isEqualTo(here);
    assertThatThrownBy(() -> HadoopPaths.of("nothing://x/y", Configuration::new))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("nothing://x/y: its file system cannot be reached");
  }

  @Test
  void filesAreWrittenReadListedAndRemoved() throws IOException {
    Path file = root.resolve("x/y/text");
    Files.createDirectories(file.getParent());
    OwnFiles.replace(file, "one\n".getBytes());
    OwnFiles.replace(file, "two\n".getBytes());
    OwnFiles.appendLine(file, "three");
    OwnFiles.appendLine(root.resolve("log"), "first");
    assertThat(OwnFiles.lines(file)).containsExactly("two", "three");
    assertThat(new String(RegularFile.tail(file, 6))).isEqualTo("three\n");
    assertThat(RegularFile.sha256(file)).isEqualTo(RegularFile.sha256(folder.resolve("x/y/text")));
    try (OutputStream out = OwnFiles.create(file)) {
      out.write(1);
    }
    assertThat(Files.size(file)).isEqualTo(1);
    assertThatThrownBy(() -> Files.newOutputStream(file, StandardOpenOption.CREATE_NEW))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Files.readString(root.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Files.delete(root.resolve("x")))
        .isInstanceOf(DirectoryNotEmptyException.class);
    try (Stream<Path> all = Files.walk(root.resolve("x"));
        DirectoryStream<Path> named = Files.newDirectoryStream(root.resolve("x/y"), "te*")) {
      assertThat(all.filter(Files::isRegularFile)).containsExactly(file);
      assertThat(named).containsExactly(file);
    }
    Path copy = root.resolve("copy");
    RegularFile.copyTree(root.resolve("x"), copy);
    Files.move(copy, root.resolve("moved"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(root.resolve("moved/y/text")).exists();
    OwnFiles.remove(root.resolve("moved"));
    assertThat(folder.resolve("moved")).doesNotExist();
  }

  /** A folder counts as there by its manifest, so that comes when all else is there. */
  @Test
  void inAnObjectStoreManifestsGoLast() throws IOException {
    ObjectStore store = new ObjectStore();
    Path there = HadoopPaths.throughHadoop(raw(store), folder.toString());
    Path staged = there.resolve("stage.writing");
    for (String name :
        List.of("_stage.json", "graph.000.pb", "t.parquet/_manifest.json", "t.parquet/part-0")) {
      Files.createDirectories(staged.resolve(name).getParent());
      Files.writeString(staged.resolve(name), name);
    }
    Files.move(staged, there.resolve("stage"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(store.renamed)
        .containsExactly("graph.000.pb", "part-0", "_manifest.json", "_stage.json");
    assertThat(staged).doesNotExist();
    assertThat(Files.readString(there.resolve("stage/t.parquet/part-0")))
        .isEqualTo("t.parquet/part-0");
    OwnFiles.replace(there.resolve("stage/graph.000.pb"), "new".getBytes());
    assertThat(Files.readString(folder.resolve("stage/graph.000.pb"))).isEqualTo("new");
  }
}
