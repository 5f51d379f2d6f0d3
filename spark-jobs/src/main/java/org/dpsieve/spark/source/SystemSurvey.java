package org.dpsieve.spark.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Formula;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.Storage;
import org.dpsieve.io.systems.SystemPath;

/**
 * What the headers of one system say.
 *
 * @param pieces that pass the filter
 * @param ignored names of data that frames have no place for
 * @param problem why it cannot be read, a line for each reason; {@code null} when it can
 */
record SystemSurvey(SystemPath system, List<Piece> pieces, List<String> ignored, String problem)
    implements Serializable {

  /**
   * @param stamped whether pieces tell if their files changed, which costs a look at every file
   */
  static SystemSurvey of(
      SystemPath path,
      Storage storage,
      List<String> typeMap,
      int maxAtoms,
      SystemFilter filter,
      boolean stamped) {
    try (FrameSystem system = path.open(storage, typeMap)) {
      List<Piece> pieces = new ArrayList<>();
      String stamp = stamped ? SystemStamp.of(storage, path) : "";
      for (FrameSystem.Run run : system.runs(maxAtoms)) {
        Piece piece = piece(path, run, system.types(run), stamp, filter);
        if (piece != null) {
          pieces.add(piece);
        }
      }
      return new SystemSurvey(path, pieces, system.ignored(), null);
    } catch (InputException e) {
      return problem(path, e.getMessage());
    } catch (StackOverflowError e) { // else the executor's end
      return problem(path, path.location() + ": nested too deeply: the file is damaged");
    } catch (IOException e) {
      return problem(
          path,
          "%s: cannot be read: %s: %s"
              .formatted(path.location(), e.getClass().getSimpleName(), e.getMessage()));
    }
  }

  private static SystemSurvey problem(SystemPath path, String problem) {
    return new SystemSurvey(path, List.of(), List.of(), problem);
  }

  /** {@code null} when the filter takes none of its frames. */
  private static Piece piece(
      SystemPath path,
      FrameSystem.Run run,
      List<FrameSystem.Types> frames,
      String stamp,
      SystemFilter filter) {
    long atoms = 0;
    boolean any = false;
    boolean same = true;
    String formula = null;
    FrameSystem.Types last = null;
    for (FrameSystem.Types types : frames) {
      atoms += types.z().length;
      if (types == last) {
        continue; // a system that is not mixed repeats one
      }
      String other = Formula.of(types.z(), types.names());
      same &= formula == null || formula.equals(other);
      formula = other;
      any |= filter.accepts(path.name(), other, types.z().length);
      last = types;
    }
    return any ? new Piece(path, run, atoms, same ? formula : null, stamp) : null;
  }
}
