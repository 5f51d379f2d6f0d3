package org.dpsieve.label;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What labels depend on, by key as files spell it.
 *
 * @param values texts: another text is another level of theory
 * @param inputs settings in two parts, of which one may change
 * @param files what counts is their content
 */
public record LabelIdentity(
    Map<String, String> values,
    Map<String, ConvergenceSettings.Parts> inputs,
    Map<String, List<Path>> files) {

  public LabelIdentity() {
    this(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  public LabelIdentity value(String key, String text) {
    values.put(key, text);
    return this;
  }

  public LabelIdentity input(String key, ConvergenceSettings.Parts parts) {
    inputs.put(key, parts);
    return this;
  }

  /** Nothing where there are no files. */
  public LabelIdentity files(String key, List<Path> paths) {
    if (!paths.isEmpty()) {
      files.put(key, List.copyOf(paths));
    }
    return this;
  }
}
