package org.dpsieve.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import org.dpsieve.cli.Dpsieve;

/** Runs commands inside this JVM and keeps what they say. */
public final class Terminal {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** Runs a command; returns its exit code. */
  public int run(Object... command) {
    return Dpsieve.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(Arrays.stream(command).map(Object::toString).toArray(String[]::new));
  }

  /** Runs a command that must end with exit code 0. */
  public void succeed(Object... command) {
    assertThat(run(command)).as(this::said).isZero();
  }

  /** Standard output of all commands. */
  public String out() {
    return out.toString();
  }

  /** Standard error of all commands. */
  public String err() {
    return err.toString();
  }

  /** Both. */
  public String said() {
    return out() + err();
  }

  /** Forgets what was said. */
  public void clear() {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
  }
}
