package org.dpsieve.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElementMapTest {
  @ParameterizedTest
  @CsvSource({
    "O,OW,true", // told apart more finely
    "Fe1,Fe,true", // or less
    "ZN,Zn,true",
    "Fe1,Fe2,false", // another kind, of which nothing was calculated
    "Fe1,Co,false",
    "Hf,Zr,false",
    "CA,C,true" // by what is given
  })
  void labelsStayWhereTheAtomsAreTheSame(String from, String to, boolean kept) {
    Frame frame = TypeNamesTest.frame(from, "Ag").withLabels(new Labels(1.0, new double[6], null));
    TypeElements elements = TypeElements.of(Map.of("CA", "C"));
    Frame mapped = ElementMap.of(Map.of(from, to), elements).apply(frame);
    assertThat(mapped.types()).containsExactly(to, "Ag");
    assertThat(mapped.labels().energy() != null).isEqualTo(kept);
  }

  @Test
  void kindsMaySwap() {
    ElementMap swap = ElementMap.of(Map.of("Fe1", "Fe2", "Fe2", "Fe1"));
    assertThat(swap.apply(TypeNamesTest.frame("Fe1", "O", "Fe2")).types())
        .containsExactly("Fe2", "O", "Fe1");
    assertThat(swap.apply(List.of("Fe1", "Fe2"), "model")).containsExactly("Fe2", "Fe1");
  }

  @ParameterizedTest
  @CsvSource({
    "Xx,'Xx' is not a chemical element",
    "'A B',type name 'A B'",
    "'',an empty type name"
  })
  void aWordThatIsNoNameIsRefused(String to, String message) {
    assertThatThrownBy(() -> ElementMap.of(Map.of("Hf", to))).hasMessageContaining(message);
  }
}
