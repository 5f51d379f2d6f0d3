package org.dpsieve.spark.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.io.Storage;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.spark.TaskCount;
import org.dpsieve.spark.frames.HadoopStorage;
import org.dpsieve.text.Counted;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The systems below some paths, their headers read and checked by Spark's tasks.
 *
 * @param pieces in the order of the systems
 * @param problems systems that cannot be read
 * @param skipped systems of which the filter leaves nothing
 */
record FrameTree(List<Piece> pieces, List<Problem> problems, int skipped) {
  private static final Logger LOG = LoggerFactory.getLogger(FrameTree.class);

  /** Atoms in one piece: with labels some ten megabytes. */
  static final int MOST_ATOMS = 1 << 17;

  /** The same of a tree of few systems, which may be large: many cores should have work. */
  private static final int LEAST_ATOMS = 1 << 12;

  private static final int MANY_SYSTEMS = 1024;

  /** A small tree is cut into about this many partitions, so that many cores have work. */
  private static final int PARTITIONS_OF_SMALL_TREE = 64;

  /**
   * One system that cannot be read.
   *
   * @param system its name; {@code null} when it was not even recognised
   */
  record Problem(String system, String text) implements Serializable {}

  /**
   * @throws InputException when a path is not there or holds no system, in every mode
   */
  static FrameTree of(
      SparkSession spark, ReadOptions options, SystemFilter filter, boolean stamped) {
    Storage storage = HadoopStorage.of(spark);
    SystemFinder.Result found;
    try {
      found = SystemFinder.findAll(storage, options.paths(), options.extxyzKeys());
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read: %s".formatted(String.join(", ", options.paths()), e.getMessage()),
          e);
    }
    SystemFilter onName = filter.onName();
    List<SystemPath> systems =
        found.systems().stream()
            .filter(system -> onName.accepts(system.name(), null, null))
            .toList();
    int skipped = found.systems().size() - systems.size();
    List<Problem> problems = new ArrayList<>();
    found.problems().forEach(text -> problems.add(new Problem(null, text)));
    List<Piece> pieces = new ArrayList<>();
    if (!systems.isEmpty()) {
      List<String> typeMap = options.typeMap();
      int bound = systems.size() < MANY_SYSTEMS ? LEAST_ATOMS : MOST_ATOMS;
      int atoms = options.maxAtoms() == 0 ? bound : options.maxAtoms();
      JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
      String described = context.getLocalProperty("spark.job.description");
      context.setJobDescription(
          "deepmd: headers of %s".formatted(Counted.of(systems.size(), "system")));
      try {
        for (SystemSurvey survey :
            context
                .parallelize(systems, TaskCount.of(spark, systems.size()))
                .map(system -> SystemSurvey.of(system, storage, typeMap, atoms, filter, stamped))
                .collect()) {
          pieces.addAll(survey.pieces());
          ExtxyzKeys.note(survey.ignored(), "option extxyzKeys")
              .ifPresent(note -> LOG.warn("{}: {}", survey.system().location(), note));
          if (survey.problem() != null) {
            problems.add(new Problem(survey.system().name(), survey.problem()));
          } else if (survey.pieces().isEmpty()) {
            skipped++;
          }
        }
      } finally {
        context.setJobDescription(described);
      }
    }
    return new FrameTree(pieces, problems, skipped);
  }

  /** The pieces in groups of bounded size, for queries: how they are cut may follow the tree. */
  List<List<Piece>> partitions(int maxAtoms) {
    long all = pieces.stream().mapToLong(Piece::atoms).sum();
    long most =
        maxAtoms > 0
            ? maxAtoms
            : Math.min(MOST_ATOMS, Math.max(LEAST_ATOMS, all / PARTITIONS_OF_SMALL_TREE));
    List<List<Piece>> groups = new ArrayList<>();
    long atoms = 0;
    for (Piece piece : pieces) {
      if (groups.isEmpty() || atoms + piece.atoms() > most) {
        groups.add(new ArrayList<>());
        atoms = 0;
      }
      groups.get(groups.size() - 1).add(piece);
      atoms += piece.atoms();
    }
    return groups;
  }

  /**
   * @throws InputException listing all systems that cannot be read, if any
   */
  void requireNoProblems() {
    if (!problems.isEmpty()) {
      int shown = Math.min(100, problems.size());
      throw new InputException(
          "%s cannot be read:\n%s%s"
              .formatted(
                  Counted.of(problems.size(), "system"),
                  String.join(
                      "\n", problems.subList(0, shown).stream().map(Problem::text).toList()),
                  problems.size() > shown
                      ? "\n... and %d more".formatted(problems.size() - shown)
                      : ""));
    }
  }
}
