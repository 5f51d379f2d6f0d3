package org.dpsieve.spark.frames;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import org.apache.spark.sql.Column;

/**
 * How much a part file holds.
 *
 * @param weight of a row, a whole number of at least 1; {@code null}: every row weighs 1
 * @param most a part ends where the sum over all rows so far passes a multiple of this, so that it
 *     holds at most so much and a row more
 */
public record PartSize(String weight, long most) {

  /** So many rows a file. */
  public static PartSize rows(long most) {
    return new PartSize(null, most);
  }

  /** So many atoms a file of a frames dataset: what a task takes goes by its atoms. */
  public static PartSize atoms(long most) {
    return new PartSize("natoms", most);
  }

  Column weightOfRow() {
    return (weight == null ? lit(1) : col(weight)).cast("long");
  }
}
