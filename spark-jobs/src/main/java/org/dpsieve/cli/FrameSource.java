package org.dpsieve.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.io.systems.SystemPath.Layout;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.frames.PartsManifest;

/** The frames that a command is asked for, in order, as they are needed. */
interface FrameSource extends Iterator<FrameSource.Item>, AutoCloseable {
  /**
   * @param begins the system that begins with this frame, or {@code null}
   * @param typeMap of its system; empty where it has none
   */
  record Item(String begins, Frame frame, List<String> typeMap) {}

  @Override
  void close() throws IOException;

  /**
   * @param source as {@code -s} names it
   * @param keys what the labels of extxyz files are called
   * @param typeMap types of systems without a type map
   * @param notes hears of labels in extxyz files that are not read
   * @throws org.dpsieve.error.InputException when there is nothing to read
   */
  static FrameSource of(
      String source, ExtxyzKeys keys, List<String> typeMap, int atomsAtOnce, Consumer<String> notes)
      throws IOException {
    return Files.exists(Path.of(source, PartsManifest.NAME))
        ? new OfDataset(source)
        : new OfSystems(SystemListing.of(source, keys), typeMap, atomsAtOnce, notes);
  }

  /** In the order given, of no system. */
  final class Given implements FrameSource {
    private final Iterator<Frame> frames;

    Given(List<Frame> frames) {
      this.frames = frames.iterator();
    }

    @Override
    public boolean hasNext() {
      return frames.hasNext();
    }

    @Override
    public Item next() {
      return new Item(null, frames.next(), List.of());
    }

    @Override
    public void close() {}
  }

  /** Of systems. */
  final class OfSystems implements FrameSource {
    private final Iterator<SystemPath> systems;
    private final List<String> otherwise;
    private final int atomsAtOnce;
    private final Consumer<String> notes;
    private FrameSystem open;
    private List<String> typeMap = List.of();
    private Iterator<FrameSystem.Run> runs = List.<FrameSystem.Run>of().iterator();
    private Iterator<Frame> frames = List.<Frame>of().iterator();
    private String begins;

    OfSystems(
        List<SystemPath> systems, List<String> otherwise, int atomsAtOnce, Consumer<String> notes) {
      this.notes = notes;
      this.systems = systems.iterator();
      this.otherwise = otherwise;
      this.atomsAtOnce = atomsAtOnce;
    }

    @Override
    public boolean hasNext() {
      try {
        while (!frames.hasNext()) {
          if (runs.hasNext()) {
            frames = open.read(runs.next()).iterator();
          } else if (systems.hasNext()) {
            close();
            SystemPath system = systems.next();
            begins = system.name();
            open = system.open(new LocalStorage(), otherwise);
            runs = open.runs(atomsAtOnce).iterator();
            ExtxyzKeys.note(open.ignored(), "--extxyz-keys")
                .ifPresent(note -> notes.accept(system.location() + ": " + note));
            // what an extxyz file calls its types stands with each atom, in no order
            typeMap = system.layout() == Layout.EXTXYZ ? List.of() : open.typeMap();
          } else {
            return false;
          }
        }
        return true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Item next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Item item = new Item(begins, frames.next(), typeMap);
      begins = null;
      return item;
    }

    @Override
    public void close() throws IOException {
      if (open != null) {
        open.close();
        open = null;
      }
    }
  }

  /** Of a frames dataset: the only source that Spark reads. */
  final class OfDataset implements FrameSource {
    private final SparkSession spark = new SparkOptions().open("model-devi");
    private final Iterator<Row> rows;
    private String system;

    OfDataset(String path) {
      rows = FramesDataset.read(spark, path).orderBy("system", "index").toLocalIterator();
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Item next() {
      Frame frame = FrameRows.toFrame(rows.next());
      boolean begins = !frame.system().equals(system);
      system = frame.system();
      return new Item(begins ? system : null, frame, List.of());
    }

    @Override
    public void close() {
      spark.stop();
    }
  }
}
