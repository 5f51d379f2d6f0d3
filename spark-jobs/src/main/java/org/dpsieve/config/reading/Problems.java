package org.dpsieve.config.reading;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dpsieve.error.InputException;

/** What is found while both files are read: everything is reported, and at once. */
public final class Problems {
  private final Set<String> errors = new LinkedHashSet<>();
  private final Set<String> warnings = new LinkedHashSet<>();
  private final Set<String> migrations = new LinkedHashSet<>();
  private final Set<String> notes = new LinkedHashSet<>();

  /** The keys that readers asked for; the reference of keys is made from them. */
  private final Set<String> asked = new LinkedHashSet<>();

  /**
   * A reader asks for a key.
   *
   * @param key as messages name it, without the line: {@code machine.json: fp.command}
   */
  public void asked(String key) {
    asked.add(key);
  }

  public Set<String> asked() {
    return asked;
  }

  public void error(String message) {
    errors.add(message);
  }

  public void warn(String message) {
    warnings.add(message);
  }

  /** An old key that was understood. */
  public void migrated(String message) {
    migrations.add(message);
  }

  public void note(String message) {
    notes.add(message);
  }

  public boolean any() {
    return !errors.isEmpty();
  }

  public List<String> errors() {
    return List.copyOf(errors);
  }

  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  public List<String> migrations() {
    return List.copyOf(migrations);
  }

  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** Throws when anything is wrong. */
  public void throwIfAny() {
    if (any()) {
      throw exception();
    }
  }

  /** What is wrong: one problem as it is, several as a numbered list. */
  public InputException exception() {
    if (errors.isEmpty()) {
      throw new IllegalStateException("a file that cannot be read is a problem");
    }
    if (errors.size() == 1) {
      return new InputException(errors.iterator().next());
    }
    List<String> lines = new ArrayList<>();
    lines.add(errors.size() + " problems; nothing was started:");
    for (String error : errors) {
      lines.add("  %d. %s".formatted(lines.size(), error));
    }
    return new InputException(String.join("\n", lines));
  }
}
