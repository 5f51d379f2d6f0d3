package org.dpsieve.outputlayer.property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.PropertyEnsemble;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Equivariant;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of a design times parameters are what the output layer of these parameters says. */
class PropertyDesignTest {
  static PropertyDesign design(DeepPotential model, Property property, Form form) {
    int[] groups = PropertyBodies.groups(model);
    int nets = java.util.Arrays.stream(groups).max().orElseThrow() + 1;
    int hidden = model.fitting().networks()[0].outputLayer().inputs();
    int kept = hidden - 2;
    double[][] centre = new double[nets][];
    double[][] projection = new double[nets][];
    Random random = new Random(4);
    for (int g = 0; g < nets; g++) {
      centre[g] = random.doubles(hidden, -1, 1).toArray();
      projection[g] = random.doubles((long) hidden * kept, -1, 1).toArray();
    }
    int width = form.isEquivariant() ? Equivariant.width(model.descriptor()) : 1;
    return new PropertyDesign(property, form, groups, centre, projection, width);
  }

  @ParameterizedTest
  @CsvSource({
    "gap:intensive, INVARIANT, 3",
    "volume, INVARIANT, 1",
    "dipole, DIPOLE, 1",
    "polarizability, POLAR_DIAGONAL, 1"
  })
  void rowsSayWhatTheLayerSays(String asked, Form form, int components) {
    DeepPotential model = RandomModels.agAu(3);
    PropertyDesign design = design(model, Property.of(asked), form);
    double[] w = new Random(9).doubles((long) design.size() * components, -1, 1).toArray();
    Frame frame = RandomModels.agAuFrame(2, 6);
    AtomFeatures features;
    try (Ensemble ensemble = Ensemble.of(List.of(PropertyBodies.hidden(model)))) {
      features = ensemble.features(List.of(frame)).get(0)[0];
    }
    double[] rows =
        Products.times(design.ofFrame(features), design.rows(), design.size(), w, components);
    double[] value = PropertyEnsemble.prediction(design.head(w, components), features).value();
    assertThat(rows).hasSameSizeAs(value);
    for (int k = 0; k < value.length; k++) {
      assertThat(rows[k]).isCloseTo(value[k], within(1e-11));
    }
  }
}
