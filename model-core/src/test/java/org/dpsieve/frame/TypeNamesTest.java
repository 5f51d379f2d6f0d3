package org.dpsieve.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.dpsieve.error.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypeNamesTest {
  @Test
  void elementsKeepTheirNumbers() {
    assertThat(TypeNames.number("Ag")).isEqualTo(47);
    assertThat(TypeNames.of(List.of("Ag", "Au"))).isSameAs(TypeNames.NONE);
  }

  /** Part of frames' ids: must never change. */
  @Test
  void aNamesNumberIsItsElementAndTheBeginningOfItsHash() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest("Fe1".getBytes("UTF-8"));
    int three = (hash[0] & 0xff) * 65536 + (hash[1] & 0xff) * 256 + (hash[2] & 0xff);
    assertThat(TypeNames.number("Fe1")).isEqualTo(-1 - 26 * (1 << 24) - three);
    assertThat(TypeNames.leadingElement(TypeNames.number("Fe1"))).isEqualTo(26);
    assertThat(TypeNames.leadingElement(TypeNames.number("Type_0"))).isZero();
    assertThat(TypeNames.leadingElement(47)).isEqualTo(47);
  }

  @Test
  void usualNamesAreToldApart() {
    List<String> names = new ArrayList<>();
    for (String stem : List.of("Type_", "type", "T", "C", "Fe", "H", "O", "bead_")) {
      IntStream.range(0, 120).forEach(i -> names.add(stem + i));
    }
    TypeNames table = TypeNames.of(names);
    assertThat(table.all()).hasSize(names.size());
    names.forEach(name -> assertThat(table.name(TypeNames.number(name))).isEqualTo(name));
    assertThat(names).allMatch(name -> TypeNames.number(name) < -1); // -1 is no atom
  }

  @Test
  void namesOfOneNumberAreRefused() {
    // found by trying: both begin with no element, and their hashes with the same three bytes
    Map<Integer, String> seen = new java.util.HashMap<>();
    String[] pair = null;
    for (int i = 0; pair == null; i++) {
      String other = seen.put(TypeNames.number("_" + i), "_" + i);
      pair = other == null ? null : new String[] {other, "_" + i};
    }
    String[] both = pair;
    assertThatThrownBy(() -> TypeNames.of(List.of(both)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("'%s' and '%s' cannot be told apart".formatted(both[0], both[1]));
  }

  @ParameterizedTest
  @CsvSource({
    "OW,O",
    "HW,H",
    "Fe1,Fe",
    "Fe2,Fe",
    "ZN,Zn",
    "zn,Zn",
    "Ow,O",
    "o1,O",
    "FeA,Fe",
    "C_alpha,C",
    "Cl-,Cl",
    "Na+,Na",
    "O5',O",
    "Fe(III),Fe",
    "CA,Ca",
    "Ag,Ag",
    "C12,C"
  })
  void aTypeIsOfTheElementThatItBeginsWith(String name, String element) {
    assertThat(TypeElements.LEADING.symbol(name)).contains(element);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Type_0", "Bead", "Water", "polymer", "SOL", "Xx", "D", "_O", "1", "WAT"})
  void othersAreOfNone(String name) {
    assertThat(TypeElements.LEADING.symbol(name)).isEmpty();
  }

  @Test
  void whatIsGivenCounts() {
    TypeElements elements = TypeElements.of(Map.of("CA", "C", "Type_0", "Ar"));
    Frame frame = frame("CA", "Type_0", "Fe1", "Ag", "CA");
    assertThat(elements.apply(frame).types()).containsExactly("C", "Ar", "Fe", "Ag");
    assertThat(elements.apply(frame).z()).containsExactly(6, 18, 26, 47, 6);
    assertThat(elements.said(List.of("CA", "Fe1", "Ag", "Type_0", "Type_1")))
        .contains(
            "type names: CA = C (given), Fe1 = Fe (leading letters), Type_0 = Ar (given), Type_1 of"
                + " no element");
    assertThat(elements.said(List.of("Ag"))).isEmpty();
  }

  @Test
  void anElementThatNobodyKnowsIsAskedFor() {
    assertThatThrownBy(() -> TypeElements.LEADING.apply(frame("Type_1", "Ag", "Type_0")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Frame s#0: no element is known of type Type_0, Type_1")
        .hasMessageContaining("--elements Type_0=ELEMENT,Type_1=ELEMENT");
  }

  @ParameterizedTest
  @CsvSource({
    "OW,Ox,OW=Ox: 'Ox' is no element",
    "Fe,Co,Fe=Co: Fe is an element itself",
    "'O W',O,type name 'O W': no white space",
    "'',O,an empty type name"
  })
  void wrongElementsAreRefused(String name, String element, String message) {
    assertThatThrownBy(() -> TypeElements.of(Map.of(name, element)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void anElementOfATypeThatIsNotThereIsRefused() {
    assertThatThrownBy(
            () -> TypeElements.of(Map.of("OX", "O")).requireKnown(List.of("OW", "HW"), "data"))
        .hasMessageContaining("OX is no type of data; its types: HW OW");
  }

  static Frame frame(String... types) {
    int[] z = java.util.Arrays.stream(types).mapToInt(TypeNames::number).toArray();
    return new Frame(
        "s",
        0,
        z,
        new double[3 * z.length],
        null,
        Labels.NONE,
        null,
        null,
        TypeNames.of(List.of(types)));
  }
}
