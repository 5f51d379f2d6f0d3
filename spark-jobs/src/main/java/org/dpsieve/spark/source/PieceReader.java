package org.dpsieve.spark.source;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.unsafe.types.UTF8String;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.frame.FrameId;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.FrameSystem.Part;
import org.dpsieve.io.Storage;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.spark.QueryProblem;

/** Reads a partition, a piece at a time, and of that what the query's columns need. */
final class PieceReader implements PartitionReader<InternalRow> {
  /** Columns that need nothing but the elements. */
  private static final Set<String> CHEAP = Set.of("system", "index", "formula", "natoms", "z");

  private static final Map<String, Part> PARTS =
      Map.of(
          "energy", Part.ENERGY,
          "force", Part.FORCE,
          "virial", Part.VIRIAL,
          "fparam", Part.FPARAM,
          "aparam", Part.APARAM);

  private final TreePartition partition;
  private final Storage storage;
  private final ReadOptions options;
  private final SystemFilter filter;
  private final List<String> columns;
  private final boolean elementsOnly;
  private final Set<Part> parts = EnumSet.noneOf(Part.class);
  private final Iterator<Piece> pieces;
  private final Iterator<FrameTree.Problem> problems;

  /** The system that is open, and its path; {@code null} for none. */
  private FrameSystem open;

  private SystemPath opened;

  private long framesRead;
  private long atomsRead;
  private Iterator<InternalRow> rows = List.<InternalRow>of().iterator();
  private InternalRow row;

  PieceReader(
      TreePartition partition,
      Storage storage,
      ReadOptions options,
      SystemFilter filter,
      String[] columns) {
    this.partition = partition;
    this.storage = storage;
    this.options = options;
    this.filter = filter;
    this.columns = List.of(columns);
    this.elementsOnly =
        this.columns.stream()
            .allMatch(column -> CHEAP.contains(column) || column.equals(TreeTable.UNIT));
    PARTS.forEach(
        (column, part) -> {
          if (this.columns.contains(column)) {
            parts.add(part);
          }
        });
    if (this.columns.contains("frame_id")) {
      parts.addAll(List.of(Part.FPARAM, Part.APARAM)); // they are part of what it is the hash of
    }
    if (options.extxyzKeys().properties().stream()
        .anyMatch(property -> this.columns.contains(property.name()))) {
      parts.add(Part.PROPERTIES);
    }
    this.pieces = partition.pieces().iterator();
    this.problems = partition.problems().iterator();
  }

  @Override
  public boolean next() throws IOException {
    while (!rows.hasNext()) {
      if (pieces.hasNext()) {
        rows = read(pieces.next());
      } else if (problems.hasNext()) {
        rows = corrupt(problems.next());
      } else {
        return false;
      }
    }
    row = rows.next();
    return true;
  }

  @Override
  public InternalRow get() {
    return row;
  }

  private void count(int atoms) {
    framesRead++;
    atomsRead += atoms;
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return new CustomTaskMetric[] {
      new ScanMetric.Value(ScanMetric.FRAMES, framesRead),
      new ScanMetric.Value(ScanMetric.ATOMS, atomsRead)
    };
  }

  @Override
  public void close() throws IOException {
    if (open != null) {
      open.close();
      open = null;
    }
  }

  /** Pieces of one system follow each other, and what its head says may be long. */
  private FrameSystem open(SystemPath path) throws IOException {
    if (open == null || !path.equals(opened)) {
      close();
      open = path.open(storage, options.typeMap());
      opened = path;
    }
    return open;
  }

  private Iterator<InternalRow> read(Piece piece) throws IOException {
    try {
      FrameSystem system = open(piece.system());
      String name = piece.system().name();
      if (elementsOnly) {
        return rowsOfTypes(name, piece.run(), system.types(piece.run()));
      }
      return system.read(piece.run(), parts).stream()
          .filter(frame -> accepts(piece, frame))
          .map(this::row)
          .filter(found -> found != null)
          .iterator();
    } catch (InputException e) {
      close();
      if (options.mode() == ReadMode.FAILFAST) {
        throw QueryProblem.DATA.during(piece.system().location(), e);
      }
      return options.mode() == ReadMode.DROPMALFORMED
          ? List.<InternalRow>of().iterator()
          : corrupt(new FrameTree.Problem(piece.system().name(), e.getMessage()));
    }
  }

