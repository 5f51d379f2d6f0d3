package org.dpsieve.label;

import java.util.List;
import java.util.Optional;

/**
 * One value of {@code fp_style}: what gives a frame its new label. All that is special about a
 * style is here and in its package; {@code label.styles.FpStyles} lists them.
 */
public interface FpStyle {
  /** As files spell it. */
  String key();

  /** The keys of a parameter file that only some styles have, and this one too. */
  List<String> keys();

  /** Reads these keys; what is wrong with them is reported to the problems of the file. */
  Optional<StyleSettings> read(StyleKeys keys);

  /** Whether a program labels the frames, in task folders. */
  default boolean runsProgram() {
    return true;
  }

  /** Whether frames are labelled in processes beside this one, which may want a GPU. */
  default boolean inProcesses() {
    return false;
  }

  /** Whether the labels stored in the pool are part of the new ones. */
  default boolean addsToStored() {
    return false;
  }

  /** Whether labels are of elements, and not of types of any name. */
  default boolean needsElements() {
    return true;
  }

  /** Why a key of other styles is wrong with this one, where it is not just of no effect. */
  default Optional<String> refusal(String key) {
    return Optional.empty();
  }

  /** Reads the program's outputs; empty where there is none, or the files' format is not known. */
  default Optional<OutputReader> outputs() {
    return Optional.empty();
  }
}
