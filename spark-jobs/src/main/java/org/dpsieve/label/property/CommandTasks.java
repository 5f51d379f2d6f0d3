package org.dpsieve.label.property;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.io.extxyz.ExtxyzWriter;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;

/**
 * No program but the command itself: it finds the frame as {@value #INPUT} in its folder. It runs
 * where the task is read.
 */
public final class CommandTasks implements TaskLabeller {
  private static final long serialVersionUID = 1;
  static final String INPUT = "frame.extxyz";

  private final PropertyCommand command;
  private final Property property;
  private final TypeElements elements;

  /**
   * @param elements of types that are none
   */
  public CommandTasks(PropertyCommand command, Property property, TypeElements elements) {
    this.command = command;
    this.property = property;
    this.elements = elements;
  }

  @Override
  public String style() {
    return "none";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return Optional.empty();
  }

  @Override
  public Map<String, byte[]> taskFiles(Frame frame) {
    Frame bare = elements.apply(frame).withLabels(Labels.NONE).withProperties(Map.of());
    return Map.of(INPUT, ExtxyzWriter.text(bare, null).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public OutputReader reader() {
    return new Kept();
  }

  @Override
  public boolean runsWhenRead() {
    return true;
  }

  @Override
  public LabelResult read(TaskOutputs outputs, Frame frame) {
    return PropertyTasks.read(command, property, outputs, LabelResult.finished(Labels.NONE));
  }

  /** That the command was run shows by what it printed. */
  private record Kept() implements OutputReader {
    @Override
    public List<String> names() {
      return List.of(PropertyCommand.KEPT);
    }

    @Override
    public Calculation read(String name, TaskOutputs folder) {
      return Calculation.failed(TaskOutcome.MISSING_OUTPUT, "no calculation");
    }
  }
}
