package org.dpsieve.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A real Slurm and a real sshd on this machine's loopback address, for one test class: {@code
 * scripts/slurm}. Without root or the packages the calling test is skipped and says so.
 */
public final class SlurmService implements AutoCloseable {
  private final Process process;
  private final Path folder;
  private final JsonNode environment;

  private SlurmService(Process process, Path folder, JsonNode environment) {
    this.process = process;
    this.folder = folder;
    this.environment = environment;
  }

  public static SlurmService start(Path folder) throws IOException {
    Path script = Shared.repository().resolve("scripts/slurm");
    Process process =
        new ProcessBuilder(script.toString(), folder.toString()).redirectErrorStream(true).start();
    BufferedReader said = process.inputReader();
    String line = said.readLine();
    Assumptions.assumeTrue("ready".equals(line), () -> "skipped: " + line);
    return new SlurmService(
        process, folder, new ObjectMapper().readTree(folder.resolve("environment.json").toFile()));
  }

  /** What SLURM_CONF must name. */
  public String configuration() {
    return environment.get("slurm_conf").asText();
  }

  /** A program that runs another with SLURM_CONF set, as it is set for good on a real cluster. */
  public String wrap(String program) throws IOException {
    Path wrapper = folder.resolve("with-slurm-" + Path.of(program).getFileName());
    Files.writeString(
        wrapper,
        "#!/bin/sh\nSLURM_CONF='%s' exec '%s' \"$@\"\n".formatted(configuration(), program));
    Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
    return wrapper.toString();
  }

  /** dpdispatcher's {@code remote_profile}. */
  public Map<String, Object> remoteProfile() {
    return Map.of(
        "hostname", "127.0.0.1",
        "port", environment.get("port").asInt(),
        "username", environment.get("username").asText(),
        "key_filename", environment.get("key_filename").asText(),
        "timeout", 10);
  }

  /** What a Slurm command prints. */
  public String ask(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("SLURM_CONF", configuration());
    Process asked = builder.start();
    String answer = new String(asked.getInputStream().readAllBytes());
    asked.waitFor();
    return answer.strip();
  }

  @Override
  public void close() throws IOException {
    process.outputWriter().close();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroy();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
