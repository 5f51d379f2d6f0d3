package org.dpsieve.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/skipped}: the list that {@code scripts/test} ends with. */
class SkippedTestsTest {
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

    assertThat(skipped())
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

    assertThat(skipped()).isEqualTo("Skipped tests: none, every test ran.\n");
  }

  private void report(String name, String cases) throws Exception {
    Files.writeString(
        folder.resolve("TEST-" + name + ".xml"), "<testsuite>\n" + cases + "</testsuite>\n");
  }

  private String skipped() throws Exception {
    Process process =
        new ProcessBuilder("../scripts/skipped", folder.toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    return text;
  }
}
