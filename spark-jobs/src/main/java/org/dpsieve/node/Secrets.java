package org.dpsieve.node;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The passwords of a remote profile, to keep them out of everything that is shown or written. */
final class Secrets {
  private static final Pattern KEY =
      Pattern.compile("pass|secret|token|ticket|access_key|app_key|totp", Pattern.CASE_INSENSITIVE);

  private final List<String> values = new ArrayList<>();

  private Secrets() {}

  /** Of dpdispatcher's {@code machine}. */
  static Secrets in(Map<String, Object> machine) {
    Secrets secrets = new Secrets();
    secrets.collect(machine);
    secrets.values.sort(Comparator.comparingInt(String::length).reversed());
    return secrets;
  }

  private void collect(Object value) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, item) -> {
            boolean scalar = item instanceof String || item instanceof Number;
            if (scalar && KEY.matcher(String.valueOf(key)).find()) {
              if (!String.valueOf(item).isEmpty()) {
                values.add(String.valueOf(item));
              }
            } else {
              collect(item);
            }
          });
    } else if (value instanceof Collection<?> items) {
      items.forEach(this::collect);
    }
  }

  String mask(String text) {
    String masked = text;
    for (String value : values) {
      masked = masked.replace(value, "***");
    }
    return masked;
  }
}
