package org.dpsieve.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/skipped} and {@code scripts/slowest}: what {@code scripts/test} ends with. */
class TestReportsTest {
  @TempDir private Path folder;

  @Test
  void reasonsOfEveryFormAreCounted() throws Exception {
    report(
        "a",
        """
        <testcase name="assumed" time="0.1">
          <skipped type="org.opentest4j.TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: skipped: no pw.x on PATH
        \tat org.junit.jupiter.api.Assumptions.throwAssumptionFailed(Assumptions.java:321)
        ]]></skipped>
        </testcase>
        <testcase name="next line">
          <skipped type="org.opentest4j.TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException:
        Assumption failed: skipped: no pw.x on PATH
        ]]></skipped>
        </testcase>
        <testcase name="ran"/>
        """);
    report("b", "<testcase><skipped message=\"not on &lt;this&gt; system\"/></testcase>\n");

    assertThat(said("skipped"))
        .isEqualTo(
            """
            Skipped tests: 3, because:
                2  no pw.x on PATH
                1  not on <this> system
            """);
  }

  @Test
  void noneIsSaidOnlyWhereEveryTestRan() throws Exception {
    report("a", "<testcase name=\"ran\"/>\n");

    assertThat(said("skipped")).isEqualTo("Skipped tests: none, every test ran.\n");
  }

  @Test
  void theSlowestClassesComeFirstAndTimesAreAdded() throws Exception {
    for (int k = 1; k <= 12; k++) {
      Files.writeString(
          folder.resolve("TEST-%d.xml".formatted(k)),
          """
          <?xml version="1.0" encoding="UTF-8"?>
          <testsuite version="3.0.2" name="org.some.C%02dTest" time="%s" tests="%d" errors="0">
            <testcase name="a" classname="org.some.C%02dTest" time="0.1"/>
          </testsuite>
          """
              .formatted(k, k == 12 ? "1,234.5" : k + ".25", k, k));
    }

    assertThat(said("slowest"))
        .startsWith(
            """
            Slowest of 12 test classes, 1303 s in all:
              1234.5 s  C12Test, 12 tests
                11.2 s  C11Test, 11 tests
            """)
        .endsWith("     3.2 s  C03Test, 3 tests\n");
  }

  private void report(String name, String cases) throws Exception {
    Files.writeString(
        folder.resolve("TEST-" + name + ".xml"), "<testsuite>\n" + cases + "</testsuite>\n");
  }

  private String said(String script) throws Exception {
    Process process =
        new ProcessBuilder("../scripts/" + script, folder.toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    return text;
  }
}
