"""The journal's files seen from outside: where frames lie, and how to damage one on purpose."""
import pathlib

PAGE = 4096
FRAME_MAGIC = b"TOJ1"
SEGMENT_MAGIC = b"TOJSEG01"
FRAME_HEADER = 128


def directory(daemon):
    """data/<group> of a daemon that was ready once: where its segments are."""
    found = sorted(pathlib.Path(daemon.ready["data"]).rglob("seg-*.toj"))
    return found[0].parent


def segments(daemon):
    return sorted(directory(daemon).glob("seg-*.toj"))


def frames(path):
    """[(page, body bytes)] of every page that starts with a frame's magic."""
    found = []
    with open(path, "rb") as segment:
        page = 0
        while head := segment.read(PAGE):
            if head[:4] == FRAME_MAGIC:
                found.append((page, int.from_bytes(head[8:12], "little")))
            page += 1
    return found


def flip(path, offset, mask=0x01):
    """Changes one byte; the same call again restores it."""
    with open(path, "r+b") as target:
        target.seek(offset)
        value = target.read(1)[0]
        target.seek(offset)
        target.write(bytes([value ^ mask]))
