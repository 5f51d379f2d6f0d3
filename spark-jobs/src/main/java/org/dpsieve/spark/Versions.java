package org.dpsieve.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/** Versions of this program and of what computes in it. */
public final class Versions {
  private Versions() {}

  /** This program's own. */
  public static String dpsieve() {
    return built().getProperty("dpsieve");
  }

  /** Of the Spark that this runs on. */
  public static String spark() {
    return org.apache.spark.package$.MODULE$.SPARK_VERSION();
  }

  /** Of the Spark that this was built for. */
  public static String builtForSpark() {
    return built().getProperty("spark");
  }

  /** Of dpsieve, Java, Spark and ND4J, by those names in lower case. */
  public static SortedMap<String, String> all() {
    SortedMap<String, String> versions = new TreeMap<>();
    Properties built = built();
    built.stringPropertyNames().forEach(name -> versions.put(name, built.getProperty(name)));
    versions.put("java", System.getProperty("java.version"));
    versions.put("spark", spark());
    return versions;
  }

  private static Properties built() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
