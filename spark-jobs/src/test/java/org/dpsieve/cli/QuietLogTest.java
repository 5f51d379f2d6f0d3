package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.logging.log4j.core.config.properties.PropertiesConfigurationFactory;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;

class QuietLogTest {
  private static Configuration of(URL place) throws IOException {
    ConfigurationSource source =
        new ConfigurationSource(new ByteArrayInputStream(new byte[0]), place);
    return new PropertiesConfigurationFactory().getConfiguration(new LoggerContext("test"), source);
  }

  @Test
  void onlyWhatNobodyChoseIsReplaced() throws Exception {
    URL sparks = SparkContext.class.getResource("/org/apache/spark/log4j2-defaults.properties");
    assertThat(sparks).as("Spark's own logging").isNotNull();
    assertThat(QuietLog.nobodyChose(of(sparks))).isTrue();
    assertThat(QuietLog.nobodyChose(new DefaultConfiguration())).isTrue();
    assertThat(
            QuietLog.nobodyChose(of(URI.create("file:/opt/spark/conf/log4j2.properties").toURL())))
        .isFalse();
  }
}
