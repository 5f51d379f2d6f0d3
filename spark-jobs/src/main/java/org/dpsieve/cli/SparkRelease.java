package org.dpsieve.cli;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.VersionInfo;
import org.dpsieve.spark.Versions;

/** Whether the Spark that started this program is one that it can run on. */
final class SparkRelease {
  private static final String OLDEST = "4.";

  private SparkRelease() {}

  /** What to tell before anything of Spark is used; empty when it may do. */
  static Optional<String> problem() {
    try {
      String found = Versions.spark();
      return major(found) < major(OLDEST)
          ? Optional.of(unfit(found, "4.0 or later"))
          : onThisJava(found, VersionInfo.getVersion(), SparkRelease::logIn);
    } catch (LinkageError e) {
      return Optional.of(
          "Spark is not on the class path (%s); start this program by scripts/dpsieve or spark-submit"
              .formatted(e));
    }
  }

  /**
   * What to tell where this Spark's Hadoop asks Java for what Java 24 has taken away.
   *
   * @param logIn what Spark asks of Hadoop before it opens a file
   */
  static Optional<String> onThisJava(String spark, String hadoop, Runnable logIn) {
    try {
      logIn.run();
      return Optional.empty();
    } catch (UnsupportedOperationException e) {
      return Optional.of(
          "Spark %s found with Hadoop %s, which does not run on Java %d (%s); set JAVA_HOME to a Java 17 or 21, or take Spark %s"
              .formatted(
                  spark,
                  hadoop,
                  Runtime.version().feature(),
                  e.getMessage(),
                  minor(Versions.builtForSpark())));
    }
  }

  private static void logIn() {
    try {
      UserGroupInformation.getCurrentUser();
    } catch (IOException e) {
      // who asks for a file will be told
    }
  }

  /**
   * Whether what does not link may be due to another Spark than the one that this was built for.
   */
  static boolean differs() {
    return !minor(Versions.spark()).equals(minor(Versions.builtForSpark()));
  }

  /** A sentence that says what to do. */
  static String unfit(String found) {
    return unfit(found, minor(Versions.builtForSpark()));
  }

  private static String unfit(String found, String expected) {
    String home = System.getenv("SPARK_HOME");
    return "Spark %s found%s, expected %s (with Scala 2.13); set SPARK_HOME to such a Spark, or unset it: scripts/dpsieve then takes Spark from Maven's jars"
        .formatted(found, home == null ? "" : " in " + home, expected);
  }

  private static int major(String version) {
    return Integer.parseInt(version.replaceFirst("\\D.*", ""));
  }

  /** {@code 4.2} of {@code 4.2.0}. */
  private static String minor(String version) {
    return version.replaceFirst("^(\\d+\\.\\d+).*", "$1");
  }
}
