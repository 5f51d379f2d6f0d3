package org.dpsieve.resident;

import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What work may take where it is done, in a task of Spark's or elsewhere.
 *
 * @param environment for processes that it starts: as many threads as it has cores, its GPU
 * @param stopped whether nobody wants the result any more
 */
public record TaskRoom(Map<String, String> environment, BooleanSupplier stopped) {
  public TaskRoom {
    environment = Map.copyOf(environment);
  }

  /** Of work that nobody stops. */
  public static final TaskRoom ANY = new TaskRoom(Map.of(), () -> false);
}
