package org.dpsieve.cli;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Prediction;
import org.dpsieve.uncertainty.FrameSigma;

/**
 * What models say of frames, as a stream of JSON: every number with all its digits; the deviation
 * of one model is zero.
 */
final class EvaluationJson implements AutoCloseable {
  private final JsonGenerator json;

  EvaluationJson(OutputStream file, List<String> models) throws IOException {
    this(file, models, "dpsieve (float64)");
  }

  /**
   * @param madeBy who evaluates
   */
  EvaluationJson(OutputStream file, List<String> models, String madeBy) throws IOException {
    json =
        JsonFactory.builder()
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS) // as Python writes and reads it
            .build()
            .createGenerator(file, JsonEncoding.UTF8);
    json.writeStartObject();
    json.writeStringField("made_by", madeBy);
    json.writeObjectFieldStart("units");
    json.writeStringField("coord", "angstrom");
    json.writeStringField("energy", "eV");
    json.writeStringField("force", "eV/angstrom");
    json.writeStringField("virial", "eV");
    json.writeEndObject();
    json.writeArrayFieldStart("models");
    for (String model : models) {
      json.writeString(model);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("frames");
  }

  /**
   * @param deviation of the models, or of an ensemble that is made of the one
   * @param sigma of the models' numbers; {@code null} where it was not asked for
   * @param problem why all numbers are NaN; {@code null} where it is not asked for
   */
  void frame(
      String id,
      Frame frame,
      Prediction[] models,
      FrameDeviation deviation,
      FrameSigma sigma,
      String problem) {
    try {
      json.writeRaw('\n');
      json.writeStartObject();
      json.writeStringField("id", id);
      json.writeArrayFieldStart("elements");
      for (int atom = 0; atom < frame.atomCount(); atom++) {
        json.writeString(frame.type(atom));
      }
      json.writeEndArray();
      numbers("coord", frame.coord());
      if (frame.cell() == null) {
        json.writeNullField("box");
      } else {
        numbers("box", frame.cell());
      }
      json.writeArrayFieldStart("models");
      for (Prediction model : models) {
        json.writeStartObject();
        json.writeNumberField("energy", model.energy());
        numbers("force", model.force());
        numbers("virial", model.virial());
        numbers("atom_energy", model.atomEnergy());
        json.writeEndObject();
      }
      json.writeEndArray();
      deviation(deviation);
      if (sigma != null) {
        sigma(sigma);
      }
      if (problem != null) {
        json.writeStringField("problem", problem);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the columns of deviation tables; {@code atoms} is of a component of an atom's force. */
  private void sigma(FrameSigma sigma) throws IOException {
    json.writeObjectFieldStart("sigma");
    json.writeNumberField("sigma_e", sigma.energy());
    json.writeNumberField("sigma_f", sigma.force());
    json.writeNumberField("rms_sigma_f", sigma.rmsForce());
    numbers("atoms", sigma.component());
    json.writeEndObject();
  }

  private void deviation(FrameDeviation deviation) throws IOException {
    json.writeObjectFieldStart("deviation");
    double[] numbers = deviation.numbers();
    for (int k = 0; k < numbers.length; k++) {
      json.writeNumberField(FrameDeviation.NAMES.get(k), numbers[k]);
    }
    json.writeEndObject();
  }

  private void numbers(String key, double[] values) throws IOException {
    json.writeFieldName(key);
    json.writeArray(values, 0, values.length);
  }

  @Override
  public void close() throws IOException {
    json.close(); // ends the open array and object
  }
}
