package org.dpsieve.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * Takes this program's logging where nobody has chosen another. A plain {@code spark-submit} starts
 * to log before it knows our jar, by Spark's defaults, thousands of lines of which bury the result.
 */
final class QuietLog {
  /** What Spark takes without a file of its user's. */
  private static final String SPARKS_OWN = "org/apache/spark/log4j2-defaults.properties";

  private QuietLog() {}

  /** Does nothing where a file was named, lies in Spark's configuration, or is ours already. */
  static void take() {
    URL ours = Dpsieve.class.getResource("/log4j2.properties");
    // another implementation may stand behind the same interface
    if (ours != null && LogManager.getContext(false) instanceof LoggerContext context) {
      ConfigurationSource source = context.getConfiguration().getConfigurationSource();
      if (isSparks(source == null ? null : source.getLocation())) {
        try {
          Configurator.reconfigure(new URI(ours.toString()));
        } catch (URISyntaxException e) {
          return; // more lines, no other harm
        }
      }
    }
  }

  static boolean isSparks(String location) {
    return location != null && location.endsWith(SPARKS_OWN);
  }
}
