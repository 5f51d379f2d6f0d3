package org.dpsieve.cli;

import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.PropertyPrediction;

/** Who evaluates models of a property. Asked by many threads. */
interface PropertyEngine extends AutoCloseable {
  /** What the models are of. */
  Property property();

  List<String> typeMap();

  /**
   * @return [frame][model], values of atoms where the engine has them
   */
  List<PropertyPrediction[]> evaluate(List<Frame> frames);

  /** Why a frame's values are NaN. */
  Optional<String> problem(Frame frame);

  @Override
  void close();
}
