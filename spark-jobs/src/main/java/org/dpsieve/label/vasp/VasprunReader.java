package org.dpsieve.label.vasp;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.dpsieve.frame.Elements;
import org.dpsieve.label.Steps;
import org.dpsieve.label.UnexpectedText;
import org.dpsieve.text.Counted;

/**
 * Reads a vasprun.xml as a stream, up to where it ends. No entity, no DTD and nothing outside the
 * file is ever resolved.
 */
final class VasprunReader {
  private static final int DEEPEST = 100;

  private final Deque<String> path = new ArrayDeque<>();
  private final List<String> elements = new ArrayList<>();
  private final List<Integer> types = new ArrayList<>();

  /** Element of each type's potential. */
  private final List<String> potentials = new ArrayList<>();

  private final Steps<VaspRun.Step> steps = new Steps<>();
  private int maxElectronicSteps;
  private int charge;
  private int algorithm;
  private boolean started;
  private boolean complete;

  /** The rows of the matrix that is being read; what they say is looked at where it is needed. */
  private final List<String> rows = new ArrayList<>();

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
      // what counts is ASCII, whatever bytes a title has and whatever the file says of them
      XMLStreamReader xml =
          factory.createXMLStreamReader(
              new ElementReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1)));
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
    } catch (UnexpectedText e) {
      problem = e.getMessage();
    }
    if (!reader.started) {
      problem = "not a vasprun.xml, whose outermost element is modeling";
    }
    int size = 3 * reader.elements.size();
    if (reader.steps.list().removeIf(step -> step.coord().length != size)) {
      problem = "lists atoms again after its first ionic step; one vasprun.xml has one calculation";
    }
    return new VaspRun(
        reader.elements(),
        reader.maxElectronicSteps,
        VaspRun.fixedDensity(reader.charge, reader.algorithm),
        reader.steps.list(),
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
    if (path.size() > DEEPEST || Math.max(rows.size(), potentials.size()) > Steps.MOST_ATOMS) {
      throw new UnexpectedText("is deeper or longer than any calculation's");
    }
    switch (xml.getLocalName()) {
      case "varray" -> rows.clear();
      case "scstep" -> electronicSteps++;
      case "modeling" -> started = true;
      case "calculation" -> begin();
      case "v" -> {
        if (path.contains("calculation")) {
          rows.add(text(xml));
        }
      }
      case "rc" -> {
        if (inner(4).equals("atominfo/array[atoms]/set/rc")) {
          if (elements.size() == Steps.MOST_ATOMS) {
            throw new UnexpectedText(
                "lists more than %s".formatted(Counted.of(elements.size(), "atom")));
          }
          elements.add(column(xml));
          types.add(Integer.valueOf(column(xml)));
        } else if (inner(4).equals("atominfo/array[atomtypes]/set/rc")) {
          for (int skipped = 0; skipped < 4; skipped++) {
            column(xml);
          }
          potentials.add(element(column(xml)));
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
    } else if (path.peek().equals("i[ICHARG]")) { // of INCAR, then of all parameters
      charge = Integer.parseInt(text(xml));
    } else if (path.peek().equals("i[IALGO]")) {
      algorithm = Integer.parseInt(text(xml));
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

  private static String column(XMLStreamReader xml) throws XMLStreamException {
    xml.nextTag();
    return xml.getElementText().strip();
  }

  /** {@code PAW_PBE Zr_sv 04Jan2005}: Zr. */
  private static String element(String potential) {
    String[] words = potential.split("\\s+");
    return words.length < 2 ? "" : words[1].replaceFirst("[^A-Za-z].*", "");
  }

  /** Some versions of VASP write X for Xe and r for Zr: then the potential tells. */
  private List<String> elements() {
    List<String> known = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      String symbol = elements.get(i);
      int type = i < types.size() ? types.get(i) - 1 : -1;
      boolean unknown = Elements.number(symbol).isEmpty();
      known.add(unknown && type >= 0 && type < potentials.size() ? potentials.get(type) : symbol);
    }
    return List.copyOf(known);
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
    if (inner(4).equals("calculation/structure/crystal/varray[basis]")) {
      basis = numbers();
    } else if (inner(3).equals("calculation/structure/varray[positions]")) {
      positions = numbers();
    } else if (inner(2).equals("calculation/varray[forces]")) {
      forces = numbers();
    } else if (inner(2).equals("calculation/varray[stress]")) {
      stress = numbers();
    }
  }

  private double[] numbers() {
    return rows.stream()
        .flatMap(row -> Stream.of(row.split("\\s+")))
        .mapToDouble(Double::parseDouble)
        .toArray();
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
              electronicSteps),
          elements.size());
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
