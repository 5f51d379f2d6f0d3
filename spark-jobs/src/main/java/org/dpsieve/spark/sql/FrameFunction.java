package org.dpsieve.spark.sql;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.dpsieve.error.InputException;
import org.dpsieve.spark.QueryProblem;
import org.dpsieve.text.Counted;
import scala.Option;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * One of our functions where a query calls it. It is never evaluated as an expression: {@link
 * ExtractFunctions} moves it into an operator that works on many rows at once.
 */
public final class FrameFunction extends Expression implements Serializable {
  private static final long serialVersionUID = 1;

  /** Its place. */
  private static final int CHARGE = 4;

  private final FunctionKind kind;
  private final Seq<Expression> arguments;

  /** What Spark calls when it rewrites expressions; {@link #of} checks. */
  public FrameFunction(FunctionKind kind, Seq<Expression> arguments) {
    this.kind = kind;
    this.arguments = arguments;
  }

  /** Ends by {@link QueryProblem#ARGUMENT} when the number of arguments is wrong. */
  public static FrameFunction of(FunctionKind kind, Seq<Expression> arguments) {
    if (arguments.size() < kind.leastArguments() || arguments.size() > kind.mostArguments()) {
      throw QueryProblem.ARGUMENT.before(
          kind.sqlName(),
          new InputException(
              "%s has %s; %s"
                  .formatted(
                      kind.sqlName(),
                      Counted.of(arguments.size(), "argument"),
                      kind.usage().replace("_FUNC_", kind.sqlName()))));
    }
    return new FrameFunction(kind, arguments);
  }

  FunctionKind kind() {
    return kind;
  }

  List<Expression> arguments() {
    return CollectionConverters.asJava(arguments);
  }

  /** z, coord, cell, and the charge where one is given. */
  List<Expression> frame() {
    List<Expression> all = arguments();
    List<Expression> frame =
        new ArrayList<>(all.subList(kind.firstFrameArgument(), kind.firstFrameArgument() + 3));
    if (hasCharge()) {
      frame.add(all.get(CHARGE));
    }
    return frame;
  }

  private boolean hasCharge() {
    return kind == FunctionKind.DP_D4 && arguments.size() > CHARGE;
  }

  /** Functional and damping, as far as they are given. */
  List<String> settings() {
    return texts(arguments().subList(3, hasCharge() ? CHARGE : arguments.size()));
  }

  List<String> models() {
    return texts(arguments().subList(0, 1));
  }

  List<String> posteriors() {
    return texts(arguments().subList(1, 2));
  }

  /** What is the same in all rows. */
  private static List<String> texts(List<Expression> constant) {
    List<String> texts = new ArrayList<>();
    for (Expression expression : constant) {
      Object value = expression.eval(null);
      if (value instanceof org.apache.spark.sql.catalyst.util.ArrayData array) {
        for (int i = 0; i < array.numElements(); i++) {
          texts.add(String.valueOf(array.getUTF8String(i)));
        }
      } else {
        texts.add(String.valueOf(value));
      }
    }
    return texts;
  }

  /**
   * With the frame's arguments as arrays of the types that {@link FunctionIterator} reads; z may
   * stay one of texts.
   */
  FrameFunction cast() {
    List<Expression> all = new ArrayList<>(arguments());
    List<DataType> types = FunctionKind.frameTypes();
    for (int k = 0; k < 3; k++) {
      int at = kind.firstFrameArgument() + k;
      DataType element =
          all.get(at).dataType() instanceof ArrayType array ? array.elementType() : null;
      if (k == 0 && element instanceof StringType) {
        continue; // names of types
      }
      if (!((ArrayType) types.get(k)).elementType().equals(element)) {
        all.set(at, new Cast(all.get(at), types.get(k), Option.empty()));
      }
    }
    if (hasCharge()) {
      all.set(CHARGE, new Cast(all.get(CHARGE), DataTypes.DoubleType, Option.empty()));
    }
    return new FrameFunction(kind, CollectionConverters.asScala(all).toSeq());
  }

  @Override
  public TypeCheckResult checkInputDataTypes() {
    String[] names = {"z", "coord", "cell"};
    List<DataType> types = FunctionKind.frameTypes();
    for (int k = 0; k < 3; k++) {
      Expression argument = frame().get(k);
      if (!Cast.canAnsiCast(argument.dataType(), types.get(k))) {
        return failure(
            "%s: argument %s is of type %s, expected %s%s"
                .formatted(
                    kind.sqlName(),
                    names[k],
                    argument.dataType().simpleString(),
                    types.get(k).simpleString(),
                    k == 0 ? ", or array<string> with names of types" : ""));
      }
    }
    if (hasCharge()
        && !Cast.canAnsiCast(arguments().get(CHARGE).dataType(), DataTypes.DoubleType)) {
      return failure(
          "%s: argument charge is of type %s, expected a number"
              .formatted(kind.sqlName(), arguments().get(CHARGE).dataType().simpleString()));
    }
    List<Expression> constants = new ArrayList<>(arguments());
    constants.removeAll(frame());
    for (Expression constant : constants) {
      DataType type = constant.dataType();
      boolean text =
          type instanceof StringType
              || (type instanceof ArrayType array && array.elementType() instanceof StringType);
      if (!text || !constant.foldable()) {
        return failure(
            "%s: %s is %s, expected a constant text%s"
                .formatted(
                    kind.sqlName(),
                    constant.sql(),
                    text ? "not constant" : "of type " + type.simpleString(),
                    kind.usesModels() ? " (files of models) or array of texts" : ""));
      }
    }
    return TypeCheckResult.TypeCheckSuccess$.MODULE$;
  }

  private static TypeCheckResult failure(String message) {
    return new TypeCheckResult.TypeCheckFailure(message);
  }

  @Override
  public boolean nullable() {
    return true;
  }

  @Override
  public DataType dataType() {
    return kind.type();
  }

  @Override
  public String prettyName() {
    return kind.sqlName();
  }

  @Override
  public Object eval(InternalRow input) {
    throw misplaced();
  }

  @Override
  public ExprCode doGenCode(CodegenContext context, ExprCode code) {
    throw misplaced();
  }

  /** For places that {@link ExtractFunctions} cannot empty. */
  RuntimeException misplaced() {
    return QueryProblem.PLACE.before(
        kind.sqlName(),
        new InputException(
            "%s cannot be used in this place of a query (a join's condition, a lambda, around an"
                    .formatted(kind.sqlName())
                + " aggregate); compute it as a column of a subquery first"));
  }

  @Override
  public Seq<Expression> children() {
    return arguments;
  }

  @Override
  public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
    return new FrameFunction(kind, children.toSeq());
  }

  @Override
  public int productArity() {
    return 2;
  }

  @Override
  public Object productElement(int n) {
    return n == 0 ? kind : arguments;
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof FrameFunction;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FrameFunction function
        && kind == function.kind
        && arguments.equals(function.arguments);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, arguments);
  }
}
