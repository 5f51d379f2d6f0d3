package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.dpsieve.error.InputException;

/**
 * One dictionary of a serialised model ({@code deepmd/dpmodel/utils/serialization.py}), with its
 * place for messages. Values: String, Number, Boolean, {@code null}, List, Map, {@link
 * StoredTensor}.
 */
record Section(String file, String path, Map<?, ?> values) {
  boolean has(String key) {
    return values.get(key) != null;
  }

  Section section(String key) {
    return section(key, values.get(key));
  }

  private Section section(String key, Object value) {
    if (value instanceof Map<?, ?> map) {
      return new Section(file, path(key), map);
    }
    throw wrong(key, value, "a dictionary");
  }

  /** The dictionaries of a list; {@code null} for those that are none there. */
  List<Section> sections(String key) {
    List<Section> found = new ArrayList<>();
    for (Object value : list(key)) {
      found.add(value == null ? null : section(key + "[" + found.size() + "]", value));
    }
    return found;
  }

  List<?> list(String key) {
    if (values.get(key) instanceof List<?> list) {
      return list;
    }
    throw wrong(key, values.get(key), "a list");
  }

  String text(String key) {
    if (values.get(key) instanceof String text) {
      return text;
    }
    throw wrong(key, values.get(key), "text");
  }

  String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  List<String> texts(String key) {
    return list(key).stream().map(Objects::toString).toList();
  }

  double number(String key) {
    if (values.get(key) instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw wrong(key, values.get(key), "a number");
  }

  double number(String key, double otherwise) {
    return has(key) ? number(key) : otherwise;
  }

  int count(String key) {
    double number = number(key);
    if (number < 0 || number > 1_000_000 || number != Math.rint(number)) {
      throw wrong(key, values.get(key), "a count");
    }
    return (int) number;
  }

  int count(String key, int otherwise) {
    return has(key) ? count(key) : otherwise;
  }

  boolean flag(String key, boolean otherwise) {
    Object value = values.get(key);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong(key, value, "true or false");
  }

  int[] counts(String key) {
    List<?> list = list(key);
    int[] counts = new int[list.size()];
    for (int i = 0; i < counts.length; i++) {
      if (!(list.get(i) instanceof Number number)
          || number.doubleValue() < 0
          || number.doubleValue() > 1_000_000) {
        throw wrong(key, list, "counts");
      }
      counts[i] = number.intValue();
    }
    return counts;
  }

  /** A tensor of this shape. */
  StoredTensor tensor(String key, int... shape) {
    StoredTensor tensor = tensor(key);
    if (!java.util.Arrays.equals(tensor.shape(), shape)) {
      throw new InputException(
          "%s: %s has shape %s, expected %s; damaged file?"
              .formatted(file, path(key), tensor.shapeText(), java.util.Arrays.toString(shape)));
    }
    return tensor;
  }

  StoredTensor tensor(String key) {
    if (values.get(key) instanceof StoredTensor tensor) {
      return tensor;
    }
    throw wrong(key, values.get(key), "an array of numbers");
  }

  private String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private InputException wrong(String key, Object value, String expected) {
    String found = value == null ? "nothing" : String.valueOf(value);
    return new InputException(
        "%s: %s is %s, expected %s; damaged file, or no model of DeePMD-kit?"
            .formatted(
                file,
                path(key),
                found.length() > 60 ? found.substring(0, 60) + "..." : found,
                expected));
  }
}
