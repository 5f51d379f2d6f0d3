package org.dpsieve.spark.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Test;

class ModelShiftsTest {
  private static final DeepPotential MODEL = RandomModels.agAu(1);
  private static final double[] SHIFTS = {-0.5, 0.8}; // Ag, Au; eV

  /** Labels of the model, moved by energies of atoms and by something that these do not explain. */
  private static Dataset<Row> frames(double rest) {
    ReferenceModel teacher = new ReferenceModel(MODEL);
    List<Row> rows = new ArrayList<>();
    for (int k = 0; k < 12; k++) {
      Frame frame = RandomModels.agAuFrame(k, 4 + k % 3);
      double energy = teacher.evaluate(frame).energy();
      for (int z : frame.z()) {
        energy += SHIFTS[MODEL.typeMap().indexOf(frame.names().name(z))];
      }
      double odd = rest * (k % 2 == 0 ? 1 : -1) * frame.atomCount();
      rows.add(FrameRows.toRow(frame.withLabels(new Labels(energy + odd, null, null))));
    }
    return LocalSpark.session().createDataFrame(rows, FrameRows.SCHEMA);
  }

  @Test
  void energiesOfAtomsAreFoundAndGivenToTheModel() {
    ModelShifts found = only(frames(0));
    assertThat(found.matter()).isTrue();
    IntStream.range(0, 2)
        .forEach(
            type ->
                assertThat(found.shifts().perAtom().get(MODEL.typeMap().get(type)))
                    .isCloseTo(SHIFTS[type], within(1e-10)));
    ModelShifts after =
        ModelShifts.of(LocalSpark.session(), frames(0), List.of(found.added(MODEL)))
            .get(0)
            .orElseThrow();
    assertThat(after.before()).isLessThan(1e-10);
  }

  @Test
  void whatIsNoEnergyOfAtomsMovesNothing() {
    assertThat(only(frames(5)).matter()).isFalse();
    assertThat(ModelShifts.of(LocalSpark.session(), frames(0).limit(2), List.of(MODEL)).get(0))
        .as("two frames, two elements")
        .isEmpty();
  }

  private static ModelShifts only(Dataset<Row> frames) {
    return ModelShifts.of(LocalSpark.session(), frames, List.of(MODEL)).get(0).orElseThrow();
  }
}
