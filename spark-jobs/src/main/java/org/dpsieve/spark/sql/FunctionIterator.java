package org.dpsieve.spark.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.spark.QueryProblem;
import org.dpsieve.spark.TaskRooms;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.uncertainty.FrameSigma;
import org.dpsieve.uncertainty.UncertainEnsemble;

/**
 * Rows with the functions' values added, some thousand atoms at a time, so that every matrix
 * product is large. Functions of the same models and frames share the work.
 */
final class FunctionIterator implements Iterator<InternalRow> {
  /** As the deviation stage. */
  private static final int ATOMS_AT_ONCE = 16_384;

  private static final String NAN = "the models give NaN";

  private final Iterator<InternalRow> rows;
  private final List<FunctionCall> calls;
  private final UnsafeProjection projection;
  private final WithoutNumbers withoutNumbers;
  private final FrameRate rate;
  private final JoinedRow joined = new JoinedRow();

  /** Frames are made once for each distinct (z, coord, cell). */
  private final List<List<Expression>> sources;

  /** Of {@code dp_sigma}, made once a task. */
  private final Map<EnsembleHandle, UncertainEnsemble> uncertain = new IdentityHashMap<>();

  private Iterator<InternalRow> ready = List.<InternalRow>of().iterator();

  FunctionIterator(
      Iterator<InternalRow> rows,
      List<FunctionCall> calls,
      DataType[] output,
      WithoutNumbers withoutNumbers,
      FrameRate rate) {
    this.rows = rows;
    this.calls = calls;
    this.withoutNumbers = withoutNumbers;
    this.rate = rate;
    this.projection = UnsafeProjection.create(output);
    this.sources = calls.stream().map(FunctionCall::frame).distinct().toList();
  }

  @Override
  public boolean hasNext() {
    return ready.hasNext() || rows.hasNext();
  }

  @Override
  public InternalRow next() {
    if (!ready.hasNext()) {
      if (!rows.hasNext()) {
        throw new NoSuchElementException();
      }
      ready = evaluateSome();
    }
    return projection.apply(ready.next());
  }

  private Iterator<InternalRow> evaluateSome() {
    List<InternalRow> inputs = new ArrayList<>();
    List<List<Frame>> frames = new ArrayList<>();
    sources.forEach(source -> frames.add(new ArrayList<>()));
    for (int atoms = 0; atoms < ATOMS_AT_ONCE && rows.hasNext(); ) {
      InternalRow input = rows.next().copy();
      inputs.add(input);
      atoms++; // rows without a frame end a batch too
      for (int s = 0; s < sources.size(); s++) {
        Frame frame;
        try {
          frame = frame(sources.get(s), input);
        } catch (InputException e) {
          throw QueryProblem.FRAME.during(names(), e);
        }
        frames.get(s).add(frame);
        atoms += frame == null ? 0 : frame.atomCount();
      }
    }
    Object[][] values;
    long start = System.nanoTime();
    try {
      values = values(frames, inputs.size());
    } catch (InputException e) {
      throw QueryProblem.FRAME.during(names(), e);
    }
    List<Frame> evaluated =
        frames.stream().flatMap(List::stream).filter(frame -> frame != null).toList();
    rate.add(
        evaluated.size(),
        evaluated.stream().mapToLong(Frame::atomCount).sum(),
        System.nanoTime() - start);
    List<InternalRow> outputs = new ArrayList<>(inputs.size());
    for (int i = 0; i < inputs.size(); i++) {
      outputs.add(new GenericInternalRow(values[i]));
    }
    Iterator<InternalRow> left = inputs.iterator();
    return outputs.stream().map(right -> (InternalRow) joined.apply(left.next(), right)).iterator();
  }

  /** Of all functions here: a row goes through all of them. */
  private String names() {
    return calls.stream()
        .map(call -> call.kind().sqlName())
        .distinct()
        .collect(Collectors.joining(","));
  }

  /** {@code null} when there are no elements or coordinates, or no charge where one is given. */
  private static Frame frame(List<Expression> source, InternalRow input) {
    ArrayData z = (ArrayData) source.get(0).eval(input);
    ArrayData coord = (ArrayData) source.get(1).eval(input);
    ArrayData cell = (ArrayData) source.get(2).eval(input);
    if (z == null || coord == null) {
      return null;
    }
    requireNoNull(z, "z");
    requireNoNull(coord, "coord");
    if (cell != null) {
      requireNoNull(cell, "cell");
    }
    Double charge = source.size() > 3 ? (Double) source.get(3).eval(input) : null;
    if (source.size() > 3 && charge == null) {
      return null;
    }
    boolean names = ((ArrayType) source.get(0).dataType()).elementType() instanceof StringType;
    return new Frame(
        "row",
        0,
        names ? numbers(z) : z.toIntArray(),
        coord.toDoubleArray(),
        cell == null ? null : cell.toDoubleArray(),
        Labels.NONE,
        charge == null ? null : new double[] {charge},
        null);
  }

  private static int[] numbers(ArrayData names) {
    int[] z = new int[names.numElements()];
    for (int atom = 0; atom < z.length; atom++) {
      z[atom] = TypeNames.number(names.getUTF8String(atom).toString());
    }
    return z;
  }

  private static void requireNoNull(ArrayData values, String name) {
    for (int i = 0; i < values.numElements(); i++) {
      if (values.isNullAt(i)) {
        throw new InputException("%s holds null at place %d, expected numbers".formatted(name, i));
      }
    }
  }

