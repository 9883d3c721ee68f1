"""The probe: handed in like any submission, it tries every forbidden act and tells what came of it.

It runs in a worker, with nothing but Python; the other side is `probe`. An act that raises was refused.
"""

import builtins
import ctypes
import io
import mmap
import os
import socket
import threading


def read_a_file(targets):
    return io.open(targets["secret"]).read()


def list_a_folder(targets):
    return os.listdir(os.path.dirname(targets["secret"]))


def read_the_course(targets):
    return os.listdir(targets["course"])


def read_the_hidden_graders(targets):
    return os.listdir(targets["hidden"])


def read_the_home_folder(targets):
    return os.listdir(targets["home"])


def write_a_file(targets):
    io.open(targets["writable"], "a").write("x")


def make_a_file(targets):
    io.open(targets["writable"] + "-2", "w").close()


def change_a_mode(targets):
    os.chmod(targets["writable"], 0o666)


def open_a_tcp_socket(targets):
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()


def open_a_udp_socket(targets):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()


def connect_to_this_machine(targets):
    socket.create_connection(("127.0.0.1", targets["port"]), timeout=1).close()


def connect_to_a_unix_socket(targets):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(targets["socket"])
    connection.close()


def start_a_program(targets):
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


def fork(targets):
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def start_a_thread(targets):
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def signal_the_grader(targets):
    os.kill(targets["grader"], 0)


def signal_its_server(targets):
    os.kill(os.getppid() or 1, 0)


def trace_its_server(targets):
    _system_call("ptrace", 0x4206, os.getppid() or 1, 0, 0)  # PTRACE_SEIZE, which stops nothing


def read_the_memory_of_its_server(targets):
    io.open(f"/proc/{os.getppid() or 1}/mem", "rb").close()


def see_other_processes(targets):
    return os.listdir("/proc")


def make_a_user_namespace(targets):
    _system_call("unshare", 0x10000000)


def make_a_file_in_memory(targets):
    os.close(os.memfd_create("probe"))


def take_too_much_memory(targets):
    mmap.mmap(-1, targets["memory"]).close()


def write_too_large_a_file(targets):
    with io.open("large", "wb", buffering=0) as file:
        if file.write(bytes(targets["file"])) < targets["file"]:
            raise OSError("the file was cut")


def find_a_secret_in_the_environment(targets):
    return _found(set(os.environ) - set(targets["environment"]))


def find_a_descriptor(targets):
    return _found([number for number in range(4, 256) if _is_open(number)])


def see_that_the_course_is_there(targets):
    os.stat(os.path.join(targets["course"], "course.toml"))


def see_that_hidden_graders_are_there(targets):
    os.stat(targets["hidden"])


def see_that_the_file_is_there(targets):
    os.stat(targets["secret"])


def _found(things):
    if not things:
        raise LookupError("there is none")
    return things


def _is_open(number):
    try:
        os.fstat(number)
        return True
    except OSError:
        return False


def _system_call(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if builtins.getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def user():
    """The number of the user as whom this runs."""
    return os.geteuid()


def probe(names, targets):
    """What came of each act: the reason for which it was refused, or None where it went through."""
    came = {}
    for name in names:
        try:
            builtins.globals()[name](targets)
            came[name] = None
        except BaseException as error:
            came[name] = (builtins.getattr(error, "strerror", None) or str(error))[:80]
    return came
