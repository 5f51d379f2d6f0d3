package org.dpsieve.spark.source;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.apache.spark.sql.sources.AlwaysFalse;
import org.apache.spark.sql.sources.AlwaysTrue;
import org.apache.spark.sql.sources.And;
import org.apache.spark.sql.sources.EqualNullSafe;
import org.apache.spark.sql.sources.EqualTo;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.sources.GreaterThan;
import org.apache.spark.sql.sources.GreaterThanOrEqual;
import org.apache.spark.sql.sources.In;
import org.apache.spark.sql.sources.IsNotNull;
import org.apache.spark.sql.sources.IsNull;
import org.apache.spark.sql.sources.LessThan;
import org.apache.spark.sql.sources.LessThanOrEqual;
import org.apache.spark.sql.sources.Not;
import org.apache.spark.sql.sources.Or;
import org.apache.spark.sql.sources.StringContains;
import org.apache.spark.sql.sources.StringEndsWith;
import org.apache.spark.sql.sources.StringStartsWith;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The part of a query's condition that a system's name and composition decide, with SQL's logic of
 * three values ({@code null}: unknown).
 */
final class SystemFilter implements Serializable {
  private static final long serialVersionUID = 1;
  private static final Set<String> COLUMNS = Set.of("system", "formula", "natoms");

  static final SystemFilter ALL = new SystemFilter(List.of());

  private final List<Filter> filters;

  SystemFilter(List<Filter> filters) {
    this.filters = List.copyOf(filters);
  }

  /** For {@code EXPLAIN}. */
  @Override
  public String toString() {
    return filters.toString();
  }

  /** Whether {@link #accepts} decides this condition in full. */
  static boolean supports(Filter filter) {
    if (filter instanceof And and) {
      return supports(and.left()) && supports(and.right());
    }
    if (filter instanceof Or or) {
      return supports(or.left()) && supports(or.right());
    }
    if (filter instanceof Not not) {
      return supports(not.child());
    }
    boolean known =
        filter instanceof EqualTo
            || filter instanceof EqualNullSafe
            || filter instanceof In
            || filter instanceof GreaterThan
            || filter instanceof GreaterThanOrEqual
            || filter instanceof LessThan
            || filter instanceof LessThanOrEqual
            || filter instanceof IsNull
            || filter instanceof IsNotNull
            || filter instanceof StringStartsWith
            || filter instanceof StringEndsWith
            || filter instanceof StringContains
            || filter instanceof AlwaysTrue
            || filter instanceof AlwaysFalse;
    return known && COLUMNS.containsAll(Arrays.asList(filter.references()));
  }

  /** The conditions on a system's name alone. */
  SystemFilter onName() {
    return new SystemFilter(
        filters.stream()
            .filter(filter -> Set.of("system").containsAll(Arrays.asList(filter.references())))
            .toList());
  }

  /**
   * @param formula {@code null} of a system that cannot be read
   * @param natoms {@code null} of a system that cannot be read
   */
  boolean accepts(String system, String formula, Integer natoms) {
    Values values = new Values(system, formula, natoms);
    return filters.stream().allMatch(filter -> Boolean.TRUE.equals(values.test(filter)));
  }

  private record Values(String system, String formula, Integer natoms) {
    Object of(String column) {
      return switch (column) {
        case "system" -> system;
        case "formula" -> formula;
        default -> natoms;
      };
    }

    Boolean test(Filter filter) {
      if (filter instanceof And and) {
        Boolean left = test(and.left());
        Boolean right = test(and.right());
        return Boolean.FALSE.equals(left) || Boolean.FALSE.equals(right)
            ? Boolean.FALSE
            : left == null || right == null ? null : Boolean.TRUE;
      }
      if (filter instanceof Or or) {
        Boolean left = test(or.left());
        Boolean right = test(or.right());
        return Boolean.TRUE.equals(left) || Boolean.TRUE.equals(right)
            ? Boolean.TRUE
            : left == null || right == null ? null : Boolean.FALSE;
      }
      if (filter instanceof Not not) {
        Boolean child = test(not.child());
        return child == null ? null : !child;
      }
      if (filter instanceof AlwaysTrue) {
        return true;
      }
      if (filter instanceof AlwaysFalse) {
        return false;
      }
      Object value = of(filter.references()[0]);
      if (filter instanceof IsNull) {
        return value == null;
      }
      if (filter instanceof IsNotNull) {
        return value != null;
      }
      if (filter instanceof EqualNullSafe equal) {
        return value == null || equal.value() == null
            ? value == equal.value()
            : compare(value, equal.value()) == 0;
      }
      return value == null ? null : testValue(filter, value);
    }

    private static Boolean testValue(Filter filter, Object value) {
      if (filter instanceof EqualTo f) {
        return test(value, f.value(), order -> order == 0);
      }
      if (filter instanceof GreaterThan f) {
        return test(value, f.value(), order -> order > 0);
      }
      if (filter instanceof GreaterThanOrEqual f) {
        return test(value, f.value(), order -> order >= 0);
      }
      if (filter instanceof LessThan f) {
        return test(value, f.value(), order -> order < 0);
      }
      if (filter instanceof LessThanOrEqual f) {
        return test(value, f.value(), order -> order <= 0);
      }
      if (filter instanceof In f) {
        boolean found =
            Arrays.stream(f.values()).anyMatch(v -> v != null && compare(value, v) == 0);
        boolean unknown = Arrays.stream(f.values()).anyMatch(v -> v == null);
        return found ? Boolean.TRUE : unknown ? null : Boolean.FALSE;
      }
      if (filter instanceof StringStartsWith f) {
        return ((String) value).startsWith(f.value());
      }
      if (filter instanceof StringEndsWith f) {
        return ((String) value).endsWith(f.value());
      }
      return ((String) value).contains(((StringContains) filter).value());
    }

    private static Boolean test(Object value, Object other, IntPredicate order) {
      return other == null ? null : order.test(compare(value, other));
    }

    /** Strings as Spark compares them: by their UTF-8 bytes. */
    private static int compare(Object a, Object b) {
      return a instanceof String text
          ? UTF8String.fromString(text).compareTo(UTF8String.fromString(b.toString()))
          : Long.compare(((Number) a).longValue(), ((Number) b).longValue());
    }
  }
}
