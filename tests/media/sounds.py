"""Sound files of a known length: their containers, with nothing to hear in them."""

import struct
import wave
from io import BytesIO

FRAME = b"\xff\xfb\x90\xc4" + bytes(413)  # MPEG 1 layer 3, 128 kbit/s, 44,100 Hz: 417 bytes


def wav(seconds: float = 3.0) -> bytes:
    written = BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * round(8000 * seconds)))
    return written.getvalue()


def mp3(
    seconds: float = 3.0, *, tag: bytes = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10)
) -> bytes:
    return tag + FRAME * round(seconds * 44_100 / 1152)


def flac(seconds: float = 3.0) -> bytes:
    facts = 44_100 << 44 | 15 << 36 | round(44_100 * seconds)
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + facts.to_bytes(8) + bytes(16)
    return b"fLaC\x80" + len(info).to_bytes(3) + info + bytes(20_000)


def ogg(seconds: float = 3.0) -> bytes:
    """Opus, as Telegram's own voice messages."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
    samples = round(48_000 * seconds) + 312
    pages = [(2, 0, head), (0, 0, b"OpusTags" + bytes(8)), (4, samples, bytes(200))]
    return b"".join(
        b"OggS\x00"
        + struct.pack("<BqIIIBB", kind, granule, 7, number, 0, 1, len(content))
        + content
        for number, (kind, granule, content) in enumerate(pages)
    )


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def mp4(seconds: float = 3.0, *, brand: bytes = b"isom") -> bytes:
    header = struct.pack(">IIIII", 0, 0, 0, 600, round(600 * seconds)) + bytes(80)
    movie = _box(b"moov", _box(b"mvhd", header))
    return _box(b"ftyp", brand + bytes(4)) + _box(b"mdat", bytes(20_000)) + movie


def _element(id: str, content: bytes, *, unknown: bool = False) -> bytes:
    size = b"\x01" + b"\xff" * 7 if unknown else (len(content) | 1 << 56).to_bytes(8)
    return bytes.fromhex(id) + size + content


def webm(seconds: float = 3.0, *, is_recorded: bool = False) -> bytes:
    """As a browser records it, it has no length in its header, and sizes that nobody knows."""
    told = b"" if is_recorded else _element("4489", struct.pack(">d", 1000 * seconds))
    info = _element("1549A966", _element("2AD7B1", (1_000_000).to_bytes(3)) + told)
    clusters = b"".join(
        _element(
            "1F43B675",
            _element("E7", (1000 * second).to_bytes(4)) + _element("A3", b"\x81\x00\x00\x80" * 30),
            unknown=is_recorded,
        )
        for second in range(int(seconds) + 1)
    )
    segment = _element("18538067", info + clusters, unknown=is_recorded)
    return _element("1A45DFA3", _element("4282", b"webm")) + segment
