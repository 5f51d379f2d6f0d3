package org.dpsieve.spark.table;

import static org.apache.spark.sql.functions.col;

import java.util.Optional;
import org.apache.spark.sql.Column;
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

/** A source's condition as one of a query. */
final class FilterColumns {
  private FilterColumns() {}

  /** Empty for what is not known here. */
  static Optional<Column> of(Filter filter) {
    if (filter instanceof And and) {
      return of(and.left()).flatMap(left -> of(and.right()).map(left::and));
    }
    if (filter instanceof Or or) {
      return of(or.left()).flatMap(left -> of(or.right()).map(left::or));
    }
    if (filter instanceof Not not) {
      return of(not.child()).map(org.apache.spark.sql.functions::not);
    }
    return filter.references().length == 1 ? ofOne(filter) : Optional.empty();
  }

  private static Optional<Column> ofOne(Filter filter) {
    Column column = col("`" + filter.references()[0].replace("`", "") + "`");
    Column condition = null;
    if (filter instanceof EqualTo f) {
      condition = column.equalTo(f.value());
    } else if (filter instanceof EqualNullSafe f) {
      condition = column.eqNullSafe(f.value());
    } else if (filter instanceof GreaterThan f) {
      condition = column.gt(f.value());
    } else if (filter instanceof GreaterThanOrEqual f) {
      condition = column.geq(f.value());
    } else if (filter instanceof LessThan f) {
      condition = column.lt(f.value());
    } else if (filter instanceof LessThanOrEqual f) {
      condition = column.leq(f.value());
    } else if (filter instanceof In f) {
      condition = column.isin(f.values());
    } else if (filter instanceof IsNull) {
      condition = column.isNull();
    } else if (filter instanceof IsNotNull) {
      condition = column.isNotNull();
    } else if (filter instanceof StringStartsWith f) {
      condition = column.startsWith(f.value());
    } else if (filter instanceof StringEndsWith f) {
      condition = column.endsWith(f.value());
    } else if (filter instanceof StringContains f) {
      condition = column.contains(f.value());
    }
    return Optional.ofNullable(condition);
  }
}
