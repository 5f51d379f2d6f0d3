package org.dpsieve.loop;

/**
 * Something that was changed between two calls of a run.
 *
 * @param iteration the first whose labels it may concern
 * @param key as the files spell it, and which part of it
 * @param before {@code null} where it was not set
 * @param now {@code null} where it is not set any more
 * @param accepted whether only {@code --accept-change} allowed it
 */
public record Change(int iteration, String key, String before, String now, boolean accepted) {
  /** For people. */
  public String words() {
    return "%s: %s -> %s%s"
        .formatted(
            key,
            RunIdentity.shown(before),
            RunIdentity.shown(now),
            accepted ? " (accepted: labels of before and after may differ)" : "");
  }
}
