package org.dpsieve.cli;

import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.dpsieve.spark.workdir.HadoopPaths;
import picocli.CommandLine.ITypeConverter;

/** A work directory as it is named: of this machine, or of any file system that Hadoop knows. */
final class WorkdirOption implements ITypeConverter<Path> {
  @Override
  public Path convert(String text) {
    // with what spark-submit was told of file systems (spark.hadoop.*)
    return HadoopPaths.of(text, () -> SparkHadoopUtil.get().newConfiguration(new SparkConf()));
  }
}
