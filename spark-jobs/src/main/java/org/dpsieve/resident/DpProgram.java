package org.dpsieve.resident;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * DeePMD-kit's program, as it is called where Spark's tasks run.
 *
 * @param command {@code dp}, as a shell command
 * @param environment beside the process's own
 */
public record DpProgram(String command, Map<String, String> environment) implements Serializable {
  private static final long serialVersionUID = 1;

  public DpProgram {
    environment = new HashMap<>(environment);
  }

  /** The command for messages, which put it in quotes. */
  String shown() {
    return command.replaceAll("^'([^']*)'$", "$1");
  }

  /** The one that {@code DPSIEVE_DP} names, else {@code dp} on PATH. */
  public static String defaultCommand() {
    String path = System.getenv("DPSIEVE_DP");
    return path == null || path.isBlank() ? "dp" : "'" + path.replace("'", "'\\''") + "'";
  }
}
