package org.dpsieve.spark.loop;

import java.nio.file.*;
import java.util.List;
import org.apache.spark.sql.*;
import org.dpsieve.config.TrainConfig;
import org.dpsieve.loop.Facts;

final class Training {
  private final TrainConfig c;

  Training(SparkSession s, TrainConfig c) {
    this.c = c;
  }

  Facts.Training train(Path target, Dataset<Row> rows) {
    try {
      Files.createDirectories(target);
      for (int m = 0; m < c.models().size(); m++)
        Files.copy(c.models().get(m), target.resolve("graph.%03d.pb".formatted(m)));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return new Facts.Training(rows.count(), List.of());
  }

  List<Facts.BeforeAfter> errors(Dataset<Row> rows, List<Path> models) {
    rows.count();
    return List.of();
  }
}
