"""For maintainers: compile the system calls that a worker may make to `dojo/worker/filters/*.bpf`.

    python scripts/compile_filter.py            # needs pyseccomp and libseccomp
    python scripts/compile_filter.py --check    # exit 1 if the committed filters are not these

Compiled here and not when a worker starts, because finding libseccomp takes ten times as long as forking a
worker does. What is not listed is refused with EPERM, which Python turns into a PermissionError.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "dojo" / "worker" / "filters"
ARCHITECTURES = ("x86_64", "aarch64")
OWN_PID = 0x5D0B0D05  # stands where the worker's own number is put when the filter is loaded

# Code that computes: memory, clocks, its own signals, its end.
_COMPUTE = """
    brk mmap munmap mremap mprotect madvise futex set_robust_list rseq membarrier sched_yield
    sched_getaffinity getrandom clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times
    getrusage getrlimit uname sysinfo getpid gettid getppid getuid geteuid getgid getegid getpgrp getsid
    getgroups getcpu rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall exit exit_group
"""
# The modules that an answer imports, and the scratch folder. Which files these are, Landlock decides.
_FILES = """
    open openat close read pread64 readv write pwrite64 writev lseek fstat newfstatat stat lstat statx access
    faccessat faccessat2 readlink readlinkat getdents64 getcwd unlink unlinkat ftruncate fsync fdatasync umask
    fadvise64
"""
# The channel to the grader is an open descriptor: no call that would make another one.
_CHANNEL = "recvfrom poll ppoll select pselect6 shutdown"
_DESCRIPTORS = {"F_GETFD": 1, "F_SETFD": 2, "F_GETFL": 3, "F_SETFL": 4, "F_DUPFD_CLOEXEC": 1030}
_TERMINAL = {"TCGETS": 0x5401, "FIONREAD": 0x541B, "FIONCLEX": 0x5450, "FIOCLEX": 0x5451}
_NAMES = {"PR_SET_NAME": 15, "PR_GET_NAME": 16}


def main() -> int:
    """Write the filters, or compare them with what is committed. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for architecture in ARCHITECTURES:
        path, program = FOLDER / f"{architecture}.bpf", compile_for(architecture)
        if check and (not path.exists() or path.read_bytes() != program):
            stale.append(path.name)
        elif not check:
            path.write_bytes(program)
            print(f"{path.name}: {len(program) // 8} instructions")
    if stale:
        print(f"Not as the script makes them: {', '.join(stale)}. Run scripts/compile_filter.py.")
    return 1 if stale else 0


def compile_for(architecture: str) -> bytes:
    """The filter for one architecture, as the kernel takes it: 8 bytes for each instruction."""
    import errno

    import pyseccomp as seccomp

    filter_ = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    filter_.remove_arch(seccomp.Arch.NATIVE)
    filter_.add_arch(getattr(seccomp.Arch, architecture.upper()))
    for name in f"{_COMPUTE} {_FILES} {_CHANNEL}".split():
        filter_.add_rule(seccomp.ALLOW, name)
    for name, position, values in (
        ("fcntl", 1, _DESCRIPTORS.values()),
        ("ioctl", 1, _TERMINAL.values()),
        ("prctl", 0, _NAMES.values()),
        ("prlimit64", 2, [0]),  # a look at the limits, not a change
        ("sendto", 4, [0]),  # to the grader, with no other address
        ("tgkill", 0, [OWN_PID]),  # abort() and raise() signal the process itself
        ("kill", 0, [OWN_PID]),
    ):
        for value in values:
            filter_.add_rule(seccomp.ALLOW, name, seccomp.Arg(position, seccomp.EQ, value))
    return _exported(filter_)


def _exported(filter_: Any) -> bytes:
    with tempfile.TemporaryFile() as file:
        filter_.export_bpf(file)
        file.seek(0)
        return file.read()


if __name__ == "__main__":
    sys.exit(main())
