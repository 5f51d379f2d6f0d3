package org.dpsieve.resident;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.resident.ResidentModels.Known;

/** What models of a property say of frames, by DeePMD-kit: values of frames, not of atoms. */
public final class DpProperties {
  private DpProperties() {}

  /**
   * @param found answers to {@link Question#VALUES}
   * @return [frame][model]; NaN where there is no answer, of as many components as the others have
   */
  public static List<PropertyPrediction[]> of(List<Known> found, int models) {
    int components =
        found.stream()
            .filter(known -> known.parts() != null)
            .mapToInt(known -> known.parts()[0].length / models)
            .findFirst()
            .orElse(1);
    return found.stream().map(known -> of(known, models, components)).toList();
  }

  private static PropertyPrediction[] of(Known known, int models, int components) {
    PropertyPrediction[] all = new PropertyPrediction[models];
    for (int m = 0; m < models; m++) {
      double[] value = new double[components];
      Arrays.fill(value, Double.NaN);
      if (known.parts() != null) {
        System.arraycopy(known.parts()[0], m * components, value, 0, components);
      }
      all[m] = new PropertyPrediction(value, new double[0]);
    }
    return all;
  }
}
