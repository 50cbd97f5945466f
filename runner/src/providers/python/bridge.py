"""Calls Chaos Toolkit's own code for Pado, so that its extensions work here as they do under `chaos run`.

One JSON document a line: requests come on file descriptor 3, answers and logs go out on 4; stdout and stderr are the
user's code's own. A request {id, do, with} is answered by {id, result}, {id, interrupt} or {id, error}; {cancel: id}
raises in the thread that works on it. Requests are worked on in the main thread, where libraries expect to be; those
that come while it is busy (background activities, a hypothesis that is watched) get a thread of their own.
"""

from __future__ import annotations

import ctypes
import importlib
import inspect
import json
import logging
import math
import os
import queue
import sys
import threading
import time
import traceback
from typing import Any, Callable, Dict, List, Optional

# The folder of this file is not the user's; that which they stand in is, but shadows nothing.
if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
    del sys.path[0]
sys.path.append(os.getcwd())

os.set_inheritable(3, False)
os.set_inheritable(4, False)
requests = os.fdopen(3, "r", encoding="utf-8")
answers = os.fdopen(4, "w", encoding="utf-8")
answering = threading.Lock()


def send(message: Dict[str, Any]) -> None:
    line = json.dumps(message, allow_nan=False)
    with answering:
        try:
            answers.write(line + "\n")
            answers.flush()
        except OSError:
            os._exit(1)


try:
    import chaoslib
    from chaoslib.control import (
        apply_controls,
        cleanup_controls,
        cleanup_global_controls,
        initialize_controls,
        initialize_global_controls,
        load_global_controls,
    )
    from chaoslib.exceptions import (
        ActivityFailed,
        ExperimentExitedException,
        InterruptExecution,
        InvalidActivity,
    )
    from chaoslib.provider.python import (
        run_python_activity,
        validate_python_activity,
    )
    from chaoslib.run import EventHandlerRegistry
    from chaoslib.settings import load_settings, loaded_settings
except ImportError as error:
    send({"missing": str(error)})
    sys.exit(0)


class Run:
    """What `begin` has been told; chaoslib's own Runner holds the same."""

    experiment: Optional[Dict[str, Any]] = None
    configuration: Dict[str, Any] = {}
    secrets: Dict[str, Any] = {}
    settings: Dict[str, Any] = {}
    events = EventHandlerRegistry()


def call(provider: Dict[str, Any], name: str, configuration: Dict[str, Any], secrets: Dict[str, Any]) -> Any:
    """Runs a function as an activity."""
    activity = {"type": "probe", "name": name, "provider": provider}
    importlib.import_module(provider["module"])
    validate_python_activity(activity)
    return run_python_activity(activity, configuration, secrets)


def begin(experiment: Dict[str, Any], configuration: Dict[str, Any], secrets: Dict[str, Any]) -> None:
    """Loads the global controls of the user's settings, and configures these and the experiment's own."""
    Run.experiment, Run.configuration, Run.secrets = experiment, configuration, secrets
    Run.settings = load_settings() or {}
    load_global_controls(Run.settings)
    initialize_global_controls(experiment, configuration, secrets, Run.settings, event_registry=Run.events)
    initialize_controls(experiment, configuration, secrets, event_registry=Run.events)


def control(when: str, level: str, subject: Any, state: Any) -> Dict[str, Any]:
    """Applies every control of a level, and tells those that listen to events; gives back what they were given."""
    experiment = Run.experiment
    if experiment is None:
        raise InvalidActivity("begin comes before control")
    context = subject if level == "activity" else experiment
    if level == "hypothesis":
        context = experiment.get("steady-state-hypothesis") or {}
    if when == "before":
        notify(when, level, context, state)
    try:
        apply_controls(
            level=level,
            experiment=experiment,
            context=context,
            scope=when,
            state=state,
            configuration=Run.configuration,
            secrets=Run.secrets,
        )
    finally:
        if when == "after":
            notify(when, level, context, state)
    return {"subject": context, "state": state}


def notify(when: str, level: str, context: Any, state: Any) -> None:
    told: Dict[str, Callable[[], None]] = {
        "before experiment": lambda: Run.events.started(context, {}),
        "before method": lambda: Run.events.start_method(context),
        "after method": lambda: Run.events.method_completed(context, state),
        "before rollback": lambda: Run.events.start_rollbacks(context),
        "after rollback": lambda: Run.events.rollbacks_completed(context, state),
        "before activity": lambda: Run.events.start_activity(context),
        "after activity": lambda: Run.events.activity_completed(context, state),
        "after experiment": lambda: Run.events.finish(state),
    }
    told.get(f"{when} {level}", lambda: None)()


