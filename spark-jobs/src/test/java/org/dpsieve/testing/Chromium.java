package org.dpsieve.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A page opened by headless Chromium, where that is installed ({@code scripts/setup-services}). */
public record Chromium(String dom, String console) {
  private static final List<String> QUIET =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--virtual-time-budget=5000",
          "--enable-logging=stderr",
          "--dump-dom");

  /**
   * The page's elements after its scripts have run, and what they said on the console.
   *
   * @param scratch an empty folder
   * @param more options of Chromium
   */
  public static Chromium open(Path page, Path scratch, String... more)
      throws IOException, InterruptedException {
    String program =
        List.of("chromium", "chromium-browser", "google-chrome").stream()
            .filter(Chromium::isInstalled)
            .findFirst()
            .orElse(null);
    assumeTrue(program != null, "no Chromium here; scripts/setup-services chromium installs it");
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(QUIET);
    command.addAll(List.of(more));
    command.add("--user-data-dir=" + scratch.resolve("profile"));
    command.add(page.toUri().toString());
    File dom = scratch.resolve("dom.html").toFile();
    File console = scratch.resolve("console.txt").toFile();
    Process process =
        new ProcessBuilder(command).redirectOutput(dom).redirectError(console).start();
    try {
      if (!process.waitFor(90, TimeUnit.SECONDS)) {
        throw new AssertionError("Chromium does not end: " + Files.readString(console.toPath()));
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return new Chromium(Files.readString(dom.toPath()), Files.readString(console.toPath()));
  }

  private static boolean isInstalled(String name) {
    for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, name))) {
        return true;
      }
    }
    return false;
  }

  /** Lines that the page's scripts or the loading of it wrote. */
  public List<String> consoleMessages() {
    try {
      return console.lines().filter(line -> line.contains("CONSOLE")).toList();
    } catch (UncheckedIOException e) {
      throw new AssertionError(e);
    }
  }
}
