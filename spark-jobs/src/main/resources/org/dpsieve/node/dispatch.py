"""Runs task folders by dpdispatcher, for dpsieve's DispatcherNode.

Requests come as JSON lines on stdin, events go as JSON lines to stdout. The first line asks for everything:
  {"op": "check", "machine": ..., "resources": ...}
  {"op": "run", "base": ..., "machine": ..., "resources": ..., "poll": seconds, "limit": seconds or null,
   "tasks": [{"name", "command", "forward", "resume", "backward", "log"}]}
then one more: "cancel", or "seen" once the answer is kept. At the end of stdin the jobs are left alone and this program ends; what it knows of
them is in BASE/.jobs/*.json, and the next call finds them again, whatever machine and resources it is given.

Every task's command is wrapped so that dpdispatcher sees success whatever happened and the exit code comes back in a
file: so a failing task costs its neighbors nothing, and nothing is submitted again behind dpsieve's back.
"""

import glob
import json
import logging
import os
import re
import shlex
import shutil
import signal
import sys
import tempfile
import threading
import time
import uuid

SECRET = re.compile(r"pass|secret|token|ticket|access_key|app_key|totp", re.IGNORECASE)
LIMIT_WORDS = re.compile(r"DUE TO TIME LIMIT|TERM_RUNLIMIT|walltime .*exceeded", re.IGNORECASE)
# Where the task ran: brought back, a link to /dev/zero would fill the disk, and a pipe be waited for.
WITHOUT_SPECIAL_FILES = "find -L . '(' -type b -o -type c -o -type p -o -type s ')' -exec rm -f '{}' + 2>/dev/null"
STATES = {1: "waiting", 2: "queued", 3: "running", 6: "running"}

events = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # whatever else prints to stdout goes to stderr
secrets = set()
wish = {"stop": None}
answered = threading.Event()


def mask(text):
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def emit(**event):
    for key in ("message", "reason", "where"):
        if key in event:
            event[key] = mask(event[key])
    events.write(json.dumps(event) + "\n")
    events.flush()


def hide(value):
    """Collects the secrets of a machine and returns it without them."""
    if isinstance(value, dict):
        kept = {}
        for key, item in value.items():
            if SECRET.search(key) and isinstance(item, (str, int)) and not isinstance(item, bool):
                if str(item):
                    secrets.add(str(item))
            else:
                kept[key] = hide(item)
        return kept
    return [hide(item) for item in value] if isinstance(value, list) else value


class Masked(logging.Formatter):
    def format(self, record):
        return mask(super().format(record))


def load_dispatcher(log):
    """Imports dpdispatcher, whose log would go to the current folder, and sends it to ours."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        try:
            import dpdispatcher
            from dpdispatcher import Machine, Resources, Submission, Task
            from dpdispatcher.dlog import dlog
        finally:
            os.chdir(here)
        for handler in list(dlog.handlers):
            dlog.removeHandler(handler)
            handler.close()
    handler = logging.FileHandler(log, delay=True) if log else logging.NullHandler()
    handler.setFormatter(Masked("%(asctime)s - %(levelname)s : %(message)s"))
    dlog.addHandler(handler)
    return dpdispatcher, Machine, Resources, Submission, Task


def with_secrets(stored, current):
    """A machine written down without its secrets, with those of today's where it is the same account."""
    machine = dict(stored)
    profile = dict(stored.get("remote_profile") or {})
    today = current.get("remote_profile") or {}
    if all(profile.get(key) == today.get(key) for key in ("hostname", "username", "email")):
        for key in today:
            if SECRET.search(key):
                profile[key] = today[key]
    if profile:
        machine["remote_profile"] = profile
    return machine


def load_machine(Machine, machine):
    """dpdispatcher's machine; an account on another host is logged into here."""
    try:
        return Machine.load_from_dict(machine)
    except Exception as error:
        profile = machine.get("remote_profile") or {}
        if "hostname" not in profile:
            raise
        where = f"{profile.get('username')}@{profile['hostname']} port {profile.get('port', 22)}"
        raise RuntimeError(f"cannot use {where}: {type(error).__name__}: {error}") from error


