package org.dpsieve.spark.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.config.mapping.MappingReader;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

class MappedValuesTest {
  private static final List<String> KEYS =
      List.of(
          "elements",
          "formula",
          "positions",
          "cell",
          "pbc",
          "energy",
          "forces",
          "stress",
          "times_volume",
          "virial",
          "fparam",
          "aparam");
  private static final Object CUBE =
      seq(seq(2.0, 0.0, 0.0), seq(0.0, 4.0, 0.0), seq(0.0, 0.0, 5.0));

  @TempDir private Path folder;

  private static Object seq(Object... values) {
    return CollectionConverters.asScala(List.of(values)).toSeq();
  }

  private static Row row(Map<String, Object> values) {
    StructType schema = new StructType();
    List<Object> all = new ArrayList<>();
    for (String key : KEYS) {
      schema = schema.add(key, DataTypes.StringType);
      all.add(values.get(key));
    }
    return new GenericRowWithSchema(all.toArray(), schema);
  }

  private Frame frame(String mapping, Map<String, Object> values) throws IOException {
    Path file = Files.writeString(folder.resolve("m.json"), mapping);
    return new MappedValues(MappingReader.read(file.toString())).frame(row(values), "s", 0, true);
  }

  @Test
  void symbolsAndNumbersNestedAndFlatAreOneFrame() throws IOException {
    String plain = "{\"elements\": \"e\", \"positions\": \"p\", \"cell\": \"h\"}";
    Frame nested =
        frame(
            plain,
            Map.of(
                "elements", seq("Ag", "Au"),
                "positions", seq(seq(0.0, 0.0, 0.0), seq(1.0, 2.0, 2.5)),
                "cell", CUBE));
    Frame flat =
        frame(
            plain,
            Map.of(
                "elements", seq(47.0f, (short) 79),
                "positions", seq(0, 0, 0, 1, new BigDecimal(2), 2.5f),
                "cell", seq(seq(2, 0, 0, 0, 4, 0, 0, 0, 5))));
    Frame fractions =
        frame(
            "{\"elements\": \"e\", \"positions\": {\"column\": \"p\", \"fractional\": true}, \"cell\": \"h\"}",
            Map.of(
                "elements", seq(47, 79),
                "positions", seq(seq(0.0, 0.0, 0.0), seq(0.5, 0.5, 0.5)),
                "cell", CUBE));
    for (Frame frame : List.of(flat, fractions)) {
      assertThat(frame.z()).isEqualTo(nested.z()).containsExactly(47, 79);
      assertThat(frame.coord()).isEqualTo(nested.coord());
      assertThat(frame.cell()).isEqualTo(nested.cell());
    }
  }

  @Test
  void stressOfEitherSignAndUnitIsOneVirial() throws IOException {
    // 0.1 eV/Å³ in a cell of 40 Å³, compressed: it wants to expand, so that the virial is positive
    Object[][] cases = {
      {"\"unit\": \"eV/angstrom^3\", \"positive\": \"compression\"", 0.1},
      {"\"unit\": \"eV/angstrom^3\", \"positive\": \"tension\"", -0.1},
      {"\"unit\": \"GPa\", \"positive\": \"tension\"", -16.02176634},
      {"\"unit\": \"kbar\", \"positive\": \"compression\"", 160.2176634},
      {"\"unit\": \"eV/angstrom^3\", \"positive\": \"compression\", \"times_volume\": true", 4.0},
    };
    for (Object[] one : cases) {
      double s = (Double) one[1];
      for (Object stress :
          List.of(seq(s, 0.0, 0.0, 0.0, s, s / 2, 0.0, s / 2, s), seq(s, s, s, s / 2, 0.0, 0.0))) {
        Frame frame =
            frame(
                "{\"elements\": \"e\", \"positions\": \"p\", \"cell\": \"h\", \"stress\": {\"column\": \"s\", "
                    + one[0]
                    + "}}",
                Map.of(
                    "elements",
                    seq(47),
                    "positions",
                    seq(0, 0, 0),
                    "cell",
                    CUBE,
                    "stress",
                    stress));
        assertThat(frame.labels().virial())
            .as("%s %s", one)
            .containsExactly(new double[] {4, 0, 0, 0, 4, 2, 0, 2, 4}, within(1e-9));
      }
    }
  }

  @Test
  void energiesOfAnAtomAndOtherUnits() throws IOException {
    Frame frame =
        frame(
            "{\"elements\": \"e\", \"positions\": {\"column\": \"p\", \"unit\": \"nm\"}, \"energy\": {\"column\": \"x\", \"per_atom\": true},"
                + " \"forces\": {\"column\": \"f\", \"unit\": \"eV/nm\"}}",
            Map.of(
                "elements", seq("H", "H"),
                "positions", seq(0, 0, 0, 0, 0, 0.1),
                "energy", -3.5,
                "forces", seq(0, 0, -1, 0, 0, 1)));
    assertThat(frame.labels().energy()).isEqualTo(-7.0);
    assertThat(frame.coord()[5]).isEqualTo(1.0);
    assertThat(frame.labels().force()[5]).isCloseTo(0.1, within(1e-15));
    assertThat(frame.cell()).isNull();
  }

  @Test
  void periodicInAllDirectionsOrInNone() throws IOException {
    String mapping = "{\"elements\": \"e\", \"positions\": \"p\", \"cell\": \"h\", \"pbc\": \"b\"}";
    Map<String, Object> values =
        Map.of("elements", seq(1), "positions", seq(0, 0, 0), "cell", CUBE);
    assertThat(frame(mapping, with(values, "pbc", seq(true, true, true))).cell()).hasSize(9);
    assertThat(frame(mapping, with(values, "pbc", false)).cell()).isNull();
    assertThat(frame(mapping, with(values, "pbc", seq(0.0f, 0.0f, 0.0f))).cell()).isNull();
    assertThatThrownBy(() -> frame(mapping, with(values, "pbc", seq(true, true, false))))
        .hasMessage("b: periodic in some directions only, expected all or none");
  }

  @Test
  void whatIsWrongWithARowSaysTheColumn() {
    String mapping = "{\"elements\": \"e\", \"positions\": \"p\", \"forces\": \"f\"}";
    Map<String, Object> good = Map.of("elements", seq(1), "positions", seq(0, 0, 0));
    Object[][] cases = {
      {"elements", seq(0), "e holds 0, which is no atomic number"},
      {"elements", seq(1.5), "e holds 1.5, which is no atomic number"},
      {"elements", seq(119), "e holds 119, which is no atomic number"},
      {"elements", seq(""), "e: an empty type name"},
      {"elements", seq(), "e is empty: no atoms"},
      {"positions", seq(0, 0), "p holds 2 numbers, expected 3"},
      {"positions", seq("a", "b", "c"), "p holds a, expected a number"},
      {"forces", seq(seq(0, 0, 0), seq(0, 0, 0)), "f holds 6 numbers, expected 3"},
    };
    for (Object[] one : cases) {
      assertThatThrownBy(() -> frame(mapping, with(good, (String) one[0], one[1])))
          .isInstanceOf(InputException.class)
          .hasMessage((String) one[2]);
    }
  }

  private static Map<String, Object> with(Map<String, Object> values, String key, Object value) {
    Map<String, Object> all = new java.util.HashMap<>(values);
    all.put(key, value);
    return all;
  }
}
