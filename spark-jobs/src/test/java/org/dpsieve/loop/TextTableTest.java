package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void columnsKeepTheirWidthUntilACellAsksForMore() {
    assertThat(new TextTable(6, 8, 8).row("a", "b", "c").row("x", "1.5", "2.5").lines())
        .containsExactly("a            b       c", "x          1.5     2.5");
    TextTable wide = new TextTable(6, 8, 8).row("model", "12345678.90", "-12345678.90");
    wide.row("a very long name", TextTable.number(1, 2), TextTable.number(Double.NaN, 2));
    for (String line : wide.lines()) {
      assertThat(List.of(line.strip().split("(?<=name|model)\\s+|(?<=[0-9])\\s+"))).hasSize(3);
    }
    assertThat(wide.over(2, "energy")).hasSameSizeAs(wide.lines().get(0)).endsWith(" energy");
  }

  @Test
  void numbersOfAnySizeStayShort() {
    assertThat(TextTable.number(0.18634, 4)).isEqualTo("0.1863");
    assertThat(TextTable.number(-3.9e12, 4)).isEqualTo("-3.90e+12");
    assertThat(TextTable.number(Double.POSITIVE_INFINITY, 4)).isEqualTo("Infinity");
    assertThat(TextTable.number(Double.NaN, 4)).isEqualTo("-");
  }
}
