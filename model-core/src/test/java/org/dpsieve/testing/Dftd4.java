package org.dpsieve.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A real dftd4. */
public final class Dftd4 {
  private Dftd4() {}

  /** The Python that has it and ASE; without one the test is skipped. */
  public static Path python() {
    String named = System.getenv("DPSIEVE_DFTD4_PYTHON");
    Path python =
        named == null ? Shared.repository().resolve("target/dftd4/bin/python") : Path.of(named);
    Assumptions.assumeTrue(
        Files.isExecutable(python),
        "skipped: no Python with dftd4 (scripts/setup-services dftd4, or DPSIEVE_DFTD4_PYTHON)");
    return python;
  }
}
