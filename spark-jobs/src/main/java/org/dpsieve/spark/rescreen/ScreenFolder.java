package org.dpsieve.spark.rescreen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.dpsieve.error.InputException;
import org.dpsieve.spark.frames.PartsManifest;
import org.dpsieve.spark.frames.StagedPath;

/**
 * The result of a rescreen on disk: the committed folder, and beside it one that holds the files of
 * a call under way. A file's name says which frames it holds and which models gave the numbers, so
 * whatever has the right name is right, whoever left it.
 */
final class ScreenFolder {
  /** The manifest's key for what all files have in common. */
  static final String MODELS = "models";

  private static final String KIND = "rescreen";

  private final FileSystem files;
  private final Path target;
  private final Path staged;
  private final Optional<PartsManifest> manifest;

  private ScreenFolder(FileSystem files, Path target) throws IOException {
    this.files = files;
    this.target = target;
    this.staged = new Path(target.getParent(), "_staged-" + target.getName());
    StagedPath.requireNoDeadLink(files, target);
    StagedPath.removeLink(files, staged);
    finishCommit();
    this.manifest = PartsManifest.read(files, target).filter(found -> matches(found));
    manifest.ifPresent(this::takeBackUnnamed);
  }

  /** Of a call that was killed while it replaced the manifest. */
  private void finishCommit() throws IOException {
    Path waiting = new Path(staged, PartsManifest.NAME);
    Path lasting = new Path(target, PartsManifest.NAME);
    if (files.exists(target) && !files.exists(lasting) && files.exists(waiting)) {
      rename(waiting, lasting);
    }
  }

  /** Of a call that was killed while files came in or went: they are finished, not yet named. */
  private void takeBackUnnamed(PartsManifest found) {
    try {
      Set<String> named = new LinkedHashSet<>();
      found.files().forEach(part -> named.add(part.name()));
      for (FileStatus file : files.listStatus(target)) {
        String name = file.getPath().getName();
        if (name.startsWith("part-") && !named.contains(name)) {
          files.mkdirs(staged);
          files.delete(new Path(staged, name), false);
          rename(file.getPath(), new Path(staged, name));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param models what the files of this call are made with
   * @throws InputException when the folder holds something else
   */
  static ScreenFolder open(String output, Configuration configuration, String models)
      throws IOException {
    Path path = new Path(output);
    FileSystem files = DeviationFile.fileSystem(path, configuration);
    ScreenFolder folder = new ScreenFolder(files, files.makeQualified(path));
    if (files.exists(folder.target)) {
      folder.requireOwn(output, models);
    }
    return folder;
  }

  private boolean matches(PartsManifest found) {
    try {
      return found.matches(files, target);
    } catch (IOException e) {
      return false;
    }
  }

  private void requireOwn(String output, String models) throws IOException {
    Optional<PartsManifest> found = PartsManifest.read(files, target);
    if (found.isEmpty() || !KIND.equals(found.get().metadata().get("kind"))) {
      throw new InputException(
          output
              + ": exists already and is no result of rescreen; remove it or choose another name");
    }
    if (!models.equals(found.get().metadata().get(MODELS))) {
      throw new InputException(
          output
              + ": holds the deviation by other models (or another --precision); choose another name,"
              + " or remove it");
    }
    if (manifest.isEmpty()) {
      throw new InputException(
          output + ": files that its _manifest.json names are gone; remove it and run again");
    }
  }

  /** Where a task writes. */
  String staged() {
    return staged.toString();
  }

  String target() {
    return target.toString();
  }

  /** Files of the committed result. */
  Map<String, PartsManifest.PartFile> committed() {
    Map<String, PartsManifest.PartFile> parts = new HashMap<>();
    manifest.ifPresent(found -> found.files().forEach(part -> parts.put(part.name(), part)));
    return parts;
  }

  /** Finished files of a call that was stopped. */
  Set<String> finished() throws IOException {
    Set<String> names = new LinkedHashSet<>();
    if (files.exists(staged)) {
      for (FileStatus file : files.listStatus(staged)) {
        if (file.getPath().getName().startsWith("part-")) {
          names.add(file.getPath().getName());
        }
      }
    }
    return names;
  }

  void prepare() throws IOException {
    files.mkdirs(staged);
    for (FileStatus file : files.listStatus(staged)) {
      if (!file.getPath().getName().startsWith("part-")) { // of tasks that were killed
        files.delete(file.getPath(), true);
      }
    }
  }

  /** Full paths of the files that these names have, committed or not. */
  List<String> paths(Collection<String> names) {
    Map<String, PartsManifest.PartFile> committed = committed();
    return names.stream()
        .map(name -> new Path(committed.containsKey(name) ? target : staged, name).toString())
        .toList();
  }

  /**
   * Makes the result: of one that is there, new files come in, the manifest is replaced, and what
   * it no longer names goes. Whoever reads by the manifest sees the old result or the new.
   *
   * @param parts all files of the result, in the order of the library
   */
  PartsManifest commit(List<DeviationFile.Part> parts, SortedMap<String, String> metadata)
      throws IOException {
    metadata.put("kind", KIND);
    PartsManifest made =
        new PartsManifest(
            parts.stream().mapToLong(DeviationFile.Part::rows).sum(),
            parts.stream().map(DeviationFile.Part::file).toList(),
            metadata);
    Set<String> kept = new LinkedHashSet<>();
    parts.forEach(part -> kept.add(part.file().name()));
    Map<String, PartsManifest.PartFile> old = committed();
    files.mkdirs(staged);
    for (FileStatus file : files.listStatus(staged)) {
      if (!kept.contains(file.getPath().getName())) {
        files.delete(file.getPath(), true);
      }
    }
    if (!files.exists(target)) {
      made.write(files, staged);
      rename(staged, target);
      return made;
    }
    for (String name : kept) {
      if (!old.containsKey(name)) {
        rename(new Path(staged, name), new Path(target, name));
      }
    }
    made.write(files, staged);
    Path lasting = new Path(target, PartsManifest.NAME);
    files.delete(lasting, false);
    rename(new Path(staged, PartsManifest.NAME), lasting);
    for (String name : old.keySet()) {
      if (!kept.contains(name)) {
        files.delete(new Path(target, name), false);
      }
    }
    files.delete(staged, true);
    return made;
  }

  private void rename(Path from, Path to) throws IOException {
    if (!files.rename(from, to)) {
      throw new IOException("cannot rename " + from + " to " + to);
    }
  }

  /** Removes what was left of a call that had nothing to add. */
  void discardStaged() throws IOException {
    files.delete(staged, true);
  }
}
