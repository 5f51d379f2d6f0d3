package org.dpsieve.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The real DeePMD-kit, where it is installed; a test that asks for it is skipped elsewhere. */
public final class DeepmdKit {
  private static final String EVALUATE =
      """
      import json, sys
      import numpy as np
      from deepmd.infer import DeepPot
      for path in sys.argv[1:]:
          asked = json.load(open(path))
          potential = DeepPot(asked["models"][0])
          kinds = {name: i for i, name in enumerate(potential.get_type_map())}
          for frame in asked["frames"]:
              box = frame["box"] and np.array([frame["box"]])
              types = [kinds[name] for name in frame["elements"]]
              more = {key: np.array([frame[key]]) for key in ("fparam", "aparam") if frame.get(key)}
              e, f, v, a, _ = potential.eval(np.array([frame["coord"]]), box, types, atomic=True, **more)
              said = dict(force=f, virial=v, atom_energy=a)
              numbers = {key: [x if x == x else None for x in value.ravel().tolist()] for key, value in said.items()}
              frame["models"] = [dict(energy=e.item(), **numbers)]
          json.dump(asked, open(path, "w"))
      """;

  private DeepmdKit() {}

  /** The {@code dp} program that the environment variable DPSIEVE_DP names, else that on PATH. */
  public static Path dp() {
    Optional<Path> found =
        Stream.concat(
                Stream.ofNullable(System.getenv("DPSIEVE_DP")).filter(name -> !name.isBlank()),
                Pattern.compile(File.pathSeparator)
                    .splitAsStream(Optional.ofNullable(System.getenv("PATH")).orElse(""))
                    .map(folder -> folder + File.separator + "dp"))
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    Assumptions.assumeTrue(
        found.isPresent(), "skipped: no DeePMD-kit (dp) on PATH, and DPSIEVE_DP names none");
    return found.get().toAbsolutePath();
  }

  /**
   * The {@code dp} of another backend, in an environment of its own: the one that the environment
   * variable DPSIEVE_DP_JAX or DPSIEVE_DP_PYTORCH names, else that of {@code
   * scripts/setup-services}.
   *
   * @param backend {@code jax} or {@code pytorch}
   */
  public static Path dp(String backend) {
    String named = System.getenv("DPSIEVE_DP_" + backend.toUpperCase(Locale.ROOT));
    Path dp =
        named == null || named.isBlank()
            ? Shared.repository().resolve("target/" + backend + "/bin/dp")
            : Path.of(named);
    Assumptions.assumeTrue(
        Files.isExecutable(dp),
        () ->
            "skipped: no DeePMD-kit with %s: %s (scripts/setup-services %s)"
                .formatted(backend, dp, backend));
    return dp;
  }

  /** The Python that has the deepmd package: beside {@code dp}. */
  public static Path python() {
    return pythonBeside(dp());
  }

  private static Path pythonBeside(Path dp) {
    Path python = dp.resolveSibling("python");
    Assumptions.assumeTrue(
        Files.isExecutable(python), () -> "skipped: no Python beside " + dp + ": " + python);
    return python;
  }

  /**
   * Runs Python with the deepmd package.
   *
   * @throws AssertionError with what it said when it does not end well
   */
  public static void python(Path log, String script, List<String> arguments)
      throws IOException, InterruptedException {
    python(dp(), log, script, arguments);
  }

  /** With the Python beside another {@code dp}. */
  public static void python(Path dp, Path log, String script, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(pythonBeside(dp).toString(), "-c", script));
    command.addAll(arguments);
    run(log.getParent(), log, command);
  }

  /**
   * Runs a program of DeePMD-kit in a folder.
   *
   * @throws AssertionError with what it said when it does not end well
   */
  public static void run(Path folder, Path log, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "3");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError(Files.readString(log));
    }
  }

  /** Whether the Python of DeePMD-kit has another package. */
  public static void requirePackage(String name, Path log)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(python().toString(), "-c", "import " + name);
    int code = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
    Assumptions.assumeTrue(code == 0, "skipped: DeePMD-kit without " + name);
  }

  /**
   * Has DeePMD-kit evaluate frames.
   *
   * @param asked files shaped like {@link Goldens}, whose {@code models} are replaced by what
   *     DeePMD-kit says
   */
  public static void evaluate(List<Path> asked, Path log) throws IOException, InterruptedException {
    evaluate(dp(), asked, log);
  }

  /** Has another {@code dp} than {@link #dp()} evaluate them. */
  public static void evaluate(Path dp, List<Path> asked, Path log)
      throws IOException, InterruptedException {
    python(dp, log, EVALUATE, asked.stream().map(Path::toString).toList());
  }
}
