package org.dpsieve.resident;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.Frame;

/** What a process that stays evaluates frames by. */
interface Evaluated {
  /** How messages call it. */
  String name();

  /** How its Python is started. */
  DpPython start(String command, String path, String script);

  /** The request that loads it. */
  ObjectNode load();

  /** How many numbers of a kind an answer has, one for each model. */
  int count();

  /** What tells whether it works. */
  default Question check() {
    return Question.outputs(List.of("force"));
  }

  /** Why it cannot be loaded, in words that say what to do. */
  String cannotLoad(String command, JsonNode answer);

  /** Where to name the program. */
  String nameIt();

  /** What types 0, 1 ... are. */
  List<String> typeMap(LoadedModels now);

  /** What makes a frame none for it. */
  Optional<String> problem(Frame frame, LoadedModels now);

  /** How many of a frame's parameters it takes. */
  int fparam(Frame frame, LoadedModels now);

  /** The frame as it is given to it. */
  Frame workable(Frame frame);

  /** Whether one atom of each element tells if it works at all. */
  boolean takesSingleAtoms();
}
