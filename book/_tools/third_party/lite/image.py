"""Run inside Pyodide by image.mjs: write the archive."""

import os
import py_compile
import re
import site
import sys
import zipfile
from pathlib import Path

os.environ["MPLBACKEND"] = "agg"

import matplotlib.font_manager  # noqa: F401  writes its list of fonts beside the package

PACKAGES = Path(site.getsitepackages()[0])
LEFT_OUT = re.compile(
    r""".*/(tests?|testing|include)/.*
    | .*\.(pyi|pxd|h|c|a|md|rst|typed|tar\.gz|dist-info/(?!.*(LICEN|COPYING)).*)
    | (numpy/(f2py|distutils|doc|_pyinstaller)|fontTools|pytz|mpl_toolkits|bin|share)/.*
    | matplotlib/mpl-data/(sample_data|images|plot_directive|fonts/(afm|pdfcorefonts))/.*
    | matplotlib/mpl-data/fonts/ttf/(DejaVuSerif|DejaVuSansMono-).*
    | matplotlib/(animation|backends/(?!__init__|registry|backend_(agg|mixed|template|svg)|_backend_agg).*)
    | PIL/(?!Bmp|Gif|Jpeg|Png|Ppm|WebP)\w+ImagePlugin\.py
    | PIL/(_imagingft|_imagingcms).*
    | anywidget(-.*\.data|/labextension|/nbextension)/.*
    | psygnal/(_pyinstaller_util/.*|testing\.py|qt\.py)
    """,
    re.X,
)
# anywidget looks up its own version there.
KEPT = re.compile(
    r"numpy/testing/(__init__|overrides|_private/\w+)\.py|anywidget-.*\.dist-info/METADATA"
)


def members():
    for path in sorted(PACKAGES.rglob("*")):
        name = path.relative_to(PACKAGES).as_posix()
        if not path.is_file() or "__pycache__" in path.parts:
            continue
        if KEPT.fullmatch(name) or not LEFT_OUT.fullmatch(name):
            yield path, name


def pack(archive):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:

        def add(name, data):
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, data)

        base = PACKAGES.as_posix().lstrip("/")
        for path, name in members():
            if path.suffix == ".py":
                # Without docstrings where the package can do without: numpy cannot.
                level = 0 if name.startswith("numpy/") else 2
                compiled = py_compile.compile(
                    str(path), cfile="/tmp/module.pyc", dfile=name, doraise=True, optimize=level
                )
                add(f"{base}/{name}c", Path(compiled).read_bytes())
            else:
                add(f"{base}/{name}", path.read_bytes())


def own_library():
    """The modules of Python's own library that the packages import, as "a, b.c, ..."."""
    import matplotlib.pyplot  # noqa: F401
    import PIL.Image  # noqa: F401
    import tqdm.auto  # noqa: F401
    import traitlets  # noqa: F401

    own = [
        name
        for name, module in sys.modules.items()
        if name.partition(".")[0] in sys.stdlib_module_names
        and not name.startswith(("_", "encodings", "importlib"))
        and getattr(module, "__spec__", None) is not None
        and not str(getattr(module, "__file__", "")).endswith(".so")
    ]
    return ", ".join(sorted(own))
