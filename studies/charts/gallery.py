"""The pictures of a query, drawn once per revision and kept."""

import hashlib

from ..ask import current
from ..ask.charts import Asked
from ..pure.documents import dumps
from . import doses, evidence_map, intervals, swimmers
from .picture import ORIGIN, Picture, png, svg

MODULES = (evidence_map, doses, intervals, swimmers)
DRAW = {module.NAME: module.draw for module in MODULES}
TITLES = {module.NAME: module.TITLE for module in MODULES}


def picture(name: str, asked: Asked) -> Picture:
    """A picture by its name."""
    return _kept(f"picture:{name}", asked, lambda: DRAW[name](asked))


def drawing(name: str, asked: Asked, origin: str = "", alone: bool = True) -> str:
    """A picture as SVG, its links leading to `origin`; nothing where there is nothing to draw. One that does not stand
    `alone` has its title and its caption on the page around it."""
    if picture(name, asked).specification is None:
        return ""
    kind = "svg" if alone else "bare"
    return _kept(f"{kind}:{name}", asked, lambda: svg(picture(name, asked), alone)).replace(ORIGIN, origin)


def image(name: str, asked: Asked) -> bytes:
    """A picture as PNG; nothing where there is nothing to draw."""
    if picture(name, asked).specification is None:
        return b""
    return _kept(f"png:{name}", asked, lambda: png(drawing(name, asked)))


def document(picture: Picture, origin: str) -> str:
    """What the API answers of a picture, but for what it was asked."""
    told = {key: getattr(picture, key) for key in ("name", "title", "shows", "told", "notes", "beside", "rows")}
    return dumps(told | {"vega_lite": picture.specification}).replace(ORIGIN, origin)


def _kept(name: str, asked: Asked, make):
    key = hashlib.sha256(f"{name}:{asked.key}".encode()).hexdigest()
    return current.kept(asked.revision, f"chart:{key}", make)
