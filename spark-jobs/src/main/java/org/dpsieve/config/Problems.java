package org.dpsieve.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dpsieve.error.InputException;

/** What is found while both files are read: everything is reported, and at once. */
final class Problems {
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
  void asked(String key) {
    asked.add(key);
  }

  Set<String> asked() {
    return asked;
  }

  void error(String message) {
    errors.add(message);
  }

  void warn(String message) {
    warnings.add(message);
  }

  /** An old key that was understood. */
  void migrated(String message) {
    migrations.add(message);
  }

  void note(String message) {
    notes.add(message);
  }

  boolean any() {
    return !errors.isEmpty();
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }

  List<String> migrations() {
    return List.copyOf(migrations);
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  /** Throws when anything is wrong: one problem as it is, several as a numbered list. */
  void throwIfAny() {
    if (errors.isEmpty()) {
      return;
    }
    if (errors.size() == 1) {
      throw new InputException(errors.iterator().next());
    }
    List<String> lines = new ArrayList<>();
    lines.add(errors.size() + " problems; nothing was started:");
    for (String error : errors) {
      lines.add("  %d. %s".formatted(lines.size(), error));
    }
    throw new InputException(String.join("\n", lines));
  }
}