class Batch:
    """One submission: its record on disk, its jobs."""

    def __init__(self, record, file, request, modules):
        _, Machine, Resources, Submission, Task = modules
        self.record, self.file = record, file
        machine = with_secrets(record["machine"], request["machine"])
        machine["local_root"] = request["base"]
        resources = dict(record["resources"])
        self.resources = Resources.load_from_dict(resources)
        self.machine = load_machine(Machine, machine)
        tasks = [
            Task(
                command=task["wrapped"],
                task_work_path=task["name"],
                forward_files=task["forward"],
                backward_files=list(dict.fromkeys(task["backward"] + [task["exit"], task["log"]])),
                outlog=task["log"],
                errlog=task["log"],
            )
            for task in record["tasks"]
        ]
        self.by_name = {task["name"]: task for task in record["tasks"]}
        self.submission = Submission(
            work_base=".",
            machine=self.machine,
            resources=self.resources,
            task_list=tasks,
            forward_common_files=[],
            backward_common_files=[],
        )
        self.submission.generate_jobs()
        self.jobs = list(self.submission.belonging_jobs)
        if record.get("hash"):
            # A changed password changes dpdispatcher's hash; the jobs are where they were.
            self.submission.submission_hash = record["hash"]
            self.machine.context.bind_submission(self.submission)
            for job, known in zip(self.jobs, record["jobs"]):
                job.job_hash = known["hash"]
                job.script_file_name = known["script"]
                job.job_id = known["id"] or self.id_left_behind(job)
        else:
            record["hash"] = self.submission.submission_hash
            record["jobs"] = [
                {"hash": job.job_hash, "script": job.script_file_name, "id": "", "ended": False} for job in self.jobs
            ]
        self.said = {}

    def id_left_behind(self, job):
        """Of a job submitted just before we were killed."""
        name = job.job_hash + "_job_id"
        return self.machine.context.read_file(name).strip() if self.machine.context.check_file_exists(name) else ""

    def save(self):
        staged = self.file + ".writing"
        with open(os.open(staged, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
            json.dump(self.record, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(staged, self.file)

    def open_jobs(self):
        return [(job, known) for job, known in zip(self.jobs, self.record["jobs"]) if not known["ended"]]

    def where(self, job):
        host = (self.record["machine"].get("remote_profile") or {}).get("hostname")
        return f"{type(self.machine).__name__} job {job.job_id}" + (f" on {host}" if host else "")

    def names(self, job):
        return [task.task_work_path for task in job.job_task_list]

    def say(self, job, state):
        if self.said.get(job.job_hash) != (state, job.job_id):
            self.said[job.job_hash] = (state, job.job_id)
            emit(event="state", tasks=self.names(job), state=state, where=self.where(job))

    def submit(self):
        """Sends what is not sent; returns whether something was left for later."""
        unsent = [(job, known) for job, known in self.open_jobs() if not job.job_id]
        if not unsent:
            return
        self.submission.upload_jobs()
        for job, known in unsent:
            if wish["stop"]:
                return
            job.submit_job()
            known["id"] = str(job.job_id)
            self.save()
            if job.job_id:
                self.say(job, "queued")
                if self.resources.wait_time:
                    time.sleep(self.resources.wait_time)

    def poll(self):
        for job, known in self.open_jobs():
            if wish["stop"]:
                return
            if not job.job_id:
                continue
            job.get_job_state()
            state = int(job.job_state)
            if state in STATES:
                self.say(job, STATES[state])
            elif state in (4, 5, 7):
                self.collect(job, known)
        self.stop_stragglers()

    def collect(self, job, known, reason=None):
        spoilt = {}
        try:
            self.download(job.job_task_list)
        except Exception:  # by one task's files, perhaps: the others' come alone
            for task in job.job_task_list:
                try:
                    self.download([task])
                except Exception as error:
                    spoilt[task.task_work_path] = f"its files cannot be brought back: {type(error).__name__}: {error}"
        lost = reason or self.why_lost(job)
        for name in self.names(job):
            code = None if name in spoilt else self.exit_code(name)
            why = "" if code is not None else spoilt.get(name, lost)
            emit(event="end", task=name, exit=code, reason=why, where=self.where(job))
        known["ended"] = True
        self.save()

    def download(self, tasks):
        everything = self.submission.belonging_tasks
        self.submission.belonging_tasks = tasks
        try:
            self.machine.context.download(self.submission, check_exists=True, mark_failure=False)
        finally:
            self.submission.belonging_tasks = everything

    def exit_code(self, name):
        path = os.path.join(self.record["base"], name, self.by_name[name]["exit"])
        try:
            if not os.path.isfile(path):  # a pipe would be waited for
                return None
            with open(path) as file:
                return int(file.read(100))
        except (OSError, ValueError):
            return None

    def why_lost(self, job):
        for name in (f"slurm-{job.job_id}.out", f"{job.job_hash}.out"):
            try:
                text = self.machine.context.read_file(name)
            except Exception:  # another scheduler, or nothing written
                continue
            if LIMIT_WORDS.search(text):
                return "time limit"
            if text.strip():
                return "the job ended before the task: " + text.strip().splitlines()[-1][-300:]
        return "the job ended before the task did"

    def stop_stragglers(self):
        """strategy.ratio_unfinished: the last few are not waited for."""
        ratio = self.resources.strategy.get("ratio_unfinished", 0.0)
        left = self.open_jobs()
        if ratio <= 0 or not left:
            return
        waiting = sum(len(job.job_task_list) for job, _ in left)
        if waiting <= ratio * len(self.record["tasks"]):
            for job, known in left:
                if job.job_id:
                    self.machine.kill(job)
                self.collect(job, known, "stopped: strategy.ratio_unfinished")

    def cancel(self):
        for job, known in self.open_jobs():
            if job.job_id:
                self.machine.kill(job)
            known["ended"] = True
        self.clean()

    def clean(self):
        context = self.machine.context
        if type(context).__name__ == "LazyLocalContext":
            hashes = tuple(job.job_hash for job in self.jobs)
            for folder in [self.record["base"]] + [os.path.join(self.record["base"], name) for name in self.by_name]:
                for name in os.listdir(folder) if os.path.isdir(folder) else []:
                    if any(h in name for h in hashes) or name.endswith("_task_tag_finished"):
                        remove(os.path.join(folder, name))
        else:
            try:
                context.clean()
            except Exception as error:  # nothing depends on it
                emit(event="note", message=f"could not remove {context.remote_root}: {error}")
        for task in self.record["tasks"]:
            file = os.path.join(self.record["base"], task["name"], task["exit"])
            if os.path.lexists(file):
                remove(file)
        os.remove(self.file)


def matching(folder, names):
    found = (path for name in names for path in glob.glob(os.path.join(glob.escape(folder), name)))
    return sorted({os.path.relpath(path, folder) for path in found})


def what_is_gone(folder, forward):
    """Of a task whose earlier attempt removed its own folder or inputs: it would stop all that are sent with it."""
    if not os.path.isdir(folder):
        return "its folder is not there any more; the next call writes it anew"
    for name in forward:
        if not glob.glob(os.path.join(glob.escape(folder), name)):
            return f"its input {name} is not there any more; remove its folder to have it written anew"
    return None


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.remove(path)


def new_record(request, tasks):
    token = uuid.uuid4().hex[:12]
    limit = request.get("limit")
    written = []
    for task in tasks:
        folder = os.path.join(request["base"], task["name"])
        resume = matching(folder, task["resume"])
        for old in set(matching(folder, task["backward"] + [task["log"], "dpsieve.exit.*"])) - set(resume):
            remove(os.path.join(folder, old))
        command = "sh -c " + shlex.quote(task["command"])
        if limit:
            command = f"timeout -k 30 {limit:g} {command}"
        exit_file = f"dpsieve.exit.{token}"
        written.append(
            {
                "name": task["name"],
                "wrapped": f"{command} < /dev/null; code=$?; {WITHOUT_SPECIAL_FILES}; echo $code > {exit_file}",
                "exit": exit_file,
                "log": task["log"],
                "forward": task["forward"] + resume,
                "backward": task["backward"],
            }
        )
    return {
        "token": token,
        "base": request["base"],
        "machine": hide(request["machine"]),
        "resources": request["resources"],
        "tasks": written,
    }


def run(request):
    base = request["base"]
    modules = load_dispatcher(os.path.join(base, "dpdispatcher.log"))
    folder = os.path.join(base, ".jobs")
    os.makedirs(folder, exist_ok=True)
    batches = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            file = os.path.join(folder, name)
            with open(file) as stored:
                record = json.load(stored)
            record["base"] = base  # the run may have been moved
            batches.append(Batch(record, file, request, modules))
    found = {name for batch in batches for name in batch.by_name}
    tasks = []
    for task in request["tasks"]:
        if task["name"] not in found:
            gone = what_is_gone(os.path.join(base, task["name"]), task["forward"])
            if gone:
                emit(event="end", task=task["name"], exit=None, reason=gone, where="here")
            else:
                tasks.append(task)
    if tasks:
        record = new_record(request, tasks)
        batch = Batch(record, os.path.join(folder, record["token"] + ".json"), request, modules)
        batch.save()
        batches.append(batch)
    for batch in batches:
        for job, known in zip(batch.jobs, batch.record["jobs"]):
            if known["ended"]:
                for name in batch.names(job):
                    code = batch.exit_code(name)
                    emit(event="end", task=name, exit=code, reason="" if code is not None else "lost", where=batch.where(job))
    while any(batch.open_jobs() for batch in batches):
        for batch in batches:
            batch.submit()
            batch.poll()
        if wish["stop"] == "cancel":
            for batch in batches:
                batch.cancel()
        if wish["stop"]:
            emit(event="stopped")
            return
        if any(batch.open_jobs() for batch in batches):
            for _ in range(max(1, int(request["poll"] * 10))):
                if wish["stop"]:
                    break
                time.sleep(0.1)
    # What ended is told before its record goes: dpsieve has written it down when it answers.
    emit(event="done")
    answered.wait()
    if wish["stop"] is None:
        for batch in batches:
            batch.clean()
        try:
            os.rmdir(folder)
        except OSError:
            pass


def listen():
    """What comes on stdin after the request: "cancel", "seen" once all is done, or its end."""
    line = sys.stdin.readline().strip()
    if line != "seen":
        wish["stop"] = "cancel" if line == "cancel" else "keep"
    answered.set()


def check(request):
    modules = load_dispatcher(None)
    machine = dict(request["machine"])
    machine["local_root"] = request["base"]
    modules[2].load_from_dict(request["resources"])
    load_machine(modules[1], machine)
    emit(event="done", version=getattr(modules[0], "__version__", "unknown"))


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches dpsieve, which decides
    try:
        request = json.loads(sys.stdin.readline())
        hide(request["machine"])
        if request["op"] == "check":
            check(request)
        else:
            threading.Thread(target=listen, daemon=True).start()
            run(request)
    except ImportError as error:
        emit(event="error", message=f"this Python cannot import dpdispatcher: {error}", kind="import")
    except Exception as error:
        if os.environ.get("DPSIEVE_DEBUG"):
            import traceback

            sys.stderr.write(mask(traceback.format_exc()))
        emit(event="error", message=f"{type(error).__name__}: {error}")


main()
