package org.dpsieve.spark.study;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.text.Counted;

/** What ways to train are worth, in numbers that people read: means over models and seeds. */
public final class TrainerTable {
  private final StudyTable errors;
  private final List<Row> loops;

  /**
   * @param errors as {@link Study#trainers} gives them
   * @param loops likewise
   */
  public TrainerTable(Dataset<Row> errors, Dataset<Row> loops) {
    this.errors =
        new StudyTable(errors, StudyTrainer.all().stream().map(StudyTrainer::name).toList());
    this.loops = loops.collectAsList();
  }

  /** As Markdown. */
  public String text() {
    StringBuilder text = new StringBuilder("| trainer |");
    List<Integer> budgets = errors.budgets(errors.strategies().get(0));
    for (StudyTable.Quantity quantity : StudyTable.SHOWN) {
      budgets.forEach(
          labels ->
              text.append(" %s, %s |".formatted(quantity.title, Counted.of(labels, "label"))));
    }
    text.append(" iterations | labels |%n".formatted());
    text.append("|---".repeat(1 + StudyTable.SHOWN.size() * budgets.size() + 2))
        .append("|%n".formatted());
    for (String trainer : errors.strategies()) {
      text.append("| %s |".formatted(trainer));
      for (StudyTable.Quantity quantity : StudyTable.SHOWN) {
        budgets.forEach(
            labels -> text.append(' ').append(errors.text(trainer, labels, quantity)).append(" |"));
      }
      text.append(
          " %.1f | %.0f |%n".formatted(mean(trainer, "iterations"), mean(trainer, "labels")));
    }
    return text.toString();
  }

  private double mean(String trainer, String column) {
    return loops.stream()
        .filter(row -> row.getAs("trainer").equals(trainer))
        .mapToInt(row -> row.<Integer>getAs(column))
        .average()
        .orElse(Double.NaN);
  }
}
