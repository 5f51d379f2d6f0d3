package org.dpsieve.spark.rescreen;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Formula;
import org.dpsieve.text.Counted;

/**
 * Frames with types that the models do not know: they have no numbers, and cost the others nothing.
 * Where they are most of a library, these are the wrong models for it.
 */
final class UnknownTypes implements Serializable {
  private static final long serialVersionUID = 1;

  static final UnknownTypes NONE = new UnknownTypes(List.of(), 0);

  private final ArrayList<String> typeMap;
  private final int listed;

  /**
   * @param typeMap what the models know; empty where they take any
   * @param listed numbers of a frame's list; 0 for one of each atom
   */
  UnknownTypes(List<String> typeMap, int listed) {
    this.typeMap = new ArrayList<>(typeMap);
    this.listed = listed;
  }

  List<String> of(String formula) {
    return typeMap.isEmpty()
        ? List.of()
        : Formula.types(formula).stream().filter(type -> !typeMap.contains(type)).toList();
  }

  boolean areIn(Row frame) {
    return !of(frame.getAs("formula")).isEmpty();
  }

  /** What stands in the place of a frame's numbers, as {@link DeviationFile#add} takes them. */
  double[] notANumber(Row frame, ScreenColumns columns) {
    int list = columns.list() == null ? 0 : listed == 0 ? frame.<Integer>getAs("natoms") : listed;
    double[] numbers = new double[columns.numbers().size() + list];
    Arrays.fill(numbers, Double.NaN);
    return numbers;
  }

  /** Frames by type; one with two such types is counted for both. */
  private Map<String, Long> byType(Map<String, Long> byFormula) {
    Map<String, Long> unknown = new TreeMap<>();
    byFormula.forEach(
        (formula, frames) -> of(formula).forEach(type -> unknown.merge(type, frames, Long::sum)));
    return unknown;
  }

  /**
   * What there is to say of a library before it is evaluated; empty where the models know all of
   * it.
   *
   * @param library its name
   * @param byFormula its frames by formula
   * @throws InputException where the models do not know most of it
   */
  Optional<String> check(String library, Map<String, Long> byFormula) {
    Map<String, Long> unknown = byType(byFormula);
    if (unknown.isEmpty()) {
      return Optional.empty();
    }
    long all = byFormula.values().stream().mapToLong(Long::longValue).sum();
    long without =
        byFormula.entrySet().stream()
            .filter(entry -> !of(entry.getKey()).isEmpty())
            .mapToLong(Map.Entry::getValue)
            .sum();
    String found =
        "%s: %,d of %s %s that the models (%s) do not know: %s"
            .formatted(
                library,
                without,
                Counted.of(all, "frame"),
                without == 1 ? "holds types" : "hold types",
                String.join(" ", typeMap),
                unknown.entrySet().stream()
                    .map(e -> "%s (%s)".formatted(e.getKey(), Counted.of(e.getValue(), "frame")))
                    .collect(Collectors.joining(", ")));
    String where =
        unknown.keySet().stream().map(UnknownTypes::without).collect(Collectors.joining(" AND "));
    if (2 * without > all) {
      throw new InputException(
          "%s; expected models that know most of the library: take other models, or leave these frames out, e.g. --where \"%s\""
              .formatted(found, where));
    }
    return Optional.of(
        "%s; NaN is written in place of numbers. To leave such frames out: --where \"%s\""
            .formatted(found, where));
  }

  private static String without(String type) {
    String term = Formula.term(type).replace("(", "[(]").replace(")", "[)]").replace("'", "''");
    return "NOT formula RLIKE '(^|[0-9])%s[0-9]'".formatted(term.replace(".", "[.]"));
  }
}
