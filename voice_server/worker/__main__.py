"""`<a backend's python> <voice_server>/worker <adapter file> [orders]`: our code in a backend's environment.

The interpreter belongs to the backend: only its packages are on the path. Our package is loaded by its path,
so that neither our site-packages nor the names of files in this folder can hide a library of the backend. The
pipes are moved before anything that could print is imported. `orders` is the descriptor of the socket of a
process that may become a template.
"""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location

# This folder, put there by the interpreter: `import loop` in some library must not find ours.
del sys.path[0]


def _find_package() -> None:
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - see loading time
    file = os.path.join(folder, "__init__.py")  # noqa: PTH118
    spec = spec_from_file_location("voice_server", file, submodule_search_locations=[folder])
    if spec is None or spec.loader is None:
        raise ImportError("voice_server")
    package = module_from_spec(spec)
    sys.modules["voice_server"] = package
    spec.loader.exec_module(package)


def _main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - a backend's python may be any
        sys.exit("its python is %d.%d, and a worker needs 3.11 or newer" % sys.version_info[:2])  # noqa: UP031
    _find_package()
    from voice_server.process.stdio import StdioChannel, die_with_parent, take_descriptors  # noqa: PLC0415

    orders = int(sys.argv[2]) if len(sys.argv) > 2 else None
    requests, answers = take_descriptors(orders)
    die_with_parent()
    from voice_server.worker.render_loop import serve  # noqa: PLC0415 - msgpack comes after the pipes are safe

    serve(StdioChannel(requests, answers), sys.argv[1], orders)


if __name__ == "__main__":
    _main()
