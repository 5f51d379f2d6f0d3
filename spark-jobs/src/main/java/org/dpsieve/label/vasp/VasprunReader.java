package org.dpsieve.label.vasp;

import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads a vasprun.xml as a stream, up to where it ends. No entity, no DTD and nothing outside the
 * file is ever resolved.
 */
final class VasprunReader {
  private final Deque<String> path = new ArrayDeque<>();
  private final List<String> elements = new ArrayList<>();
  private final List<VaspRun.Step> steps = new ArrayList<>();
  private int maxElectronicSteps;
  private boolean started;
  private boolean complete;

  /** The numbers of the rows of each matrix of the ionic step that is being read. */
  private List<Double> rows = new ArrayList<>();

  private double[] basis;
  private double[] positions;
  private double[] forces;
  private double[] stress;
  private Double energy;
  private int electronicSteps;

  private VasprunReader() {}

  static VaspRun read(InputStream in) {
    VasprunReader reader = new VasprunReader();
    String problem = "";
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try {
      XMLStreamReader xml = factory.createXMLStreamReader(in);
      while (xml.hasNext()) {
        switch (xml.next()) {
          case XMLStreamConstants.START_ELEMENT -> reader.start(xml);
          case XMLStreamConstants.END_ELEMENT -> reader.end(xml.getLocalName());
          default -> {}
        }
      }
    } catch (XMLStreamException e) {
      reader.complete = false; // ends before its end, as a killed program leaves it
    } catch (NumberFormatException e) {
      problem = "no number where one is expected: " + e.getMessage();
    }
    if (!reader.started) {
      problem = "not a vasprun.xml, whose outermost element is modeling";
    }
    return new VaspRun(
        List.copyOf(reader.elements),
        reader.maxElectronicSteps,
        reader.steps,
        reader.complete,
        problem);
  }

  /** The innermost elements, joined: {@code calculation/energy/i[e_fr_energy]}. */
  private String inner(int depth) {
    List<String> names = new ArrayList<>();
    for (String name : path) {
      if (names.size() == depth) {
        break;
      }
      names.add(0, name);
    }
    return String.join("/", names);
  }

  private void start(XMLStreamReader xml) throws XMLStreamException {
    String name = xml.getAttributeValue(null, "name");
    path.push(xml.getLocalName() + (name == null ? "" : "[" + name + "]"));
    switch (xml.getLocalName()) {
      case "varray" -> rows = new ArrayList<>();
      case "scstep" -> electronicSteps++;
      case "modeling" -> started = true;
      case "calculation" -> begin();
      case "v" -> {
        if (path.contains("calculation")) {
          row(text(xml));
        }
      }
      case "rc" -> {
        if (inner(4).equals("atominfo/array[atoms]/set/rc")) {
          xml.nextTag();
          elements.add(xml.getElementText().strip());
        }
      }
      case "i" -> value(xml);
      default -> {}
    }
  }

  private void begin() {
    basis = null;
    positions = null;
    forces = null;
    stress = null;
    energy = null;
    electronicSteps = 0;
  }

  private void value(XMLStreamReader xml) throws XMLStreamException {
    if (inner(3).equals("calculation/energy/i[e_fr_energy]")) {
      energy = Double.valueOf(text(xml));
    } else if (maxElectronicSteps == 0 // the first; a later one is of response functions
        && path.contains("parameters")
        && path.peek().equals("i[NELM]")) {
      maxElectronicSteps = (int) Double.parseDouble(text(xml));
    }
  }

  /** Text of the element that just started; takes its end tag too. */
  private String text(XMLStreamReader xml) throws XMLStreamException {
    String text = xml.getElementText().strip();
    path.pop();
    return text;
  }

  private void row(String text) {
    for (String word : text.split("\\s+")) {
      rows.add(Double.valueOf(word));
    }
  }

  private void end(String element) {
    if (element.equals("varray")) {
      matrix();
    } else if (element.equals("calculation")) {
      step();
    } else if (element.equals("modeling")) {
      complete = true;
    }
    path.pop();
  }

  private void matrix() {
    double[] numbers = rows.stream().mapToDouble(Double::doubleValue).toArray();
    if (inner(4).equals("calculation/structure/crystal/varray[basis]")) {
      basis = numbers;
    } else if (inner(3).equals("calculation/structure/varray[positions]")) {
      positions = numbers;
    } else if (inner(2).equals("calculation/varray[forces]")) {
      forces = numbers;
    } else if (inner(2).equals("calculation/varray[stress]")) {
      stress = numbers;
    }
  }

  private void step() {
    int size = 3 * elements.size();
    boolean whole =
        energy != null
            && basis != null
            && basis.length == 9
            && positions != null
            && positions.length == size
            && forces != null
            && forces.length == size;
    if (whole) {
      steps.add(
          new VaspRun.Step(
              basis,
              cartesian(positions, basis),
              energy,
              forces,
              stress != null && stress.length == 9 ? stress : null,
              electronicSteps));
    }
  }

  private static double[] cartesian(double[] fractional, double[] cell) {
    double[] coord = new double[fractional.length];
    for (int i = 0; i < coord.length; i += 3) {
      for (int k = 0; k < 3; k++) {
        coord[i + k] =
            fractional[i] * cell[k]
                + fractional[i + 1] * cell[3 + k]
                + fractional[i + 2] * cell[6 + k];
      }
    }
    return coord;
  }
}
