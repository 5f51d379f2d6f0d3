package org.dpsieve.label;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/** Reads what one program leaves. */
public interface OutputReader extends Serializable {
  /**
   * Names of the files that hold labels, as task folders have them; a later one is read where those
   * before have no label.
   */
  List<String> names();

  /**
   * Reads one file. What is in it never throws, whatever it is: that is an outcome.
   *
   * @param name of a file that is there and not empty
   * @param folder where it is, with what else the program used or left
   */
  Calculation read(String name, TaskOutputs folder) throws IOException;
}
