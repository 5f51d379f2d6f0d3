package org.dpsieve.digest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;

class Sha256Test {
  /** FIPS 180-4's own example. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void everyWayGivesTheSameDigits() throws IOException {
    byte[] bytes = "abc".getBytes(StandardCharsets.UTF_8);
    MessageDigest parts = Sha256.start();
    parts.update(bytes, 0, 1);
    parts.update(bytes, 1, 2);
    assertThat(Sha256.hex("abc")).isEqualTo(ABC);
    assertThat(Sha256.hex(bytes)).isEqualTo(ABC);
    assertThat(Sha256.hex(new ByteArrayInputStream(bytes))).isEqualTo(ABC);
    assertThat(Sha256.hex(parts)).isEqualTo(ABC);
    assertThat(Sha256.of("abc")).hasSize(32).startsWith(0xba, 0x78, 0x16).endsWith(0x15, 0xad);
  }

  @Test
  void textsCountAsUtf8() {
    assertThat(Sha256.hex("eV/Å")).isEqualTo(Sha256.hex("eV/Å".getBytes(StandardCharsets.UTF_8)));
  }
}
