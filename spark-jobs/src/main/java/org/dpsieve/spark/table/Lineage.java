package org.dpsieve.spark.table;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.connector.catalog.TableCatalog;

/** What a table of the format {@code deepmd} says of where its rows come from. */
public final class Lineage {
  private Lineage() {}

  /**
   * For tools that follow data from source to result, OpenLineage's among them.
   *
   * @param paths one at least
   */
  public static Map<String, String> of(List<String> paths) {
    String location = String.join(",", paths);
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put(TableCatalog.PROP_PROVIDER, "deepmd");
    properties.put(TableCatalog.PROP_LOCATION, location);
    URI uri = new Path(paths.get(0)).toUri();
    String scheme = uri.getScheme() == null ? "file" : uri.getScheme();
    properties.put(
        "openlineage.dataset.namespace",
        uri.getAuthority() == null ? scheme : scheme + "://" + uri.getAuthority());
    properties.put("openlineage.dataset.name", paths.size() == 1 ? uri.getPath() : location);
    return properties;
  }
}
