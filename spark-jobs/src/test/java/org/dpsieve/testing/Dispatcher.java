package org.dpsieve.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The Python that has dpdispatcher; without one the calling test is skipped and says so. */
public final class Dispatcher {
  private Dispatcher() {}

  public static String python() {
    List<String> candidates =
        Stream.of(
                System.getenv("DPSIEVE_DPDISPATCHER_PYTHON"),
                Shared.repository().resolve("target/dpdispatcher/bin/python").toString())
            .filter(name -> name != null && Files.isExecutable(Path.of(name)))
            .toList();
    Assumptions.assumeFalse(
        candidates.isEmpty(),
        "skipped: no Python with dpdispatcher; scripts/setup-services dpdispatcher makes one");
    return candidates.get(0);
  }
}
