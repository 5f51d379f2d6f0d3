package org.dpsieve.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FormulaTest {
  @Test
  void elementsAndNamesOfLettersStandAsTheyAre() {
    assertThat(Formula.of(TypeNamesTest.frame("Au", "Ag", "Au"))).isEqualTo("Ag1Au2");
    assertThat(Formula.of(TypeNamesTest.frame("OW", "HW", "HW"))).isEqualTo("HW2OW1");
  }

  @Test
  void otherNamesStandInBracketsAndComeBack() {
    String[] names = {"O5'", "Fe1", "Fe(II)", "a/b", "../c", "Cl-", "Na+", "x%y", "é1", "Ag"};
    String formula = Formula.of(TypeNamesTest.frame(names));
    assertThat(Formula.types(formula)).containsExactlyInAnyOrder(names);
    assertThat(formula).doesNotContain("/").contains("(Fe1)1", "(Fe%28II%29)1", "Ag1");
  }

  @Test
  void typesOfOrdinaryFormulas() {
    assertThat(Formula.types("Ag4Au12")).containsExactly("Ag", "Au");
    assertThat(Formula.types("(Fe1)10(Fe2)2O12")).containsExactly("Fe1", "Fe2", "O");
    assertThat(Formula.types("")).isEmpty();
  }

  @Test
  void everyTypeOfATypeMap() {
    Frame frame = TypeNamesTest.frame("Fe2", "O", "O");
    assertThat(Formula.ofTypeMap(frame.z(), List.of("Fe1", "Fe2", "O")))
        .isEqualTo("(Fe1)0(Fe2)1O2");
  }
}
