package org.dpsieve.label;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.frame.TypeNames;

/**
 * A program's labeller for types that are no elements. In its inputs each has a label of its own
 * that every program takes: the element, where no other type is of it, else the element and a digit
 * ({@code OW, HW} are {@code O, H}; {@code Fe1, Fe2} are what they are), so that kinds of one
 * element stay apart.
 */
public final class KindLabels implements TaskLabeller {
  private static final long serialVersionUID = 1;

  private final List<String> typeMap;
  private final HashMap<Integer, Integer> numbers = new HashMap<>();
  private final TypeNames names;
  private final TaskLabeller labels;

  private KindLabels(
      List<String> typeMap, List<String> labels, Function<List<String>, TaskLabeller> load) {
    this.typeMap = List.copyOf(typeMap);
    for (int type = 0; type < typeMap.size(); type++) {
      numbers.put(TypeNames.number(typeMap.get(type)), TypeNames.number(labels.get(type)));
    }
    this.names = TypeNames.of(labels);
    this.labels = load.apply(labels);
  }

  /**
   * @param elements of every type of the type map
   * @param load makes the labeller of a type map, of elements or labels
   */
  public static TaskLabeller of(
      List<String> typeMap, TypeElements elements, Function<List<String>, TaskLabeller> load) {
    List<String> labels = labels(typeMap, elements);
    return labels.equals(typeMap) && typeMap.stream().allMatch(KindLabels::isElement)
        ? load.apply(typeMap)
        : new KindLabels(typeMap, labels, load);
  }

  /** The same for programs that know elements alone: kinds of one element are one. */
  public static TaskLabeller ofElements(
      List<String> typeMap, TypeElements elements, Function<List<String>, TaskLabeller> load) {
    if (typeMap.stream().allMatch(KindLabels::isElement)) {
      return load.apply(typeMap);
    }
    List<String> symbols =
        typeMap.stream().map(type -> elements.symbol(type).orElseThrow()).toList();
    return new KindLabels(typeMap, symbols, all -> load.apply(all.stream().distinct().toList()));
  }

  private static boolean isElement(String type) {
    return Elements.number(type).isPresent();
  }

  private static List<String> labels(List<String> typeMap, TypeElements elements) {
    List<String> labels = new ArrayList<>();
    for (String type : typeMap) {
      String symbol = elements.symbol(type).orElseThrow();
      boolean kept = type.matches(symbol + "[0-9]?");
      labels.add(kept ? type : null);
    }
    for (int type = 0; type < labels.size(); type++) {
      String symbol = elements.symbol(typeMap.get(type)).orElseThrow();
      String label = labels.get(type) == null ? symbol : labels.get(type);
      boolean alone =
          typeMap.stream()
                  .filter(other -> elements.symbol(other).equals(Optional.of(symbol)))
                  .count()
              == 1;
      for (int k = 1; labels.get(type) == null && (!alone || k > 1); k++) {
        label = symbol + k;
        if (!labels.contains(label)) {
          break;
        }
      }
      labels.set(type, label);
    }
    return labels;
  }

  private Frame labelled(Frame frame) {
    int[] z = frame.z().clone();
    for (int atom = 0; atom < z.length; atom++) {
      z[atom] = numbers.get(z[atom]);
    }
    return frame.withTypes(z, names);
  }

  @Override
  public String style() {
    return labels.style();
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return AtomOrder.unknown(frame, typeMap).or(() -> labels.check(labelled(frame)));
  }

  @Override
  public Map<String, byte[]> taskFiles(Frame frame) {
    return labels.taskFiles(labelled(frame));
  }

  @Override
  public Map<String, byte[]> groupFiles(Frame frame) {
    return labels.groupFiles(labelled(frame));
  }

  @Override
  public int[] atomOrder(Frame frame) {
    return labels.atomOrder(labelled(frame));
  }

  @Override
  public Optional<String> isolated() {
    return labels.isolated();
  }

  @Override
  public OutputReader reader() {
    return labels.reader();
  }

  @Override
  public LabelResult read(TaskOutputs outputs, Frame frame) {
    return labels.read(outputs, labelled(frame));
  }
}