def close() -> None:
    """Cleans up what `begin` has configured."""
    if Run.experiment is None:
        return
    try:
        cleanup_controls(Run.experiment)
    finally:
        cleanup_global_controls()


def plain(value: Any, depth: int = 0) -> Any:
    """A value that JSON can hold: as chaoslib encodes it, NaN as null, everything else as text."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth > 50:
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    try:
        return plain(chaoslib.PayloadEncoder().default(value), depth + 1)
    except TypeError:
        return str(value)


def describe(error: BaseException, request: Dict[str, Any]) -> Dict[str, Any]:
    """What went wrong and where: in the function's own file if possible, for a library's insides tell a user little."""
    provider = request.get("with", {}).get("provider", {})
    module = sys.modules.get(provider.get("module", ""))
    home = getattr(module, "__file__", None)
    cause = error.__context__ if isinstance(error, ActivityFailed) and error.__context__ is not None else error
    frames: List[traceback.FrameSummary] = list(traceback.extract_tb(cause.__traceback__))
    own = [frame for frame in frames if frame.filename == home]
    last = (own or frames or [None])[-1]
    text = "".join(traceback.format_exception_only(type(cause), cause)).strip().splitlines()[-1]
    kind = "raised"
    if isinstance(error, InvalidActivity):
        kind, text = "invalid", str(error)
    elif isinstance(error, ModuleNotFoundError) and f"{provider.get('module')}.".startswith(f"{error.name}."):
        kind = "missing"
    return {
        "kind": kind,
        "message": text,
        "at": None if last is None or kind != "raised" else f"{last.filename}:{last.lineno}",
        "traceback": "".join(traceback.format_exception(type(cause), cause, cause.__traceback__))[-8000:],
    }


class Log(logging.Handler):
    """Tells what is logged. chaoslib hides the failures of controls at the level debug: these are warnings here."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.told: set = set()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        level = record.levelname.lower()
        if record.levelno <= logging.DEBUG:
            failed = record.exc_info and "ontrol" in text
            if failed:
                error = record.exc_info[1]
                if isinstance(error, InterruptExecution):
                    return
                text = f"{text}: {type(error).__name__}: {error}"
            elif not (text.startswith("Control module") and "could not be loaded" in text) or text in self.told:
                return
            self.told.add(text)
            level = "warning"
        send({"log": level if level in ("info", "warning") else "error", "text": text})


tasks: Dict[str, Callable[..., Any]] = {"call": call, "begin": begin, "control": control, "close": close}
work: "queue.Queue[Dict[str, Any]]" = queue.Queue()
working: Dict[int, int] = {}
guard = threading.Lock()
main_thread = threading.main_thread().ident or 0


def handle(request: Dict[str, Any]) -> None:
    number = request["id"]
    with guard:
        working[number] = threading.get_ident()
    loaded_settings.set(Run.settings)
    try:
        answer = {"id": number, "result": plain(tasks[request["do"]](**request["with"]))}
    except InterruptExecution as error:
        answer = {"id": number, "interrupt": str(error)}
    except BaseException as error:  # also SystemExit: the user's code ends itself, not this process
        answer = {"id": number, "error": describe(error, request)}
    finally:
        with guard:
            working.pop(number, None)
    send(answer)


def interrupt(number: int) -> None:
    """Raises in the thread that works on a request; a blocking call of C code sees it when it returns."""
    with guard:
        thread = working.get(number)
        if thread is not None:
            error = ctypes.py_object(ExperimentExitedException)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)


def read() -> None:
    """Hands requests out, until their other end is closed: then the user's code gets two seconds to tidy up."""
    for line in requests:
        request = json.loads(line)
        if "cancel" in request:
            interrupt(request["cancel"])
            continue
        with guard:
            busy = not work.empty() or main_thread in working.values()
        if busy:
            threading.Thread(target=handle, args=(request,), daemon=True).start()
        else:
            work.put(request)
    for number in list(working):
        interrupt(number)
    deadline = time.monotonic() + 2
    while working and time.monotonic() < deadline:
        time.sleep(0.05)
    os._exit(0)


logger = logging.getLogger("chaostoolkit")
logger.handlers, logger.propagate = [Log()], False
logger.setLevel(logging.DEBUG)
send({"ready": {"chaoslib": chaoslib.__version__, "python": sys.executable}})
threading.Thread(target=read, daemon=True).start()
while True:
    try:
        handle(work.get())
    except BaseException:  # an interruption that came after the work was done
        pass
