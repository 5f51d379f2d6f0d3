package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.size;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.Property;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.WildLabel;
import org.dpsieve.outputlayer.property.PropertyTransfer;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.label.LabelRows;
import org.dpsieve.text.Counted;

/**
 * Whether a label may be trained on: one that is not a number, or that no calculation of matter
 * gives, never is.
 *
 * @param property what the label is of; {@code null} for energy and forces
 * @param dimension of the property's value; 0 where frames differ
 */
record Soundness(Property property, int dimension) implements Serializable {
  /**
   * Of a property.
   *
   * @param frames that have labels of it at another level, or will be given back theirs
   * @param labels rows of {@link LabelRows#SCHEMA}
   * @param before numbers of the labels that the run has already; 0 where it has none
   */
  static Soundness of(Property property, Dataset<Row> frames, Dataset<Row> labels, int before) {
    if (before > 0) {
      return new Soundness(property, before);
    }
    int known =
        switch (PropertyTransfer.form(PropertyTransfer.ofFrames(property))) {
          case DIPOLE -> 3;
          case INVARIANT -> FrameRows.properties(frames.schema()).getOrDefault(property, 0);
          default -> 9;
        };
    return new Soundness(property, known > 0 ? known : mostFrequent(labels));
  }

  /** That of a new property is what most frames have. */
  private static int mostFrequent(Dataset<Row> labels) {
    return labels
        .where(col("outcome").equalTo(TaskOutcome.FINISHED.key()))
        .groupBy(size(col(LabelRows.PROPERTY)).as("size"))
        .count()
        .collectAsList()
        .stream()
        .filter(row -> !row.isNullAt(0) && row.getInt(0) > 0)
        .max(
            Comparator.comparingLong((Row row) -> row.getLong(1))
                .thenComparing(row -> -row.getInt(0)))
        .map(row -> row.getInt(0))
        .orElse(1);
  }

  /** The column of the property in labelled frames; none for energy and forces. */
  List<StructField> column() {
    return property == null ? List.of() : FrameRows.columns(Map.of(property, dimension));
  }

  boolean holds(Row row) {
    return problem(row).isEmpty();
  }

  /** What is wrong with a label, for a person. */
  Optional<String> problem(Row row) {
    if (property != null) {
      return ofProperty(row);
    }
    return finite(row)
        ? wild(row).map(text -> "the label holds " + text)
        : Optional.of("the label holds a number that is not finite");
  }

  private Optional<String> ofProperty(Row row) {
    int field = row.fieldIndex(LabelRows.PROPERTY);
    if (row.isNullAt(field)) {
      return Optional.of("there is no " + property.name());
    }
    int numbers = row.getList(field).size();
    if (!property.atomic() && numbers != dimension) {
      return Optional.of(
          "%s has %s, expected %d"
              .formatted(property.name(), Counted.of(numbers, "number"), dimension));
    }
    return finite(row, LabelRows.PROPERTY)
        ? Optional.empty()
        : Optional.of(property.name() + " holds a number that is not finite");
  }

  private static Optional<String> wild(Row row) {
    int field = row.fieldIndex("force");
    if (row.isNullAt(field)) {
      return Optional.empty();
    }
    double[] force = row.<Double>getList(field).stream().mapToDouble(Double::doubleValue).toArray();
    return WildLabel.problem(
        new Labels(row.<Double>getAs("energy"), force, null), force.length / 3);
  }

  private static boolean finite(Row row) {
    Double energy = row.getAs("energy");
    return (energy == null || Double.isFinite(energy))
        && finite(row, "force")
        && finite(row, "virial");
  }

  private static boolean finite(Row row, String column) {
    int field = row.fieldIndex(column);
    return row.isNullAt(field) || row.<Double>getList(field).stream().allMatch(Double::isFinite);
  }
}
