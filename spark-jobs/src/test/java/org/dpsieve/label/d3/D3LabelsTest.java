package org.dpsieve.label.d3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.d3.DispersionD3;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.label.BatchLabels;
import org.dpsieve.testing.LocalSpark;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class D3LabelsTest {
  private static final D3Options OPTIONS = new D3Options("pbe", Damping.BJ, 20, 15);
  private static final Labels LABELS = new Labels(-3.0, new double[] {0, 0, 1, 0, 0, -1}, null);

  private static Frame frame(int z, double distance, Labels labels) {
    return new Frame(
        "pool", z, new int[] {z, 8}, new double[] {0, 0, 0, 0, 0, distance}, null, labels);
  }

  @Test
  @Tag("slow")
  void oneOutcomePerFrameWithItsReasonAndNoneStopsTheOthers() {
    List<Frame> frames =
        List.of(
            frame(29, 1.9, LABELS),
            frame(30, 2.0, Labels.NONE),
            frame(96, 2.1, LABELS),
            frame(47, Double.NaN, LABELS),
            frame(31, 2.0, new Labels(Double.NaN, LABELS.force(), null)),
            frame(79, 2.2, LABELS));
    Dataset<Row> rows =
        LocalSpark.session()
            .createDataFrame(frames.stream().map(FrameRows::toRow).toList(), FrameRows.SCHEMA);
    D3Labels labeller = new D3Labels(OPTIONS, TypeElements.LEADING);
    List<Row> labels = BatchLabels.apply(rows, labeller).collectAsList();

    assertThat(labels.stream().map(row -> row.<String>getAs("frame_id")))
        .containsExactlyElementsOf(frames.stream().map(FrameId::of).toList());
    assertThat(labels.stream().map(row -> row.<String>getAs("outcome")))
        .containsExactly("finished", "missing output", "crashed", "crashed", "crashed", "finished");
    assertThat(labels.get(1).<String>getAs("reason")).contains("pool#30", "no stored energy");
    assertThat(labels.get(2).<String>getAs("reason")).contains("pool#96", "element Cm (96)");
    assertThat(labels.get(3).<String>getAs("reason")).contains("pool#47", "coord number 5 is NaN");
    assertThat(labels.get(4).<String>getAs("reason")).contains("pool#31", "energy holds NaN");
    assertThat(labels.get(5).<Double>getAs("energy"))
        .isEqualTo(-3.0 + new DispersionD3(OPTIONS).evaluate(frames.get(5)).energy());
    assertThat(frames.stream().map(one -> labeller.check(one).isPresent()))
        .containsExactly(false, true, true, true, true, false);
  }

  @Test
  void theLabelOfAFrameDoesNotDependOnThePartitions() {
    List<Frame> frames =
        Stream.iterate(1.7, r -> r + 0.03).limit(20).map(r -> frame(47, r, LABELS)).toList();
    Dataset<Row> rows =
        LocalSpark.session()
            .createDataFrame(frames.stream().map(FrameRows::toRow).toList(), FrameRows.SCHEMA);
    D3Labels labeller = new D3Labels(OPTIONS, TypeElements.LEADING);
    assertThat(sorted(BatchLabels.apply(rows.repartition(7), labeller)))
        .isEqualTo(sorted(BatchLabels.apply(rows.coalesce(1), labeller)));
  }

  private static List<Row> sorted(Dataset<Row> rows) {
    return rows.collectAsList().stream()
        .sorted(Comparator.comparing(row -> row.<String>getAs("frame_id")))
        .toList();
  }
}
