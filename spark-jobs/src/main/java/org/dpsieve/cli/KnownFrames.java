package org.dpsieve.cli;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeMap;

/**
 * Frames with types that models do not know are not shown to them: such a frame has no numbers, and
 * costs the others nothing. Asked by many threads.
 */
final class KnownFrames {
  private final TypeMap types; // null where the models take any
  private boolean known;
  private Frame stranger;

  /**
   * @param typeMap what the models know by name; empty where they know numbers alone
   */
  KnownFrames(List<String> typeMap) {
    types = typeMap.isEmpty() ? null : TypeMap.of(typeMap, "the models' type map");
  }

  /**
   * What an engine says of the frames that it knows, and nothing of the others.
   *
   * @param nothing stands in the place of an answer
   * @return in the frames' order
   */
  <R> List<R> ask(
      List<Frame> frames, Function<List<Frame>, List<R>> engine, Function<Frame, R> nothing) {
    List<Boolean> isKnown = frames.stream().map(frame -> problem(frame).isEmpty()).toList();
    List<Frame> asked = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      if (isKnown.get(i)) {
        asked.add(frames.get(i));
      }
    }
    note(frames, isKnown, asked);
    Iterator<R> answers =
        asked.isEmpty() ? List.<R>of().iterator() : engine.apply(asked).iterator();
    List<R> all = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      all.add(isKnown.get(i) ? answers.next() : nothing.apply(frames.get(i)));
    }
    return all;
  }

  private synchronized void note(List<Frame> frames, List<Boolean> isKnown, List<Frame> asked) {
    known |= !asked.isEmpty();
    if (stranger == null && asked.size() < frames.size()) {
      stranger = frames.get(isKnown.indexOf(false));
    }
  }

  /** Why a frame was not shown; empty where it was. */
  Optional<String> problem(Frame frame) {
    return types == null ? Optional.empty() : types.problem(frame);
  }

  /**
   * @throws InputException when there were frames, and the models knew none of them: they are not
   *     for these
   */
  synchronized void requireAny() {
    if (!known && stranger != null) {
      types.types(stranger);
    }
  }
}
