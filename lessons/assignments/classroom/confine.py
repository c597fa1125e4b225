"""What a process may still do before foreign code runs in it. Linux only: Landlock, seccomp, resource limits.

No privileges are needed, and none are left. Afterwards the process, for good,

* reads only the interpreter, its packages and the library, writes only into its own scratch folder (Landlock);
* has no sockets, starts no process, sends no signal to another, traces none, stays in its process group (seccomp);
* has no capabilities, even as root, and so much memory, processor time and file size (rlimits).

What is left open: it can fill its scratch folder up to the time limit, see names and sizes (not contents) of files, and
use whatever holes the kernel may have. It is a fence against students, not a prison for experts.
"""

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

READ_FILE, READ_DIR = 1 << 2, 1 << 3
MEMORY, FILE_SIZE, OPEN_FILES = 4 << 30, 8 << 20, 256
NO_NEW_PRIVILEGES, SECCOMP, FILTER_MODE = 38, 22, 2
CLONE_THREAD = 0x10000
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000

# Calls that are refused, by machine. Beside processes, sockets and signals: what could reach around Landlock, and what
# changes the settings of other processes of the same user.
DENIED = {
    "x86_64": {
        "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "socket": 41, "kill": 62, "tkill": 200, "ptrace": 101,
        "process_vm_readv": 310, "process_vm_writev": 311, "pidfd_open": 434, "pidfd_getfd": 438,
        "pidfd_send_signal": 424, "io_uring_setup": 425, "bpf": 321, "mount": 165, "unshare": 272, "setns": 308,
        "add_key": 248, "request_key": 249, "keyctl": 250, "userfaultfd": 323, "perf_event_open": 298,
        "setpriority": 141, "sched_setscheduler": 144, "sched_setaffinity": 203, "ioprio_set": 251,
        "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240, "setpgid": 109, "setsid": 112,
    },
    "aarch64": {
        "execve": 221, "execveat": 281, "socket": 198, "kill": 129, "tkill": 130, "ptrace": 117,
        "process_vm_readv": 270, "process_vm_writev": 271, "pidfd_open": 434, "pidfd_getfd": 438,
        "pidfd_send_signal": 424, "io_uring_setup": 425, "bpf": 280, "mount": 40, "unshare": 97, "setns": 268,
        "add_key": 217, "request_key": 218, "keyctl": 219, "userfaultfd": 282, "perf_event_open": 241,
        "setpriority": 140, "sched_setscheduler": 119, "sched_setaffinity": 122, "ioprio_set": 30,
        "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180, "setpgid": 154, "setsid": 157,
    },
}  # fmt: skip
# Allowed with one argument only: threads, signals to oneself, limits of oneself.
SPECIAL = {
    "x86_64": {"arch": 0xC000003E, "clone": 56, "tgkill": 234, "prlimit": 302, "capset": 126},
    "aarch64": {"arch": 0xC00000B7, "clone": 220, "tgkill": 131, "prlimit": 261, "capset": 91},
}
CLONE3, CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 435, 444, 445, 446  # the same on all machines


class CannotConfine(OSError):
    """The machine does not have what a fence is made of."""


def why_not() -> str:
    """Why this machine cannot confine a process, or nothing."""
    if sys.platform != "linux":
        return f"only Linux can confine submissions, and this is {platform.system()}"
    if platform.machine() not in DENIED:
        return f"no list of system calls for {platform.machine()}"
    if ctypes.CDLL(None).syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1)) < 1:
        return "the kernel has no Landlock (Linux 5.13 or newer, and not switched off)"
    return ""


def confine(readable: Iterable[Path], scratch: Path, seconds: int) -> None:
    """Confine this process, which must have one thread, to reading *readable* and writing *scratch*."""
    if reason := why_not():
        raise CannotConfine(reason)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    libc = ctypes.CDLL(None, use_errno=True)
    _must(libc.prctl(NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0))), "no new privileges")
    nothing = struct.pack("II", 0x20080522, 0), bytes(24)
    _must(libc.syscall(SPECIAL[platform.machine()]["capset"], *nothing), "no capabilities")
    _landlock(libc, readable, scratch)
    program = b"".join(_filter(platform.machine(), os.getpid()))
    code = ctypes.create_string_buffer(program, len(program))
    where = struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    _must(libc.prctl(SECCOMP, ctypes.c_ulong(FILTER_MODE), where), "seccomp")


def _landlock(libc: ctypes.CDLL, readable: Iterable[Path], scratch: Path) -> None:
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    files = (1 << 13 + sum(version >= added for added in (2, 3, 5))) - 1  # one more right in each of these
    size = 8 + 8 * (version >= 4) + 8 * (version >= 6)
    wanted = struct.pack("QQQ", files, 0b11, 0b11)[:size]  # all of files, TCP, abstract sockets and signals
    rules = _must(libc.syscall(CREATE_RULESET, wanted, ctypes.c_size_t(size), ctypes.c_uint32(0)), "landlock")
    grants = [(path, READ_FILE | READ_DIR) for path in readable] + [(scratch, files & ~1)]
    for path, access in grants:
        if not path.exists():
            continue
        if not path.is_dir():
            access = READ_FILE if path.name != "null" else READ_FILE | 1 << 1
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", access, place)
        _must(libc.syscall(ADD_RULE, rules, ctypes.c_int(1), rule, ctypes.c_uint32(0)), f"landlock for {path}")
        os.close(place)
    _must(libc.syscall(RESTRICT_SELF, rules, ctypes.c_uint32(0)), "landlock")
    os.close(rules)


def _filter(machine: str, pid: int) -> list[bytes]:
    """The program that the kernel runs at every system call."""

    def step(code: int, k: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("HBBI", code, yes, no, k)

    load, equal, least, some, result = 0x20, 0x15, 0x35, 0x45, 0x06
    refuse, special = step(result, ERROR | errno.EPERM), SPECIAL[machine]
    program = [step(load, 4), step(equal, special["arch"], 1), step(result, KILL), step(load, 0)]
    program += [step(least, 0x40000000, 0, 1), step(result, KILL)]  # the other numbering of x86_64
    for number in DENIED[machine].values():
        program += [step(equal, number, 0, 1), refuse]
    program += [step(equal, CLONE3, 0, 1), step(result, ERROR | errno.ENOSYS)]  # glibc then falls back to clone
    for name, test in (("clone", (some, CLONE_THREAD)), ("tgkill", (equal, pid)), ("prlimit", (equal, 0))):
        program += [step(equal, special[name], 0, 4), step(load, 16), step(*test, 0, 1), step(result, ALLOW), refuse]
    return [*program, step(result, ALLOW)]


def _must(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise CannotConfine(code, f"{what}: {os.strerror(code)}")
    return result
