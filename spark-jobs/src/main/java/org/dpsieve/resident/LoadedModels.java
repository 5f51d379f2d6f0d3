package org.dpsieve.resident;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What models are, as DeePMD-kit says it.
 *
 * @param version of DeePMD-kit
 * @param device {@code cpu} or {@code gpu}
 * @param typeMap empty where they name no types
 * @param fparam numbers of frame parameters
 * @param aparam of atomic ones
 * @param defaultFparam whether frames need none
 * @param mixed whether frames of other types, or in another order, can be in one batch
 * @param atomsAtOnce of a batch
 * @param property what they are of, as {@code --property} takes it; empty for energies
 * @param about versions, and checksums of the files that were read, by name
 */
public record LoadedModels(
    String version,
    String device,
    List<String> typeMap,
    int fparam,
    int aparam,
    boolean defaultFparam,
    boolean mixed,
    int atomsAtOnce,
    String property,
    SortedMap<String, String> about) {
  static LoadedModels of(JsonNode head) {
    List<String> typeMap = new ArrayList<>();
    head.path("type_map").forEach(name -> typeMap.add(name.asText()));
    SortedMap<String, String> about = new TreeMap<>();
    head.path("about").properties().forEach(e -> about.put(e.getKey(), e.getValue().asText()));
    return new LoadedModels(
        head.path("version").asText(),
        head.path("device").asText(),
        List.copyOf(typeMap),
        head.path("fparam").asInt(),
        head.path("aparam").asInt(),
        head.path("default_fparam").asBoolean(),
        head.path("mixed").asBoolean(),
        Math.max(1, head.path("atoms_at_once").asInt()),
        head.path("property").asText(""),
        about);
  }
}
