package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.dpsieve.testing.OwnProcess;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/dpsieve} where something that it needs is not there: one line that says what. */
class ScriptTest {
  private static final String BOTH_JAVAS =
      "if [ \"$1\" = --list-modules ]; then echo java.base@17; else echo '%s 17.0.1' >&2; fi";

  @TempDir private Path folder;
  private Path checkout;
  private Path programs;

  @BeforeEach
  void aCheckoutWithoutBuild() throws IOException {
    checkout = Files.createDirectories(folder.resolve("checkout"));
    programs = Files.createDirectories(folder.resolve("bin"));
    Files.createDirectories(checkout.resolve("conf"));
    Files.createDirectories(checkout.resolve("scripts"));
    for (String module : List.of("model-core", "spark-jobs")) {
      Files.createDirectories(checkout.resolve(module + "/src/main"));
      Files.writeString(checkout.resolve(module + "/pom.xml"), "");
    }
    Files.writeString(checkout.resolve("pom.xml"), "");
    for (String script : List.of("scripts/dpsieve", "scripts/build")) {
      Files.copy(Shared.repository().resolve(script), checkout.resolve(script));
    }
    for (String name :
        List.of(
            "bash",
            "env",
            "dirname",
            "find",
            "sed",
            "head",
            "cat",
            "readlink",
            "touch",
            "uname",
            "mkdir",
            "sleep")) {
      program(name, "exec " + which(name) + " \"$@\"");
    }
  }

  private static Path which(String name) {
    for (String path : System.getenv("PATH").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(path, name))) {
        return Path.of(path, name);
      }
    }
    throw new AssertionError(name + " is not on PATH");
  }

  private void program(String name, String text) throws IOException {
    Path file =
        Files.writeString(programs.resolve(name), "#!" + which("bash") + "\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void built() throws IOException {
    Path target = Files.createDirectories(checkout.resolve("spark-jobs/target"));
    Files.writeString(target.resolve("dpsieve.jar"), "");
    Files.writeString(target.resolve("spark.classpath"), "");
  }

  private String run(Map<String, String> environment) throws Exception {
    String text = said(environment, 2);
    assertThat(text.lines()).as(text).hasSize(1);
    return text;
  }

  private String said(Map<String, String> environment, int exit) throws Exception {
    Path said = folder.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(
                which("bash").toString(), checkout.resolve("scripts/dpsieve").toString(), "doctor")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", programs.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(said);
    assertThat(process.exitValue()).as(text).isEqualTo(exit);
    return text;
  }

  @Test
  void withoutAJdk() throws Exception {
    assertThat(run(Map.of())).contains("error: javac is not there", "install a JDK 17");
    assertThat(run(Map.of("JAVA_HOME", "/nowhere")))
        .contains("/nowhere/bin/javac is not there (JAVA_HOME is /nowhere)");
    built();
    assertThat(run(Map.of())).contains("error: java is not there", "install a JDK 17");
  }

  @Test
  void withoutMaven() throws Exception {
    program("javac", BOTH_JAVAS.formatted("javac"));
    assertThat(run(Map.of())).contains("error: Maven (mvn) is not there", "apt install maven");
  }

  /** The jar is that of the sources before. */
  @Test
  void whatChangesWhileItIsBuiltIsBuiltByTheNextCall() throws Exception {
    program("javac", BOTH_JAVAS.formatted("javac"));
    program("java", "echo 'java version \"11\"' >&2"); // so that it ends after the build
    Path source = Files.writeString(checkout.resolve("spark-jobs/src/main/A.java"), "");
    Path target = checkout.resolve("spark-jobs/target");
    String build =
        "echo a build >&2; touch %1$s/dpsieve.jar %1$s/spark.classpath".formatted(target);
    program("mvn", "sleep 0.1; touch %s; sleep 0.1; %s".formatted(source, build));
    assertThat(said(Map.of(), 2)).contains("a build");
    program("mvn", build);
    assertThat(said(Map.of(), 2)).contains("a build");
    assertThat(said(Map.of(), 2)).doesNotContain("a build");
  }

  @Test
  void withAnOldJava() throws Exception {
    built();
    program("java", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");
    assertThat(run(Map.of())).contains("java is of Java 11, expected 17 or later");
    program("java", "echo 'java version \"1.8.0_292\"' >&2");
    assertThat(run(Map.of())).contains("java is of Java 8, expected 17 or later");
    // with JDK_JAVA_OPTIONS, or the like, Java tells first what they hold
    program(
        "java",
        "echo 'NOTE: Picked up JDK_JAVA_OPTIONS: -Xmx4g' >&2; echo 'openjdk version \"11.0.2\"' >&2");
    assertThat(run(Map.of())).contains("java is of Java 11, expected 17 or later");
  }

  /** As one that jlink has cut down: it ends at once where it is asked for the module. */
  @Test
  void aJavaWithoutTheVectorModuleIsStartedWithoutItAndThatIsSaidOnce() throws Exception {
    built();
    Path target = checkout.resolve("spark-jobs/target");
    FileTime later = FileTime.from(Instant.now().plusSeconds(5));
    Files.setLastModifiedTime(Files.writeString(target.resolve("classes.jsa"), ""), later);
    Files.copy(Shared.repository().resolve("conf/jvm.flags"), checkout.resolve("conf/jvm.flags"));
    String java =
        """
        case $1 in
          --list-modules) echo java.base@17; echo %s ;;
          -version) echo 'openjdk version "17.0.1"' >&2 ;;
          *) echo "$@" ;;
        esac\
        """;
    program("java", java.formatted(""));
    assertThat(said(Map.of(), 0))
        .contains("note: ", "has no module jdk.incubator.vector", "--add-opens=java.base/")
        .endsWith("org.dpsieve.cli.Dpsieve doctor\n")
        .doesNotContain("--add-modules");
    Files.setLastModifiedTime(target.resolve("java.asked"), later);
    assertThat(said(Map.of(), 0)).doesNotContain("note: ", "--add-modules");
    Files.delete(target.resolve("java.asked"));
    program("java", java.formatted("jdk.incubator.vector@17"));
    assertThat(said(Map.of(), 0))
        .contains("--add-modules=jdk.incubator.vector")
        .doesNotContain("note: ");
  }

  @Test
  void withoutSparkSubmit() throws Exception {
    built();
    program("java", BOTH_JAVAS.formatted("openjdk version"));
    assertThat(run(Map.of("SPARK_HOME", folder.toString())))
        .contains("SPARK_HOME is " + folder, "no bin/spark-submit");
  }

  /** A class in front of all others that says what Spark 3.5 says. */
  @Test
  void onAnOlderSpark() throws Exception {
    Path source = folder.resolve("org/apache/spark/package$.java");
    Files.createDirectories(source.getParent());
    Files.writeString(
        source,
        """
        package org.apache.spark;
        public final class package$ {
          public static final package$ MODULE$ = new package$();
          public String SPARK_VERSION() { return "3.5.1"; }
        }
        """);
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", folder.toString(), source.toString()))
        .isZero();
    Path log = folder.resolve("log");
    ProcessBuilder builder = OwnProcess.of(log, "doctor");
    int classPath = builder.command().indexOf("-cp") + 1;
    builder
        .command()
        .set(classPath, folder + File.pathSeparator + builder.command().get(classPath));
    Process process = builder.start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(Files.readString(log).lines().filter(line -> line.startsWith("error: ")))
        .singleElement()
        .asString()
        .contains("Spark 3.5.1 found", "expected 4.0 or later (with Scala 2.13)", "SPARK_HOME");
    assertThat(Files.readString(log)).doesNotContain("\tat ");
  }
}
