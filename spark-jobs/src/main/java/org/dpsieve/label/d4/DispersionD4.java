package org.dpsieve.label.d4;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.Addition;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.Tried;
import org.dpsieve.label.ase.AseSettings;
import org.dpsieve.label.ase.AseTeacher;
import org.dpsieve.resident.TaskRoom;

/**
 * DFT-D4 (doi:10.1063/1.5090222) with three-body terms by dftd4 itself, in a Python process that
 * stays.
 *
 * @param functional as dftd4 names it
 * @param charge of every frame, e, or {@code {"fparam": k}} for the frame's own parameter
 * @param python that has dftd4 and ASE
 */
public record DispersionD4(String functional, JsonNode charge, String python)
    implements Addition, Tried {
  private static final String CALCULATOR = "dftd4.ase.DFTD4";

  /** All of them: a process is for whatever frames come. */
  private static final List<String> SYMBOLS =
      IntStream.rangeClosed(1, 118).mapToObj(Elements::symbol).toList();

  private AseTeacher calculator(TypeElements elements) {
    ObjectNode arguments = JsonNodeFactory.instance.objectNode().put("method", functional);
    ObjectNode info = JsonNodeFactory.instance.objectNode();
    info.set("charge", charge);
    return new AseTeacher(
        "d4", AseSettings.of(CALCULATOR, arguments, info, python), SYMBOLS, elements);
  }

  /** Whether dftd4 knows a functional shows on any atoms. */
  private Frame probe() {
    return new Frame(
        "check",
        0,
        new int[] {1, 1},
        new double[] {0, 0, 0, 0, 0, 0.8},
        null,
        Labels.NONE,
        new double[charge.path("fparam").asInt() + 1],
        null);
  }

  /**
   * Tries dftd4, and whether it knows the functional.
   *
   * @return versions
   * @throws InputException when it cannot be had, or does not
   */
  @Override
  public SortedMap<String, String> tried(TaskRoom room) {
    AseTeacher calculator = calculator(TypeElements.LEADING);
    SortedMap<String, String> about = calculator.tried(room);
    LabelResult probe = calculator.label(List.of(probe()), room).get(0);
    if (probe.outcome() != TaskOutcome.FINISHED) {
      throw new InputException(
          "D4: dftd4 %s has no parameters for the functional '%s', or fails: %s"
              .formatted(about.getOrDefault("dftd4", ""), functional, probe.reason()));
    }
    return about;
  }

  @Override
  public List<LabelResult> of(List<Frame> frames, TypeElements elements, TaskRoom room) {
    return calculator(elements).label(frames, room);
  }
}
