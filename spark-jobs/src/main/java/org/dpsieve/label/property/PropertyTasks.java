package org.dpsieve.label.property;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;

/** A program's tasks, of whose outputs a property is read once they are found to be in order. */
public final class PropertyTasks implements TaskLabeller {
  private static final long serialVersionUID = 1;

  private final TaskLabeller program;
  private final PropertySource source;
  private final Property property;

  /**
   * @param program what calculates
   * @param source what is read of it
   * @param property of frames
   */
  public PropertyTasks(TaskLabeller program, PropertySource source, Property property) {
    this.program = program;
    this.source = source;
    this.property = property;
  }

  @Override
  public String style() {
    return program.style();
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return program.check(frame);
  }

  @Override
  public Map<String, byte[]> taskFiles(Frame frame) {
    return program.taskFiles(frame);
  }

  @Override
  public Map<String, byte[]> groupFiles(Frame frame) {
    return program.groupFiles(frame);
  }

  @Override
  public int[] atomOrder(Frame frame) {
    return program.atomOrder(frame);
  }

  @Override
  public OutputReader reader() {
    return program.reader();
  }

  @Override
  public LabelResult read(TaskOutputs outputs, Frame frame) {
    LabelResult calculated = program.read(outputs, frame);
    return calculated.outcome() == TaskOutcome.FINISHED
        ? read(source, property, outputs, calculated)
        : calculated;
  }

  /** With the value, or how there came to be none. */
  static LabelResult read(
      PropertySource source, Property property, TaskOutputs outputs, LabelResult calculated) {
    try {
      return calculated.with(source.read(outputs, property));
    } catch (NoProperty e) {
      return LabelResult.failed(e.outcome(), e.getMessage());
    } catch (IOException e) {
      return LabelResult.failed(TaskOutcome.UNPARSABLE, "cannot be read: " + e.getMessage());
    }
  }
}
