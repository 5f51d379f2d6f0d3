package org.dpsieve.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.resident.DpProperties;
import org.dpsieve.resident.LoadedModels;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels;
import org.dpsieve.resident.ResidentModels.Known;

/** By DeePMD-kit itself, in one process with every core of this machine. */
final class ProgramProperties implements PropertyEngine {
  private final ResidentModels dp;
  private final int models;
  private final List<String> typeMap;
  private final Property property;
  private final Map<String, String> problems = new ConcurrentHashMap<>();

  /**
   * @throws org.dpsieve.error.InputException when the program is not there, or cannot read them
   */
  ProgramProperties(ModelOptions options) {
    List<String> names = ModelFiles.unnamed(options.files(), options.typeMap());
    models = options.files().size();
    dp = EngineOption.programOfProperty(options.files(), names);
    try {
      LoadedModels loaded = dp.loaded(() -> false);
      typeMap = loaded.typeMap().isEmpty() ? names : loaded.typeMap();
      property = Property.of(loaded.property());
    } catch (RuntimeException e) {
      dp.close();
      throw e;
    }
  }

  @Override
  public Property property() {
    return property;
  }

  @Override
  public List<String> typeMap() {
    return typeMap;
  }

  @Override
  public synchronized List<PropertyPrediction[]> evaluate(List<Frame> frames) {
    List<Known> found = dp.ask(frames, Question.VALUES, () -> false);
    for (int i = 0; i < frames.size(); i++) {
      if (found.get(i).problem() != null) {
        problems.put(frames.get(i).name(), found.get(i).problem());
      }
    }
    return DpProperties.of(found, models);
  }

  @Override
  public Optional<String> problem(Frame frame) {
    return Optional.of(problems.getOrDefault(frame.name(), "DeePMD-kit gives NaN"));
  }

  @Override
  public synchronized void close() {
    dp.close();
  }
}
