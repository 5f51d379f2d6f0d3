package org.dpsieve.spark.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Row;
import org.dpsieve.infer.PropertyEnsemble;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** dp_property through Spark's parser, analyser, optimiser and executors. */
class SqlPropertyTest extends SqlFrames {
  private static Path dipoles(Path folder) throws IOException {
    Path file = folder.resolve("dipole.dp");
    try (InputStream in =
        new GZIPInputStream(
            Files.newInputStream(
                Shared.repository()
                    .resolve("model-core/src/test/resources/goldens/properties/dipole.dp.gz")))) {
      Files.copy(in, file);
    }
    return file;
  }

  private List<Row> dipolesOfFrames(Path file) {
    List<Row> rows =
        spark
            .sql(
                "SELECT *, dp_property('%s', z, coord, cell) AS p FROM frames WHERE natoms = 8"
                    .formatted(file))
            .limit(3)
            .collectAsList();
    assertThat(rows).hasSize(3);
    return rows;
  }

  @Test
  @Tag("peer")
  void propertiesByDeepmdKitAreTheSame(@TempDir Path folder) throws IOException {
    DeepmdKit.dp();
    Path file = dipoles(folder);
    List<Row> ours = dipolesOfFrames(file);
    spark.conf().set("dpsieve.engine", "dp");
    try {
      List<Row> theirs = dipolesOfFrames(file);
      for (int i = 0; i < ours.size(); i++) {
        List<Double> expected = theirs.get(i).getList(theirs.get(i).fieldIndex("p"));
        List<Double> said = ours.get(i).getList(ours.get(i).fieldIndex("p"));
        for (int k = 0; k < 3; k++) {
          assertThat(said.get(k)).isCloseTo(expected.get(k), within(1e-10));
        }
      }
    } finally {
      spark.conf().unset("dpsieve.engine");
    }
  }

  /** A dipole of a tiny model that knows other elements, too. */
  @Test
  void propertiesAreThoseOfTheModel(@TempDir Path folder) throws IOException {
    Path file = dipoles(folder);
    List<Row> rows = dipolesOfFrames(file);
    try (PropertyEnsemble model =
        PropertyEnsemble.of(List.of(ModelFiles.readProperty(file, List.of())))) {
      for (Row row : rows) {
        double[] expected = model.evaluate(List.of(FrameRows.toFrame(row))).get(0)[0].value();
        List<Double> said = row.getList(row.fieldIndex("p"));
        assertThat(said.stream().mapToDouble(x -> x).toArray()).isEqualTo(expected);
      }
    }
    assertThatThrownBy(
            () ->
                spark
                    .sql("SELECT dp_property('" + MODELS + "', z, coord, cell) FROM frames")
                    .collectAsList())
        .hasStackTraceContaining("no model of a property");
  }
}
