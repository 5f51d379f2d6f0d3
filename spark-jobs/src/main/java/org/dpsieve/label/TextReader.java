package org.dpsieve.label;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads an output that is lines of text; what is not understood in it is an outcome. */
public abstract class TextReader implements OutputReader {
  private static final long serialVersionUID = 1;

  private final String name;

  /**
   * @param name of the output in a task's folder
   */
  protected TextReader(String name) {
    this.name = name;
  }

  /**
   * Reads an output.
   *
   * @param file its name, which may be another than in a task's folder
   * @throws UnexpectedText for what is not understood
   */
  protected abstract Calculation read(OutputText text, String file, TaskOutputs folder)
      throws IOException;

  @Override
  public final List<String> names() {
    return List.of(name);
  }

  @Override
  public final Calculation read(String file, TaskOutputs folder) throws IOException {
    try (OutputText text = OutputText.of(folder, file)) {
      return read(text, file, folder);
    } catch (UnexpectedText e) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, e.getMessage());
    }
  }

  /** Looks into a file beside the output; false where there is none. */
  protected static boolean beside(TaskOutputs folder, String file, Consumer<OutputText> look)
      throws IOException {
    Optional<InputStream> there = folder.open(file);
    if (there.isEmpty()) {
      return false;
    }
    try (OutputText text = OutputText.of(there.get())) {
      look.accept(text);
    }
    return true;
  }
}
