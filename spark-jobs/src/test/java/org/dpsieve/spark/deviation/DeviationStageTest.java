package org.dpsieve.spark.deviation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.RandomModels;
import org.dpsieve.uncertainty.UncertainEnsemble;
import org.dpsieve.uncertainty.Uncertainty;
import org.junit.jupiter.api.Test;

class DeviationStageTest {
  private final SparkSession spark = LocalSpark.session();
  private final List<DeepPotential> models =
      List.of(RandomModels.agAu(1), RandomModels.agAu(2), RandomModels.agAu(3));
  private final List<Frame> frames = frames();

  private static List<Frame> frames() {
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      frames.add(RandomModels.agAuFrame(i, 3 + i));
    }
    double[] broken = new double[6];
    broken[4] = Double.NaN;
    frames.add(new Frame("test", 20, new int[] {47, 79}, broken, null, Labels.NONE));
    return frames;
  }

  private Dataset<Row> rows(int partitions) {
    return spark
        .createDataFrame(frames.stream().map(FrameRows::toRow).toList(), FrameRows.SCHEMA)
        .repartition(partitions);
  }

  private Map<String, Row> deviations(int partitions, EnsembleHandle handle) {
    Map<String, Row> found = new TreeMap<>();
    for (Row row : DeviationStage.applyWithTrueError(rows(partitions), handle).collectAsList()) {
      found.put(row.getString(0), row);
    }
    return found;
  }

  @Test
  void everyFrameHasTheEnsemblesDeviationWhateverThePartitions() {
    try (EnsembleHandle handle = EnsembleHandle.of(spark, models);
        Ensemble ensemble = Ensemble.of(models)) {
      Map<String, Row> one = deviations(1, handle);
      Map<String, Row> many = deviations(5, handle);
      assertThat(one).hasSize(21).isEqualTo(many);
      for (Frame frame : frames.subList(0, 20)) {
        FrameDeviation expected = Deviation.of(ensemble.evaluate(List.of(frame)).get(0));
        Row row = one.get((String) FrameRows.toRow(frame).get(0));
        assertThat(row.getDouble(4)).isEqualTo(expected.maxDeviF()).isPositive();
        assertThat(row.getDouble(1)).isEqualTo(expected.maxDeviV());
        assertThat(row.getDouble(7)).isEqualTo(expected.deviE());
        assertThat(row.getDouble(8)).isGreaterThan(expected.maxDeviF()); // labels: zeros
      }
    }
  }

  @Test
  void aFrameWithoutSenseIsNaNAndCostsTheOthersNothing() {
    try (EnsembleHandle handle = EnsembleHandle.of(spark, models)) {
      long broken =
          DeviationStage.apply(rows(2), handle).collectAsList().stream()
              .filter(row -> Double.isNaN(row.getDouble(4)))
              .count();
      assertThat(broken).isEqualTo(1);
    }
  }

  @Test
  void identicalModelsDoNotDeviate() {
    List<DeepPotential> same = List.of(models.get(0), models.get(0));
    try (EnsembleHandle handle = EnsembleHandle.of(spark, same)) {
      DeviationStage.apply(rows(3), handle).collectAsList().stream()
          .filter(row -> !Double.isNaN(row.getDouble(4)))
          .forEach(row -> assertThat(row.getDouble(4)).isCloseTo(0, within(1e-300)));
    }
  }

  /** Members that are made of one model are as far apart as the frame's error is expected. */
  @Test
  void ofOneModelTheDeviationIsTheStandardDeviationOfEachFrame() {
    boolean[] both = {true, true};
    DeepPotential model = models.get(0);
    int size = OutputParameters.of(model, both).size();
    double[] root = new double[size * size];
    double[][] changes = new double[4][size];
    Random random = new Random(4);
    for (int k = 0; k < size; k++) {
      root[k * size + k] = 0.02;
      for (double[] change : changes) {
        change[k] = 0.1 * random.nextGaussian();
      }
    }
    Uncertainty known = new Uncertainty(both, List.of(new OutputPosterior(root, size)), 1.1, 1.3);
    try (EnsembleHandle one =
            EnsembleHandle.of(spark, List.of(model)).with(spark, known, null, null, changes);
        Ensemble ensemble = Ensemble.of(List.of(model))) {
      UncertainEnsemble asked =
          new UncertainEnsemble(List.of(model), ensemble, known, changes, null);
      Map<String, Row> found = deviations(3, one);
      for (Frame frame : frames.subList(0, 20)) {
        UncertainEnsemble.Answer answer = asked.answer(List.of(frame)).get(0);
        FrameDeviation members = Deviation.of(answer.members());
        double sigma = answer.sigma().force();
        Row row = found.get((String) FrameRows.toRow(frame).get(0));
        assertThat(row.getDouble(4)).isEqualTo(sigma).isNotEqualTo(members.maxDeviF());
        assertThat(row.getDouble(6) / sigma)
            .isCloseTo(members.avgDeviF() / members.maxDeviF(), within(1e-12));
        assertThat(row.getDouble(1)).as("virials stay").isEqualTo(members.maxDeviV());
        assertThat(row.getDouble(7)).as("energies, too").isEqualTo(members.deviE());
      }
      assertThat(found.values()).filteredOn(row -> Double.isNaN(row.getDouble(4))).hasSize(1);
    }
  }
}
