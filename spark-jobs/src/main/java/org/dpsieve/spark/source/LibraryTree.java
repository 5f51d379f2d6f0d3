package org.dpsieve.spark.source;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.error.InputException;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.spark.frames.FrameRows;
import scala.Option;

/**
 * A tree of systems as units that long work can keep account of: a unit is named by its frames'
 * files, and where one ends follows from the names around it. So a system that is added changes the
 * unit it falls into and no other.
 */
public final class LibraryTree {
  /** The column that names a row's unit. */
  public static final String UNIT = TreeTable.UNIT;

  private static final int LEAST_ATOMS = 1 << 10;

  /** A small tree is cut into about this many units. */
  private static final int UNITS_OF_SMALL_TREE = 32;

  /** One system name in so many may end a unit that is a quarter full. */
  private static final int ENDS_ONE_IN = 8;

  private final SparkSession spark;
  private final ReadOptions options;
  private final Map<String, List<Piece>> units = new LinkedHashMap<>();

  private LibraryTree(SparkSession spark, ReadOptions options) {
    this.spark = spark;
    this.options = options;
  }

  /**
   * Looks through the whole tree.
   *
   * @param keys what the labels of extxyz files are called
   * @throws InputException listing every system that cannot be read
   */
  public static LibraryTree open(SparkSession spark, String path, ExtxyzKeys keys) {
    ReadOptions options =
        new ReadOptions(
            List.of(path), ReadMode.PERMISSIVE, ReadOptions.CORRUPT_COLUMN, List.of(), 0, keys);
    FrameTree tree = FrameTree.of(spark, options, SystemFilter.ALL, true);
    tree.requireNoProblems();
    LibraryTree library = new LibraryTree(spark, options);
    library.cut(tree.pieces());
    return library;
  }

  private void cut(List<Piece> pieces) {
    long all = pieces.stream().mapToLong(Piece::atoms).sum();
    // by powers of two, so that a tree that grows is seldom cut anew
    long most =
        Math.min(
            FrameTree.MOST_ATOMS,
            Math.max(LEAST_ATOMS, Long.highestOneBit(all / UNITS_OF_SMALL_TREE + 1)));
    List<Piece> unit = new ArrayList<>();
    long atoms = 0;
    for (Piece piece : pieces) {
      boolean mayEnd =
          Integer.remainderUnsigned(piece.system().name().hashCode(), ENDS_ONE_IN) == 0;
      if (!unit.isEmpty() && (atoms + piece.atoms() > most || (mayEnd && atoms >= most / 4))) {
        end(unit);
        unit = new ArrayList<>();
        atoms = 0;
      }
      unit.add(piece);
      atoms += piece.atoms();
    }
    end(unit);
  }

  private void end(List<Piece> unit) {
    if (!unit.isEmpty()) {
      StringBuilder text = new StringBuilder();
      if (!options.extxyzKeys().equals(ExtxyzKeys.DEFAULT)) {
        text.append(options.extxyzKeys()).append('\n'); // other frame parameters, other frames
      }
      for (Piece piece : unit) {
        text.append(
            "%s %d %d %s%n"
                .formatted(
                    piece.system().name(),
                    piece.run().first(),
                    piece.run().count(),
                    piece.stamp()));
      }
      units.put(SystemStamp.hash(text.toString()), List.copyOf(unit));
    }
  }

  /** Names of the units, in the order of the systems. */
  public List<String> units() {
    return List.copyOf(units.keySet());
  }

  /** Coordinates and cells of all frames of a unit, in bytes. */
  public long bytes(String unit) {
    return units.get(unit).stream()
        .mapToLong(piece -> 24 * piece.atoms() + 72L * piece.run().count())
        .sum();
  }

  /**
   * The frames of some units, a partition per unit, the largest first, so that none of them is left
   * to the end; with the columns of {@link FrameRows#SCHEMA} and {@link #UNIT}. Conditions on
   * composition leave systems unread.
   */
  public Dataset<Row> frames(Collection<String> wanted) {
    Map<String, List<Piece>> chosen = new HashMap<>();
    wanted.forEach(unit -> chosen.put(unit, units.get(unit)));
    StructType schema =
        FrameRows.SCHEMA
            .add(ReadOptions.CORRUPT_COLUMN, DataTypes.StringType, true)
            .add(UNIT, DataTypes.StringType, false);
    TreeTable table =
        new TreeTable(options, schema) {
          @Override
          TreePlan plan(SystemFilter filter) {
            return LibraryTree.plan(wanted, chosen, filter);
          }
        };
    return org.apache.spark.sql.classic.Dataset.ofRows(
        (org.apache.spark.sql.classic.SparkSession) spark,
        DataSourceV2Relation.create(table, Option.empty(), Option.empty()));
  }

  private static TreePlan plan(
      Collection<String> wanted, Map<String, List<Piece>> pieces, SystemFilter filter) {
    List<TreePartition> partitions = new ArrayList<>();
    Set<SystemPath> all = new HashSet<>();
    Set<SystemPath> read = new HashSet<>();
    for (String unit : wanted) {
      List<Piece> accepted =
          pieces.get(unit).stream().filter(piece -> mayAccept(filter, piece)).toList();
      pieces.get(unit).forEach(piece -> all.add(piece.system()));
      accepted.forEach(piece -> read.add(piece.system()));
      if (!accepted.isEmpty()) {
        partitions.add(new TreePartition(accepted, List.of(), unit));
      }
    }
    partitions.sort(Comparator.comparingLong(LibraryTree::atoms).reversed());
    return new TreePlan(partitions, all.size() - read.size(), 0);
  }

  private static long atoms(TreePartition partition) {
    return partition.pieces().stream().mapToLong(Piece::atoms).sum();
  }

  private static boolean mayAccept(SystemFilter filter, Piece piece) {
    if (piece.formula() == null) { // frames differ: the reader looks at each
      return filter.onName().accepts(piece.system().name(), null, null);
    }
    int natoms = (int) (piece.atoms() / piece.run().count());
    return filter.accepts(piece.system().name(), piece.formula(), natoms);
  }
}