  /** Pieces of one formula were chosen when the partitions were planned. */
  private boolean accepts(Piece piece, Frame frame) {
    return piece.formula() != null
        || filter.accepts(piece.system().name(), Formula.of(frame), frame.atomCount());
  }

  private Iterator<InternalRow> rowsOfTypes(
      String system, FrameSystem.Run run, List<FrameSystem.Types> frames) {
    return java.util.stream.IntStream.range(0, frames.size())
        .filter(i -> filter.accepts(system, formula(frames.get(i)), frames.get(i).z().length))
        .peek(i -> count(frames.get(i).z().length))
        .mapToObj(i -> row(column -> cheap(column, system, run.first() + i, frames.get(i))))
        .iterator();
  }

  private static String formula(FrameSystem.Types frame) {
    return Formula.of(frame.z(), frame.names());
  }

  private interface Values {
    Object of(String column);
  }

  private InternalRow row(Values values) {
    return new GenericInternalRow(columns.stream().map(values::of).toArray());
  }

  private Object cheap(String column, String system, int index, FrameSystem.Types types) {
    return switch (column) {
      case "system" -> UTF8String.fromString(system);
      case "index" -> index;
      case "formula" -> UTF8String.fromString(formula(types));
      case "natoms" -> types.z().length;
      case "z" -> UnsafeArrayData.fromPrimitiveArray(types.z());
      default -> column.equals(TreeTable.UNIT) ? UTF8String.fromString(partition.unit()) : null;
    };
  }

  /** {@code null} for a bad frame that is to be left out. */
  private InternalRow row(Frame frame) {
    String problem = FrameCheck.problem(frame).orElse(null);
    if (problem != null && options.mode() == ReadMode.FAILFAST) {
      throw QueryProblem.DATA.during(
          frame.system(), new InputException("Frame %s: %s".formatted(frame.name(), problem)));
    }
    if (problem != null && options.mode() == ReadMode.DROPMALFORMED) {
      return null;
    }
    FrameSystem.Types types = new FrameSystem.Types(frame.z(), frame.names());
    count(frame.atomCount());
    return row(
        column ->
            switch (column) {
              case "frame_id" -> UTF8String.fromString(FrameId.of(frame));
              case "coord" -> array(frame.coord());
              case "cell" -> array(frame.cell());
              case "energy" -> frame.labels().energy();
              case "force" -> array(frame.labels().force());
              case "virial" -> array(frame.labels().virial());
              case "fparam" -> array(frame.fparam());
              case "aparam" -> array(frame.aparam());
              default ->
                  column.equals(options.corruptColumn())
                      ? UTF8String.fromString(problem)
                      : property(column, frame)
                          .orElseGet(() -> cheap(column, frame.system(), frame.index(), types));
            });
  }

  private static Optional<Object> property(String column, Frame frame) {
    return frame.properties().entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(column))
        .findFirst()
        .map(entry -> array(entry.getValue()));
  }

  private static Object array(double[] values) {
    return values == null ? null : UnsafeArrayData.fromPrimitiveArray(values);
  }

  private Iterator<InternalRow> corrupt(FrameTree.Problem problem) {
    if (!filter.accepts(problem.system(), null, null)) {
      return List.<InternalRow>of().iterator();
    }
    return Arrays.asList(
            row(
                column ->
                    column.equals("system")
                        ? UTF8String.fromString(problem.system())
                        : column.equals(options.corruptColumn())
                            ? UTF8String.fromString(problem.text())
                            : column.equals(TreeTable.UNIT)
                                ? UTF8String.fromString(partition.unit())
                                : null))
        .iterator();
  }
}
