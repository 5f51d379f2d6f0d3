package org.dpsieve.spark.frames;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.Storage;
import org.dpsieve.io.systems.SystemPath;

/**
 * What opening one system found.
 *
 * @param problem of the files, a line each; {@code null} when they can be read
 */
record SystemCheck(
    List<FrameSystem.Run> runs,
    List<String> typeMap,
    List<String> ignored,
    Map<Property, Integer> properties,
    String problem)
    implements Serializable {

  static SystemCheck of(SystemPath system, Storage storage, List<String> typeMap, int maxAtoms) {
    try (FrameSystem open = system.open(storage, typeMap)) {
      List<FrameSystem.Run> runs = open.runs(maxAtoms); // first: it finds what is ignored
      return new SystemCheck(runs, open.typeMap(), open.ignored(), open.properties(), null);
    } catch (InputException e) {
      return problem(e.getMessage());
    } catch (StackOverflowError e) { // else the executor's end
      return problem(system.location() + ": nested too deeply: the file is damaged");
    } catch (IOException e) {
      return problem(
          "%s: cannot be read: %s: %s"
              .formatted(system.location(), e.getClass().getSimpleName(), e.getMessage()));
    }
  }

  private static SystemCheck problem(String problem) {
    return new SystemCheck(List.of(), List.of(), List.of(), Map.of(), problem);
  }
}
