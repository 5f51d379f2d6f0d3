package org.dpsieve.label.gaussian;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.AtomOrder;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TextGeometry;

/**
 * {@code fp_style: gaussian}: {@code input} for {@code g16 < input} as dpgen 0.14 ({@code
 * generator/lib/gaussian.py}). It knows no periodicity: a periodic frame cannot be labelled by it.
 */
public final class GaussianLabeller implements TaskLabeller {
  private static final long serialVersionUID = 1;

  private static final Pattern FORCES = Pattern.compile("(?i)\\b(force|freq)\\b");
  private static final Pattern MOVES = Pattern.compile("(?i)\\b(p?opt|irc|scan|admp|bomd)\\b");

  private final List<String> typeMap;
  private final JsonNode given;

  private GaussianLabeller(List<String> typeMap, JsonNode given) {
    this.typeMap = List.copyOf(typeMap);
    this.given = given;
  }

  /**
   * Of the checked {@code fp_params}.
   *
   * @throws InputException when a route gives no label
   */
  public static GaussianLabeller load(List<String> typeMap, ProgramConfig config) {
    for (String key : List.of("keywords", "keywords_high_multiplicity")) {
      List<String> routes = routes(config.parameters().path(key));
      if (routes.isEmpty()) {
        continue;
      }
      String last = routes.get(routes.size() - 1);
      if (!FORCES.matcher(last).find() || MOVES.matcher(String.join(" ", routes)).find()) {
        throw new InputException(
            "%s.%s: '%s', expected the keyword force and none that moves the atoms (opt, irc, scan): a label is the energy and forces of the picked geometry"
                .formatted(config.parametersKey(), key, last));
      }
    }
    return new GaussianLabeller(typeMap, config.parameters());
  }

  @Override
  public String style() {
    return "gaussian";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return frame.cell() == null
        ? AtomOrder.unknown(frame, typeMap)
        : Optional.of(
            new Finding(
                "periodic",
                "Gaussian calculates molecules; a system of molecules has a file nopbc beside type.raw"));
  }

  private static List<String> routes(JsonNode given) {
    List<String> routes = new ArrayList<>();
    if (given.isTextual()) {
      routes.add(given.asText());
    }
    given.forEach(route -> routes.add(route.asText()));
    return routes;
  }

  @Override
  public Map<String, byte[]> taskFiles(Frame frame) {
    TextGeometry geometry = TextGeometry.of(frame, typeMap);
    Fragments fragments = Fragments.of(frame);
    boolean guess = given.path("fragment_guesses").asBoolean() && fragments.count() > 1;
    boolean auto = guess || !given.path("multiplicity").isIntegralNumber();
    int charge = given.path("charge").asInt(0);
    int multiplicity =
        guess
            ? fragments.highSpin()
            : auto ? fragments.lowSpin() : given.path("multiplicity").asInt();
    JsonNode routes = given.path("keywords");
    if (auto && fragments.highSpin() >= 3 && given.has("keywords_high_multiplicity")) {
      routes = given.path("keywords_high_multiplicity");
    }
    List<String> keywords = routes(routes);
    String head = "%%nproc=%d\n".formatted(given.path("nproc").asInt());
    if (keywords.size() > 1) {
      head = "%chk=dpsieve.chk\n" + head;
    }
    String spins = "%d %d".formatted(charge, multiplicity);
    StringBuilder text = new StringBuilder(head);
    text.append('#').append(keywords.get(0));
    text.append(guess ? " guess=fragment=" + fragments.count() : "").append("\n\nDPGEN\n\n");
    text.append(spins);
    for (int i = 0; guess && i < fragments.count(); i++) {
      text.append(" %d %d".formatted(charge, fragments.multiplicity(i)));
    }
    text.append('\n');
    int[] order = atomOrder(frame);
    for (int k = 0; k < order.length; k++) {
      text.append(geometry.element(k));
      text.append(guess ? "(Fragment=%d)".formatted(fragments.of(order[k]) + 1) : "");
      text.append(' ').append(geometry.position(k)).append('\n');
    }
    if (given.has("basis_set")) {
      text.append('\n').append(given.get("basis_set").asText()).append("\n\n");
    }
    for (String route : keywords.subList(1, keywords.size())) {
      text.append("\n--link1--\n").append(head).append('#').append(route);
      text.append("\n\nDPGEN\n\n").append(spins).append("\n\n");
    }
    return Map.of("input", TextGeometry.bytes(text.append("\n\n").toString()));
  }

  @Override
  public int[] atomOrder(Frame frame) {
    return AtomOrder.of(frame, typeMap);
  }

  @Override
  public OutputReader reader() {
    return new GaussianReader();
  }
}
