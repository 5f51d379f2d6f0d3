package org.dpsieve.label.property;

import java.io.IOException;
import java.io.Serializable;
import org.dpsieve.frame.Property;
import org.dpsieve.label.TaskOutputs;

/** Where the value of a property is found once a frame's task is done: {@code property_from}. */
public interface PropertySource extends Serializable {
  /**
   * The value of a frame. What is in the files never throws but as {@link NoProperty}.
   *
   * @param outputs of a calculation that has finished
   * @param property which is looked for
   * @return [dimension], finite
   * @throws NoProperty when there is none
   */
  double[] read(TaskOutputs outputs, Property property) throws IOException;

  /** As the parameter file has it. */
  String text();
}
