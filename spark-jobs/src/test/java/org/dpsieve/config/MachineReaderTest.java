package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.dpsieve.model.Precision;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineReaderTest {
  @TempDir Path folder;
  private Fixture run;

  @BeforeEach
  void aCorrectRun() throws IOException {
    run = Fixture.in(folder);
  }

  @Test
  void aMachineFileOfDpgenIsReadAsItIs() throws IOException {
    run.write(run.machine, Fixture.resource("machine.json"));
    RunConfig config = run.read();
    MachineConfig machine = config.machine();
    assertThat(machine.deepmdVersion()).isEqualTo("2.1.3");
    assertThat(machine.train().engine()).isEqualTo(Engine.OUTPUT_LAYER);
    assertThat(machine.train().command()).hasValue("dp");
    assertThat(machine.fp().resources())
        .containsEntry("group_size", 2)
        .containsEntry("envs", Map.of("OMP_NUM_THREADS", 1))
        .doesNotContainKey("_comment");
    assertThat(machine.fp().machine()).containsEntry("context_type", "SSH");
    assertThat(config.warnings())
        .singleElement()
        .asString()
        .contains("model_devi: a list of 2; only the first counts");
    assertThat(String.join("\n", config.notes()))
        .contains("train: command, machine, resources not used");
  }

  @Test
  void thePrecisionOfTheDeviationIsAKeyOfModelDevi() throws IOException {
    assertThat(run.read().machine().precision()).isEqualTo(Precision.FLOAT64);
    run.write(run.machine, "{\"model_devi\": {\"precision\": \"float32\"}}");
    assertThat(run.read().machine().precision()).isEqualTo(Precision.FLOAT32);
    run.write(run.machine, "{\"model_devi\": {\"precision\": \"float23\"}}");
    assertThatThrownBy(run::read)
        .hasMessageContaining(
            "model_devi.precision: found 'float23', expected one of float64, float32; did you mean");
  }

  @Test
  void theFlatFileOfOlderVersionsIsMapped() throws IOException {
    run.write(run.machine, Fixture.resource("old-machine.json"));
    RunConfig config = run.read();
    MachineConfig.Section train = config.machine().train();
    assertThat(train.command()).hasValue("/opt/deepmd/bin/dp");
    assertThat(train.machine())
        .containsEntry("batch_type", "Slurm")
        .containsEntry("context_type", "SSHContext")
        .containsEntry("remote_root", "/scratch/user")
        .containsEntry(
            "remote_profile", Map.of("hostname", "cluster", "port", 22, "username", "user"))
        .doesNotContainKeys("batch", "work_path", "lazy_local");
    assertThat(train.resources())
        .containsEntry("number_node", 1)
        .containsEntry("gpu_per_node", 1)
        .containsEntry("cpu_per_node", 4)
        .containsEntry("queue_name", "gpu")
        .containsEntry("group_size", 1)
        .containsEntry(
            "custom_flags",
            List.of("#SBATCH --time=23:0:0", "#SBATCH --mem=16G", "#SBATCH --exclude=n1,n2"));
    assertThat(config.machine().fp().machine()).containsEntry("context_type", "LazyLocalContext");
    assertThat(config.machine().fp().command()).hasValue("mpirun vasp_std");
    assertThat(String.join("\n", config.migrations()))
        .contains(
            "deepmd_path: old key, taken as the command '/opt/deepmd/bin/dp'",
            "lmp_command: of no effect",
            "train_machine: flat key, taken as train.machine",
            "partition: old name, taken as queue_name");
  }

  @Test
  void ourOwnKeysMayBeFlatTooAndAShellHasNoLimits() throws IOException {
    run.write(
        run.machine,
        """
        {"train_engine": "dp", "train_retry_count": 1, "train_machine": {"batch": "shell", "work_path": "/scratch"},
         "train_resources": {"numb_node": 1, "time_limit": "1:0:0", "mem_limit": 4}, "model_devi_precision": "float32"}
        """);
    RunConfig config = run.read();
    assertThat(config.machine().train().engine()).isEqualTo(Engine.DP);
    assertThat(config.machine().precision()).isEqualTo(Precision.FLOAT32);
    assertThat(config.machine().train().resources()).doesNotContainKey("custom_flags");
    assertThat(String.join("\n", config.migrations()))
        .contains("train_engine: flat key", "mem_limit: old key, of no effect");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "train/engine | \"dp\" | train.engine dp takes DeePMD-kit's dp train; say where it runs",
        "train/engine | \"output_layer\" | did you mean 'output-layer'?",
        "model_devi | {\"engine\": \"dp\", \"command\": \"lmp\"} | write dp",
        "model_devi | {\"engine\": \"dp\", \"backend\": \"local\"} | runs in Spark's executors",
        "fp/engine | \"command\" | labeled is true",
        "train/backend | \"dpdispatcher\" | runs in Spark's executors",
        "train/backend | \"sparc\" | did you mean 'spark'?",
        "train/comand | \"dp\" | did you mean 'command'?",
        "trian | {} | did you mean 'train'?",
        "train | 3 | expected an object",
        "train | [] | expected an object, or a list that begins with one",
        "api_version | \"0.9\" | expected \"1.0\"",
        "deepmd_version | \"4.0\" | expected a version from 1 to 3",
        "deepmd_version | 2.1 | expected a string",
        "train/machine | {\"batch_type\": \"Slrum\", \"context_type\": \"SSH\"} | did you mean 'Slurm'?",
        "train | {\"engine\": \"dp\", \"machine\": {\"batch_type\": \"slurm\"}, \"resources\": {}} | context_type is missing",
        "train | {\"engine\": \"dp\", \"machine\": {\"context_type\": \"local\"}, \"resources\": {}} | batch_type is missing",
        "train | {\"engine\": \"dp\", \"machine\": {\"batch_type\": \"shell\", \"context_type\": \"local\"}, \"resources\": {\"strategy\": {\"if_cuda_multi_devices\": true}}} | gpu_per_node: expected 1 or more",
        "train | {\"engine\": \"dp\", \"machine\": {\"batch_type\": \"shell\", \"context_type\": \"local\"}, \"resources\": {\"gpu_per_node\": 2, \"number_node\": 2, \"strategy\": {\"if_cuda_multi_devices\": true}}} | number_node: expected 1",
        "train/machine | {\"batch_type\": \"slurm\", \"context_type\": \"local\", \"local_root\": \"/x\"} | expected \"./\"",
        "train/machine | {\"batch_type\": \"slurm\", \"context_type\": \"SSHContext\", \"remote_profile\": {\"hostnam\": \"a\", \"username\": \"b\"}} | did you mean 'hostname'?",
        "train/resources | {\"group_size\": \"1\"} | expected an integer",
        "train/resources | {\"custom_flags\": \"-x\"} | expected a list of strings",
        "train/resources | {\"strategy\": {\"ratio_unfinished\": 1.0}} | below 1"
      })
  void aWrongValueIsNamedWithWhatWasExpected(String key, String json, String expected)
      throws IOException {
    assertThat(run.setMachine(key, json).complaint()).contains("machine.json", expected);
  }

  private void takeModel(String name) throws IOException {
    Path golden =
        Shared.repository()
            .resolve(
                "model-core/src/test/resources/goldens/architectures/refused-%s.pth.gz"
                    .formatted(name));
    try (InputStream in = new GZIPInputStream(Files.newInputStream(golden))) {
      Files.copy(in, run.simplify.resolveSibling(name + ".pth"));
    }
    run.set("numb_models", "1").set("training_iter0_model_path", "[\"%s.pth\"]".formatted(name));
  }

  @Test
  void modelsThatNobodyHasDeviationsOfAreRefused() throws IOException {
    takeModel("dipole");
    run.setMachine("train", "{\"engine\": \"dp\", \"backend\": \"local\"}")
        .set("default_training_param/model/fitting_net/trainable", "true");
    assertThat(run.complaint())
        .contains("dipole.pth: a model of the fitting 'dipole'; nor does dp model-devi");
  }

  @Test
  void modelsThatOurReaderDoesNotKnowAreEvaluatedByDeepmdKit() throws IOException {
    takeModel("dpa2");
    // its output layer could be solved for, but not with these types
    assertThat(run.complaint()).contains("dpa2.pth", "type map [Ag, Au, Cu]");
    run.setMachine("train", "{\"engine\": \"dp\", \"backend\": \"local\"}")
        .set("default_training_param/model/fitting_net/trainable", "true");
    RunConfig config = run.read();
    assertThat(config.machine().modelDevi().engine()).isEqualTo(Engine.DP);
    assertThat(config.warnings()).anyMatch(w -> w.contains("dp model-devi") && w.contains("dpa2"));
    assertThat(run.set("pick_strategy", "\"diverse\"").complaint())
        .contains("looks into the models", "random, deviation, stratified");
    run.set("pick_strategy", null).setMachine("model_devi/engine", "\"jvm\"");
    assertThat(run.complaint()).contains("dpa2.pth", "engine dp");
  }

  /** 19 of the 29 machine files of DP-GEN's examples and tests name LAMMPS there. */
  @Test
  void lammpsIsExplainedWhereDpWouldBeStarted() throws IOException {
    run.setMachine("model_devi/command", "\"mpirun -n 4 /opt/bin/lmp_mpi -i input\"");
    assertThat(run.complaint()).isEmpty();
    assertThat(run.read().notes()).anyMatch(n -> n.contains("model_devi: command not used"));
    assertThat(run.setMachine("model_devi/engine", "\"jvm\"").complaint()).isEmpty();
    assertThat(run.setMachine("model_devi/engine", "\"dp\"").complaint())
        .contains("model_devi.command", "issue 1265", "write dp");
  }

  /** Keys that nothing reads are of no concern where nothing runs. */
  @Test
  void aMachineThatNobodyUsesNeedNotBeWhole() throws IOException {
    run.write(
        run.machine,
        """
        {"fp": [{"command": "vasp_std", "machine": {"batch_type": "PBS"}, "resources": {"group_size": 8,
                 "strategy": {"if_cuda_multi_devices": true}}}]}
        """);
    assertThat(run.complaint()).isEmpty();
  }

  @Test
  void theMachinesOfTheFirstVersionsAreShells() throws IOException {
    run.write(
        run.machine,
        """
        {"deepmd_path": "/opt/deepmd/",
         "train_machine": {"machine_type": "local", "hostname": "127.0.0.1", "port": 22, "username": "me", "work_path": "/scratch"},
         "train_resources": {"envs": {"A": "b"}},
         "model_devi_command": "/opt/bin/lmp_mpi_010",
         "model_devi_machine": {"machine_type": "local", "hostname": "node1", "username": "me", "work_path": "/scratch"},
         "fp_machine": {"machine_type": "local", "lazy-local": true}, "fp_resources": {}, "fp_command": "vasp_std"}
        """);
    MachineConfig machine = run.read().machine();
    assertThat(machine.train().command()).hasValue("/opt/deepmd/bin/dp");
    assertThat(machine.train().machine())
        .containsEntry("batch_type", "Shell")
        .containsEntry("context_type", "LocalContext")
        .containsEntry("remote_root", "/scratch")
        .doesNotContainKeys("hostname", "remote_profile");
    assertThat(machine.modelDevi().command()).hasValue("/opt/bin/lmp_mpi_010");
    assertThat(machine.modelDevi().machine())
        .containsEntry("context_type", "SSHContext")
        .containsEntry("remote_profile", Map.of("hostname", "node1", "username", "me"));
    assertThat(machine.fp().machine()).containsEntry("context_type", "LazyLocalContext");
    run.setMachine("train_engine", "\"dp\"");
    assertThat(run.complaint()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"train\": [{\"deepmd_path\": \"/opt/dp\"}], \"python_path\": \"/py\"} | /opt/dp/bin/dp | /py -m deepmd",
        "{\"train\": {\"python_path\": \"/opt/py\"}} | /opt/py -m deepmd | ",
        "{\"train_python_path\": \"/opt/py\", \"model_devi_deepmd_path\": \"/x\"} | /opt/py -m deepmd | /x/bin/dp",
        "{\"train\": {\"command\": \"dp --tf\", \"deepmd_path\": \"/opt/dp\"}} | dp --tf | "
      })
  void oldKeysOfWhereDpIsMayBeInASection(String machine, String train, String modelDevi)
      throws IOException {
    run.write(run.machine, machine);
    RunConfig config = run.read();
    assertThat(config.machine().train().command()).hasValue(train);
    assertThat(config.machine().modelDevi().command()).isEqualTo(Optional.ofNullable(modelDevi));
    assertThat(config.warnings()).isEmpty();
    assertThat(String.join("\n", config.migrations())).contains("_path: old key");
  }

  @Test
  void trainingMoreThanTheOutputLayerNeedsDp() throws IOException {
    run.set("default_training_param/model/descriptor/trainable", null)
        .set("default_training_param/model/fitting_net/trainable", null);
    assertThat(run.complaint())
        .contains("leaves more than the output layer trainable", "train.backend", "dpdispatcher");
    run.setMachine("train/backend", "\"local\"");
    assertThat(run.read().machine().train().engine()).isEqualTo(Engine.DP);
    assertThat(run.read().machine().train().node().get().command()).isEqualTo("dp");
    run.setMachine("train/backend", null);
    run.setMachine("train/engine", "\"output-layer\"");
    assertThat(run.read().warnings())
        .singleElement()
        .asString()
        .contains("only the output layer is trained");
    run.set("default_training_param/model/descriptor/trainable", "true");
    assertThat(run.complaint()).contains("another choice of layers than the output layer");
  }

  @Test
  void aPlainFileOfDpgenMeansDpdispatcher() throws IOException {
    run.write(run.machine, Fixture.resource("machine.json"));
    run.setMachine("train/engine", "\"dp\"");
    NodeConfig node = run.read().machine().train().node().get();
    assertThat(node.backend()).isEqualTo(Backend.DPDISPATCHER);
    assertThat(node.retries()).isEqualTo(3);
    run.setMachine("train/backend", "\"spark\"").setMachine("train/time_limit", "60");
    node = run.read().machine().train().node().get();
    assertThat(node.backend()).isEqualTo(Backend.SPARK);
    assertThat(node.timeLimit()).isEqualTo(60);
    run.setMachine("train/user_forward_files", "[\"no-such-file\"]");
    assertThat(run.complaint()).contains("user_forward_files", "no such file");
  }

  @Test
  void passwordsOfAMachineAreInNoText() throws IOException {
    run.write(run.machine, Fixture.resource("machine.json"));
    run.setMachine("train/engine", "\"dp\"");
    run.setMachine(
        "train/machine",
        "{\"batch_type\": \"Slurm\", \"context_type\": \"SSH\", \"remote_root\": \"/x\", \"remote_profile\": {\"hostname\": \"a\", \"username\": \"b\", \"password\": \"hunter2\"}}");
    RunConfig config = run.read();
    assertThat(config.machine().toString() + config + Plan.of(config)).doesNotContain("hunter2");
  }

  @Test
  void keysOfOtherProgramsAreTolerated() throws IOException {
    run.setMachine(
        "model_devi", "{\"calypso_path\": \"/opt\", \"resources\": {\"local_root\": \"./\"}}");
    assertThat(run.read().warnings())
        .satisfiesExactly(
            line -> assertThat(line).contains("resources.local_root: unknown key, of no effect"),
            line -> assertThat(line).contains("model_devi.calypso_path: unknown key"));
  }
}
