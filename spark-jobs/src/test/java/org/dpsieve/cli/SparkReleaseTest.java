package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is said of a Spark that cannot run here; {@code scripts/matrix} sees the real ones. */
class SparkReleaseTest {
  @Test
  void theSparkOfTheTestsWillDo() {
    assertThat(SparkRelease.problem()).isEmpty();
  }

  @Test
  void aHadoopThatDoesNotRunOnThisJavaIsNamedWithWhatToDo() {
    assertThat(
            SparkRelease.onThisJava(
                "4.1.4",
                "3.4.2",
                () -> {
                  throw new UnsupportedOperationException("getSubject is not supported");
                }))
        .hasValueSatisfying(
            said ->
                assertThat(said)
                    .startsWith("Spark 4.1.4 found with Hadoop 3.4.2, which does not run on Java ")
                    .contains("getSubject is not supported", "set JAVA_HOME to a Java 17 or 21"));
  }
}
