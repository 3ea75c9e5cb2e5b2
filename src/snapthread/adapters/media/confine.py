"""The limits of a child that opens other people's bytes, set by itself before it does.

They hold without root and without the kernel's help beyond POSIX: no more memory than it may take,
no file or socket opened any more, nothing written to a disk, no core, an end to its processor time.
A process of root could raise them again; the container's is not root's.
"""

from contextlib import suppress
from pathlib import Path

from snapthread.limits import CHILD_DECODES_BYTES

# The interpreter, the decoders' code, and what is read and written, beside what is decoded.
_BESIDE_BYTES = 128 * 1024 * 1024
_CPU_S = 60


def confine(most_bytes: int = CHILD_DECODES_BYTES) -> None:
    """Import what will be needed before. `most_bytes`: what it may fill."""
    # Linux: if memory runs out it is this process that the kernel ends, not the bot.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    try:
        import resource  # POSIX only
    except ImportError:
        return
    limits = {
        resource.RLIMIT_AS: most_bytes + _BESIDE_BYTES,
        resource.RLIMIT_CPU: _CPU_S,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 3,  # its three streams are open: there is no fourth
    }
    for kind, most in limits.items():
        with suppress(OSError, ValueError):  # macOS knows no limit on address space
            resource.setrlimit(kind, (most, most))
