package org.dpsieve.frame;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.error.InputException;

/** Which type of a model or a file each atom of a frame is, by name. */
public final class TypeMap {
  private final List<String> names;
  private final String what;
  private final Map<Integer, Integer> types = new HashMap<>();

  private TypeMap(List<String> names, String what) {
    this.names = names;
    this.what = what;
    for (int type = 0; type < names.size(); type++) {
      types.putIfAbsent(TypeNames.number(names.get(type)), type);
    }
  }

  /**
   * @param names of type 0, 1, ...
   * @param what they are, for messages: {@code "the models' type map"}
   */
  public static TypeMap of(List<String> names, String what) {
    return new TypeMap(names, what);
  }

  /**
   * Each atom's type, [nAtoms].
   *
   * @throws InputException naming an atom whose name is none of them, and both lists where the two
   *     have no name in common
   */
  public int[] types(Frame frame) {
    int[] found = new int[frame.atomCount()];
    for (int atom = 0; atom < found.length; atom++) {
      Integer type = types.get(frame.z()[atom]);
      if (type == null) {
        throw unknown(frame, atom);
      }
      found[atom] = type;
    }
    return found;
  }

  /** Says which type of a frame is none of them; empty where all are. */
  public Optional<String> problem(Frame frame) {
    return frame.types().stream()
        .filter(type -> !types.containsKey(TypeNames.number(type)))
        .findFirst()
        .map(type -> "type %s is not in %s %s".formatted(type, what, names));
  }

  private InputException unknown(Frame frame, int atom) {
    boolean shared = false;
    for (int number : frame.z()) {
      shared |= types.containsKey(number);
    }
    return new InputException(
        "Frame %s: %s %s of atom %d is not in %s %s%s"
            .formatted(
                frame.name(),
                frame.z()[atom] > 0 ? "element" : "type",
                frame.type(atom),
                atom,
                what,
                names,
                shared ? "" : otherNames(frame.types())));
  }

  /**
   * Says that models and data have no name in common.
   *
   * @param found the data's names
   */
  public static String otherNames(Iterable<String> found) {
    return ", nor is any other of the data's types [%s]: atoms are matched by these names (dpsieve import --map OLD=NEW gives data other ones)"
        .formatted(String.join(", ", found));
  }
}
