package org.dpsieve.config;

import java.nio.file.Path;
import java.util.List;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.Labeller;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.property.CommandTasks;
import org.dpsieve.label.property.PropertyCommand;
import org.dpsieve.label.property.PropertySource;
import org.dpsieve.label.property.PropertyTasks;
import org.dpsieve.label.property.StoredProperty;
import org.dpsieve.label.styles.FpStyles;
import org.dpsieve.outputlayer.property.PropertyTransfer;

/**
 * A run for another property than energy and forces.
 *
 * @param label {@code property}: what labels are of; of atoms where it is atomic
 * @param basis {@code property_basis}; {@code null} where errors on frames left out choose
 * @param source {@code property_from}; {@code null} where the pool is labelled
 * @param files of the source's words, those that are files: they decide labels
 */
public record PropertyConfig(
    Property label, String basis, PropertySource source, List<Path> files) {
  public PropertyConfig {
    files = List.copyOf(files);
  }

  /** What models are of. */
  public Property ofFrames() {
    return PropertyTransfer.ofFrames(label);
  }

  /**
   * What gives a picked frame its label.
   *
   * @throws org.dpsieve.error.InputException when a file of the labeller does not fit
   */
  Labeller labeller(LabelConfig label, TypeElements elements) {
    if (source == null) {
      return new StoredProperty(this.label);
    }
    return label.style() == FpStyles.NONE
        ? new CommandTasks((PropertyCommand) source, this.label, elements)
        : new PropertyTasks((TaskLabeller) label.ofAnything(), source, this.label);
  }
}
