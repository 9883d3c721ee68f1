"""How a process that ended by itself did so, in words that are the same on every platform."""

from __future__ import annotations

import signal

_SIGNALS = {"SIGSEGV": "a segmentation fault", "SIGABRT": "an abort", "SIGKILL": "a kill"}
_WINDOWS = {
    0xC0000005: "a segmentation fault",  # an access violation, which is the same thing
    0xC000001D: "an illegal instruction",
    0xC0000094: "a division of whole numbers by zero",
    0xC00000FD: "a stack overflow",
    0xC0000135: "a library that is missing",
    0xC000013A: "an interrupt",
    0xC0000374: "a damaged heap",
    0xC0000409: "an abort",
}
_FIRST_OF_WINDOWS = 0xC0000000  # from here on a code is an error of the system, not a number to exit with
_NO_MEMORY = 0xC0000017


def explain(code: int) -> tuple[str, str]:
    """Why a worker ended, "timeout", "memory" or "crashed", and one sentence about it.

    code: as `subprocess` gives it: an exit status, a signal's number below zero, or an error of Windows.
    """
    if code < 0:
        name = _signal(-code)
        if name == "SIGXCPU":
            return "timeout", "it used up its processor time"
        return "crashed", f"the process died of {_SIGNALS.get(name, name)}"
    if code == _NO_MEMORY:
        return "memory", "more memory than there is"
    if code >= _FIRST_OF_WINDOWS:
        return "crashed", f"the process died of {_WINDOWS.get(code, f'the error 0x{code:08X}')}"
    return "crashed", f"the process ended itself (exit status {code})"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal: most of them have no name
        return f"signal {number}"
