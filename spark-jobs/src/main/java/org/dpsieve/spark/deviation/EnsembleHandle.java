package org.dpsieve.spark.deviation;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Foreign;
import org.dpsieve.pick.Borderline;
import org.dpsieve.uncertainty.ExpectedError;
import org.dpsieve.uncertainty.FrameSigma;
import org.dpsieve.uncertainty.PredictedLabels;
import org.dpsieve.uncertainty.UncertainEnsemble;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * An ensemble for Spark's tasks: its models go to every executor once, and there the ensemble with
 * its tables is built once per JVM, by the first task that asks for it.
 */
public final class EnsembleHandle implements DeviationEngine {
  private static final long serialVersionUID = 1;

  /**
   * Ensembles kept in this JVM: a run has one per iteration and should not keep them all; a query
   * may compare a few.
   */
  private static final int KEPT = 4;

  private static final Map<Long, Ensemble> BUILT = new LinkedHashMap<>(8, 0.75f, true);

  private final Broadcast<DeepPotential[]> models;
  private final EnsembleOptions options;
  private final Borderline borderline;
  private final Broadcast<Uncertainty> uncertainty; // null without one
  private final ExpectedError.Scale scale; // of its standard deviations; likewise
  private final Broadcast<LabelPredictor> labels; // null where labels are not predicted
  private final Broadcast<double[][]> members; // of an ensemble out of one model; else null
  private final boolean atoms; // whether standard deviations are given atom by atom, too
  private final CollectionAccumulator<String[]> problems; // of models that DeePMD-kit evaluates

  private EnsembleHandle(
      Broadcast<DeepPotential[]> models,
      EnsembleOptions options,
      Borderline borderline,
      Broadcast<Uncertainty> uncertainty,
      ExpectedError.Scale scale,
      Broadcast<LabelPredictor> labels,
      Broadcast<double[][]> members,
      boolean atoms,
      CollectionAccumulator<String[]> problems) {
    this.models = models;
    this.options = options;
    this.borderline = borderline;
    this.uncertainty = uncertainty;
    this.scale = scale;
    this.labels = labels;
    this.members = members;
    this.atoms = atoms;
    this.problems = problems;
  }

  /**
   * Builds the ensemble in this JVM too, so that what is wrong with the models is found before any
   * task starts.
   *
   * @param borderline frames whose deviations are those of double precision whatever the options
   * @throws org.dpsieve.error.InputException when the models do not belong together
   */
  public static EnsembleHandle of(
      SparkSession spark,
      List<DeepPotential> models,
      EnsembleOptions options,
      Borderline borderline) {
    Ensemble checked = isForeign(models) ? null : Ensemble.of(models, options);
    Broadcast<DeepPotential[]> broadcast =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .broadcast(models.toArray(new DeepPotential[0]));
    if (checked != null) {
      keep(broadcast.id(), checked);
    }
    return new EnsembleHandle(
        broadcast,
        options,
        borderline,
        null,
        null,
        null,
        null,
        false,
        spark.sparkContext().collectionAccumulator("frames without numbers"));
  }

  /**
   * The same, with what the models need to say how far off they may be. Costs up to 30 % more time.
   *
   * @param known of these models, which must be evaluated in double precision
   */
  public EnsembleHandle with(SparkSession spark, Uncertainty known) {
    return with(spark, known, null, null, null);
  }

  /**
   * The same, which by old labels says of each frame how far off models are expected to be: two
   * thirds more time.
   *
   * @param scale of the models' own standard deviations
   * @param predictor {@code null} where no model uses old labels
   * @param changes that make an ensemble out of one model, [members][size]; {@code null} where the
   *     models are the ensemble
   */
  public EnsembleHandle with(
      SparkSession spark,
      Uncertainty known,
      ExpectedError.Scale scale,
      LabelPredictor predictor,
      double[][] changes) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return new EnsembleHandle(
        models,
        options,
        borderline,
        context.broadcast(known),
        scale,
        predictor == null ? null : context.broadcast(predictor),
        changes == null ? null : context.broadcast(changes),
        false,
        problems);
  }

  /** The same, whose rows end with {@link DeviationStage#SIGMA_ATOMS}. */
  public EnsembleHandle atomByAtom() {
    return new EnsembleHandle(
        models, options, borderline, uncertainty, scale, labels, members, true, problems);
  }

  boolean isAtomByAtom() {
    return atoms;
  }

  @Override
  public boolean expectsErrors() {
    return labels != null;
  }

  ExpectedError expected(FrameSigma sigma, PredictedLabels label) {
    return ExpectedError.of(sigma, scale, label, labels.value().scale());
  }

  @Override
  public boolean isUncertain() {
    return uncertainty != null;
  }

  /** The ensemble in this JVM with its uncertainty; many tasks may use it at once. */
  public UncertainEnsemble uncertain() {
    return uncertain(reader());
  }

  /**
   * The same.
   *
   * @param reader as {@link #reader} gives it
   */
  UncertainEnsemble uncertain(OutputLayerReader reader) {
    return new UncertainEnsemble(
        List.of(models.value()),
        reader,
        uncertainty.value(),
        members == null ? null : members.value(),
        labels == null ? null : labels.value().predicting());
  }

  /** Frames that are evaluated in double precision whatever the ensemble's. */
  Borderline borderline() {
    return borderline;
  }

  /** With the default options. */
  public static EnsembleHandle of(SparkSession spark, List<DeepPotential> models) {
    return of(spark, models, EnsembleOptions.DEFAULT, Borderline.NONE);
  }

  /** The ensemble in this JVM; many tasks may use it at once. */
  public Ensemble ensemble() {
    synchronized (BUILT) {
      Ensemble built = BUILT.get(models.id());
      if (built == null) {
        built = Ensemble.of(List.of(models.value()), options);
        keep(models.id(), built);
      }
      return built;
    }
  }

  private static boolean isForeign(List<DeepPotential> models) {
    return models.stream().anyMatch(model -> model.descriptor() instanceof Foreign);
  }

  /** Hears why a frame has no numbers, where only DeePMD-kit knows. */
  void notEvaluated(String id, String problem) {
    problems.add(new String[] {id, problem});
  }

  @Override
  public Map<String, String> problems() {
    return NotEvaluated.byFrame(problems.value());
  }

  /** Also of models that DeePMD-kit evaluates. */
  public OutputLayerReader reader() {
    return isForeign(List.of(models.value()))
        ? OutputLayerReader.of(List.of(models.value()), options)
        : ensemble();
  }

  @Override
  public Iterator<Row> evaluate(Iterator<Row> frames, boolean trueError) {
    return new DeviationIterator(frames, this, trueError);
  }

  private static void keep(long id, Ensemble ensemble) {
    synchronized (BUILT) {
      BUILT.put(id, ensemble);
      if (BUILT.size() > KEPT) {
        BUILT.remove(BUILT.keySet().iterator().next());
      }
    }
  }

  @Override
  public void close() {
    synchronized (BUILT) {
      BUILT.remove(models.id());
    }
    models.destroy();
    if (uncertainty != null) {
      uncertainty.destroy();
    }
    if (labels != null) {
      labels.destroy();
    }
    if (members != null) {
      members.destroy();
    }
  }
}