  private Object[][] values(List<List<Frame>> frames, int count) {
    Object[][] values = new Object[count][calls.size()];
    boolean[] counted = new boolean[count]; // once, however many functions a row has
    Map<List<Object>, List<Prediction[]>> evaluated = new HashMap<>();
    for (int c = 0; c < calls.size(); c++) {
      FunctionCall call = calls.get(c);
      List<Frame> all = frames.get(sources.indexOf(call.frame()));
      List<Frame> present = all.stream().filter(frame -> frame != null).toList();
      Iterator<Answer> said = answers(call, present, evaluated).iterator();
      for (int i = 0; i < count; i++) {
        Frame frame = all.get(i);
        if (frame == null) {
          continue;
        }
        Answer answer = said.next();
        values[i][c] = answer.value;
        if (!counted[i] && answer.problem != null) {
          counted[i] = true;
          withoutNumbers.add(frame, answer.problem);
        }
      }
    }
    return values;
  }

  /**
   * A function's value of one frame.
   *
   * @param problem why it is NaN; {@code null} where it is not
   */
  private record Answer(Object value, Supplier<String> problem) {}

  private static <T> List<Answer> answers(
      List<Frame> frames, List<T> said, BiFunction<Frame, T, Answer> answer) {
    return IntStream.range(0, frames.size())
        .mapToObj(i -> answer.apply(frames.get(i), said.get(i)))
        .toList();
  }

  private List<Answer> answers(
      FunctionCall call, List<Frame> frames, Map<List<Object>, List<Prediction[]>> evaluated) {
    if (call.properties() != null) {
      SqlModels<PropertyPrediction> models = call.properties();
      return answers(
          frames,
          models.evaluate(frames),
          (frame, said) -> {
            double[] mean = mean(Arrays.stream(said).map(PropertyPrediction::value).toList());
            boolean isNaN = Arrays.stream(mean).anyMatch(Double::isNaN);
            return new Answer(
                UnsafeArrayData.fromPrimitiveArray(mean),
                isNaN ? () -> models.problem(frame).orElse(NAN) : null);
          });
    }
    if (call.uncertain() != null) {
      EnsembleHandle handle = call.uncertain();
      return answers(
          frames,
          uncertain.computeIfAbsent(handle, EnsembleHandle::uncertain).evaluate(frames),
          (frame, sigma) ->
              new Answer(
                  struct(sigma),
                  isNaN(sigma.models())
                      ? () -> handle.ensemble().problem(frame).orElse(NAN)
                      : null));
    }
    if (call.dispersion() != null) {
      // a frame that has none is NaN, as models say of such frames: one does not end a query
      return answers(
          frames,
          TaskRooms.stoppable(
              () -> call.dispersion().of(frames, TypeElements.LEADING, TaskRooms.ofThisTask())),
          (frame, result) -> {
            boolean known = result.outcome() == TaskOutcome.FINISHED;
            return new Answer(
                struct(known ? result.labels() : nothing(frame)), known ? null : result::reason);
          });
    }
    SqlModels<Prediction> models = call.models();
    return answers(
        frames,
        evaluated.computeIfAbsent(List.of(models, call.frame()), key -> models.evaluate(frames)),
        (frame, said) ->
            new Answer(
                value(call.kind(), said),
                isNaN(said) ? () -> models.problem(frame).orElse(NAN) : null));
  }

  private static boolean isNaN(Prediction[] models) {
    return Arrays.stream(models)
        .anyMatch(
            model ->
                Double.isNaN(model.energy())
                    || Arrays.stream(model.force()).anyMatch(Double::isNaN));
  }

  private static Object value(FunctionKind kind, Prediction[] models) {
    return switch (kind) {
      case MODEL_DEVI ->
          new GenericInternalRow(Arrays.stream(Deviation.of(models).numbers()).boxed().toArray());
      case DP_ENERGY -> Arrays.stream(models).mapToDouble(Prediction::energy).sum() / models.length;
      case DP_FORCE ->
          UnsafeArrayData.fromPrimitiveArray(
              mean(Arrays.stream(models).map(Prediction::force).toList()));
      case DP_PROPERTY, DP_SIGMA, DP_D3, DP_D4 ->
          throw new IllegalStateException("not of energies");
    };
  }

  /** Of numbers of several models. */
  private static double[] mean(List<double[]> models) {
    double[] mean = new double[models.get(0).length];
    for (double[] model : models) {
      for (int k = 0; k < mean.length; k++) {
        mean[k] += model[k] / models.size();
      }
    }
    return mean;
  }

  private static Labels nothing(Frame frame) {
    double[] force = new double[3 * frame.atomCount()];
    double[] virial = new double[9];
    Arrays.fill(force, Double.NaN);
    Arrays.fill(virial, Double.NaN);
    return new Labels(Double.NaN, force, virial);
  }

  private static Object struct(Labels labels) {
    return new GenericInternalRow(
        new Object[] {
          labels.energy(),
          UnsafeArrayData.fromPrimitiveArray(labels.force()),
          labels.virial() == null ? null : UnsafeArrayData.fromPrimitiveArray(labels.virial())
        });
  }

  private static Object struct(FrameSigma sigma) {
    return new GenericInternalRow(
        new Object[] {
          sigma.energy(),
          sigma.force(),
          sigma.rmsForce(),
          UnsafeArrayData.fromPrimitiveArray(sigma.atomForce())
        });
  }
}
