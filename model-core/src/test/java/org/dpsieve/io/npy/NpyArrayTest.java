package org.dpsieve.io.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.error.InputException;
import org.dpsieve.io.LocalStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyArrayTest {
  @TempDir Path folder;

  @Test
  void everyVersionOrderAndSpacingOfTheHeaderIsRead() throws IOException {
    byte[] six = littleEndian(1, 2, 3, 4, 5, 6);
    for (int version = 1; version <= 3; version++) {
      assertThat(
              read(version, "{'shape': (2,3),'fortran_order':False, \"descr\": '<f8' , }\n", six))
          .containsExactly(1, 2, 3, 4, 5, 6);
    }
    assertThat(read(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (2L, 3L), }", six))
        .containsExactly(1, 3, 5, 2, 4, 6);
    assertThat(read(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (1, 2, 3)}", six))
        .containsExactly(1, 3, 5, 2, 4, 6);
    assertThat(read(1, "{'descr': '<f8', 'fortran_order': False, 'shape': ()}", littleEndian(7)))
        .containsExactly(7);
  }

  @Test
  void numbersOfEveryKindAreWidened() throws IOException {
    byte[] ff = {-1, -2, -1, -1, -1, -1, -1, -1};
    assertThat(read(1, header("|u1", "(2,)"), ff)).containsExactly(255, 254);
    assertThat(read(1, header("|i1", "(2,)"), ff)).containsExactly(-1, -2);
    assertThat(read(1, header("<u2", "(1,)"), ff)).containsExactly(0xFEFF);
    assertThat(read(1, header(">i2", "(1,)"), ff)).containsExactly(-2);
    assertThat(read(1, header("<u4", "(1,)"), ff)).containsExactly(4294967039.0);
    assertThat(read(1, header("<i8", "(1,)"), ff)).containsExactly(-257);
    assertThat(read(1, header("|b1", "(2,)"), new byte[] {1, 0})).containsExactly(1, 0);
    assertThat(read(1, header(">f4", "(1,)"), new byte[] {0x3F, (byte) 0xC0, 0, 0}))
        .containsExactly(1.5);
    // numpy.float16([1.5, -2**-24, 65504, -0.0, inf, nan])
    short[] halves = {0x3E00, (short) 0x8001, 0x7BFF, (short) 0x8000, 0x7C00, 0x7E00};
    ByteBuffer bytes = ByteBuffer.allocate(12);
    bytes.asShortBuffer().put(halves);
    assertThat(read(1, header(">f2", "(6,)"), bytes.array()))
        .containsExactly(1.5, -Math.pow(2, -24), 65504, -0.0, Double.POSITIVE_INFINITY, Double.NaN);
  }

  @Test
  void numbersAreCountedWhateverTheAxes() throws IOException {
    byte[] six = littleEndian(1, 2, 3, 4, 5, 6);
    for (String shape :
        new String[] {"(6,)", "(3, 2)", "(2, 3)", "(1, 6)", "(6, 1)", "(1, 3, 2)"}) {
      NpyArray array = NpyArray.open(file(1, header("<f8", shape), six));
      assertThat(array.numbers(2, 3)).as(shape).containsExactly(3, 4, 5);
      assertThat(array.numbers(0, 6)).as(shape).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(array.numbers(6, 0)).as(shape).isEmpty();
    }
    NpyArray scalar = NpyArray.open(file(1, header("<f8", "()"), littleEndian(7)));
    assertThat(scalar.numbers(0, 1)).containsExactly(7);
  }

  @Test
  void rowsAreReadOnTheirOwn() throws IOException {
    Path file = file(1, header("<f8", "(3, 2)"), littleEndian(1, 2, 3, 4, 5, 6));
    NpyArray array = NpyArray.open(file);
    assertThat(array.shape()).containsExactly(3, 2);
    assertThat(array.rows(1, 2)).containsExactly(3, 4, 5, 6);
    assertThat(array.rows(3, 0)).isEmpty();
    assertThatThrownBy(() -> array.rows(2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** 500,000 brackets once took the stack, and with it the program. */
  @Test
  void bracketsInsideBracketsAreCounted() {
    for (String open : new String[] {"[", "(", "{'a': ", "[(", "{'shape': [{'x': ("}) {
      assertThatThrownBy(() -> read(2, open.repeat(50_000), new byte[8]))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("npy header")
          .hasMessageContaining("expected at most 32 brackets inside each other")
          .extracting(Throwable::getMessage, STRING)
          .hasSizeLessThan(500);
    }
    String longType = "'" + "x".repeat(60_000) + "'";
    assertThatThrownBy(() -> read(2, "{'descr': %s}".formatted(longType), new byte[8]))
        .extracting(Throwable::getMessage, STRING)
        .hasSizeLessThan(500);
  }

  @Test
  void damageIsToldApart() throws IOException {
    assertThatThrownBy(() -> read(1, header("<f8", "(2, 3)"), new byte[47]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("expected")
        .hasMessageContaining("for shape (2, 3): the file is truncated");
    assertThatThrownBy(() -> read(1, header("|O", "(2,)"), new byte[16]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("holds Python objects ('|O'), expected numbers");
    assertThatThrownBy(
            () ->
                read(
                    1,
                    "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}",
                    new byte[8]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("records");
    assertThatThrownBy(() -> read(1, "{'descr': '<f8', 'shape': (1,", new byte[8]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the file is damaged");
    assertThatThrownBy(() -> read(9, header("<f8", "(1,)"), new byte[8]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("version 9.0");
    Path text = Files.writeString(folder.resolve("text.npy"), "1.0 2.0 3.0 4.0");
    assertThatThrownBy(() -> NpyArray.open(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("text.npy: starts with bytes 31 2e 30")
        .hasMessageContaining("expected 93 4e 55 4d 50 59");
    Path cut = Files.write(folder.resolve("cut.npy"), new byte[] {(byte) 0x93, 'N', 'U'});
    assertThatThrownBy(() -> NpyArray.open(cut)).hasMessageContaining("truncated");
  }

  @Test
  void theWriterAlignsItsHeaderAsNumPyDoes() throws IOException {
    Path file = folder.resolve("new/w.npy");
    NpyWriter.write(new LocalStorage(), file.toString(), new double[] {1, Math.PI}, 2, 1);
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).hasSize(128 + 16);
    assertThat(new String(bytes, 10, 58, StandardCharsets.US_ASCII))
        .isEqualTo("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }".substring(0, 58));
    assertThat(bytes[127]).isEqualTo((byte) '\n');
    assertThat(NpyArray.open(file).read()).containsExactly(1, Math.PI);
  }

  private static String header(String descr, String shape) {
    return "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(descr, shape);
  }

  private double[] read(int version, String header, byte[] data) throws IOException {
    return NpyArray.open(file(version, header, data)).read();
  }

  private Path file(int version, String header, byte[] data) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    int lengthBytes = version == 1 ? 2 : 4;
    for (int i = 0; i < lengthBytes; i++) {
      bytes.write(header.length() >> (8 * i));
    }
    bytes.write(header.getBytes(StandardCharsets.ISO_8859_1));
    bytes.write(data);
    return Files.write(folder.resolve("array.npy"), bytes.toByteArray());
  }

  private static byte[] littleEndian(double... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    return bytes.array();
  }
}
