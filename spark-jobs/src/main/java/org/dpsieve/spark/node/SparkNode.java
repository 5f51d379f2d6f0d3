package org.dpsieve.spark.node;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.NodeConfig;
import org.dpsieve.node.Node;
import org.dpsieve.node.NodeTask;
import org.dpsieve.node.OnExit;
import org.dpsieve.node.TaskEnd;
import org.dpsieve.node.TaskListener;

final class SparkNode implements Node {
  SparkNode(Supplier<SparkSession> spark, NodeConfig config, Map<String, String> environment) {}

  @Override
  public void check() {
    throw new org.dpsieve.error.InputException(
        "backend: 'spark' is not available yet; use local or dpdispatcher");
  }

  @Override
  public List<TaskEnd> run(List<NodeTask> tasks, TaskListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void stop(OnExit onExit) {}
}
