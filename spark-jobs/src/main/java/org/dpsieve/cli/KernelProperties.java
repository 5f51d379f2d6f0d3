package org.dpsieve.cli;

import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.PropertyEnsemble;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.model.format.ModelFiles;

/** By our kernels. */
final class KernelProperties implements PropertyEngine {
  private final PropertyEnsemble ensemble;

  /**
   * @throws org.dpsieve.error.InputException when a model cannot be read, or they do not belong
   *     together
   */
  KernelProperties(ModelOptions models) {
    List<String> names = models.typeMap();
    ensemble =
        PropertyEnsemble.of(
            models.files().stream().map(file -> ModelFiles.readProperty(file, names)).toList());
  }

  @Override
  public Property property() {
    return ensemble.head().property();
  }

  @Override
  public List<String> typeMap() {
    return ensemble.typeMap();
  }

  @Override
  public List<PropertyPrediction[]> evaluate(List<Frame> frames) {
    return ensemble.evaluate(frames);
  }

  @Override
  public Optional<String> problem(Frame frame) {
    return ensemble.problem(frame);
  }

  @Override
  public void close() {
    ensemble.close();
  }
}
