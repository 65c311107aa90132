"""The building blocks of image files, for those that no honest program writes."""

import struct
import zlib
from collections.abc import Iterator

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BLOCK = 1 << 20


def png_chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_header(width: int, height: int, *, depth: int = 8, colour: int = 0) -> bytes:
    return PNG_SIGNATURE + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def png(width: int, height: int, rows: bytes, *, depth: int = 8, colour: int = 0, before: bytes = b"") -> bytes:
    """A PNG of compressed `rows`, with chunks `before` them."""
    pixels = png_chunk(b"IDAT", rows)
    return png_header(width, height, depth=depth, colour=colour) + before + pixels + png_chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """`count` zero bytes as zlib compresses them, a thousand times smaller; made from one compressed block."""
    compress = zlib.compressobj()
    head = compress.compress(bytes(_BLOCK)) + compress.flush(zlib.Z_FULL_FLUSH)
    block = compress.compress(bytes(_BLOCK)) + compress.flush(zlib.Z_FULL_FLUSH)
    tail = compress.compress(bytes(count % _BLOCK)) + compress.flush()
    blocks = count // _BLOCK
    checksum = struct.pack(">I", (count % 65521) << 16 | 1)
    return (head if blocks else head[:2]) + block * (blocks - 1) + tail[:-4] + checksum


def png_with(photo: bytes, *chunks: bytes) -> bytes:
    """`photo`, a PNG, with chunks put in behind its header."""
    return photo[:33] + b"".join(chunks) + photo[33:]


def jpeg_segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def jpeg_with(photo: bytes, *segments: bytes) -> bytes:
    """`photo`, a JPEG, with segments put in behind its first two bytes."""
    return photo[:2] + b"".join(segments) + photo[2:]


def jpeg_sized(photo: bytes, width: int, height: int) -> bytes:
    """`photo`, a baseline JPEG, whose header claims another size."""
    frame = photo.index(b"\xff\xc0")
    return photo[: frame + 5] + struct.pack(">HH", height, width) + photo[frame + 9 :]


def jpeg_scans(photo: bytes) -> Iterator[bytes]:
    """Each scan of a progressive JPEG, with the tables that stand before it."""
    start = photo.index(b"\xff\xc2")
    start += 2 + int.from_bytes(photo[start + 2 : start + 4], "big")
    while True:
        scan = photo.index(b"\xff\xda", start)
        end = scan + 2
        while photo[end] != 0xFF or photo[end + 1] == 0 or 0xD0 <= photo[end + 1] <= 0xD7:
            end += 1
        yield photo[start:end]
        if photo[end + 1] == 0xD9:
            return
        start = end


def gif_header(width: int, height: int) -> bytes:
    palette = bytes([0, 0, 0, 255, 255, 255])
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + palette


def gif_with(photo: bytes, extension: bytes) -> bytes:
    """`photo`, a GIF, with an extension put in behind its palette."""
    start = 13 + 3 * 2 ** ((photo[10] & 7) + 1)
    return photo[:start] + extension + photo[start:]


def gif_frame(width: int, height: int, pixels: bytes) -> bytes:
    """A frame of LZW codes, in sub-blocks."""
    header = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02"
    return header + sub_blocks(pixels)


def sub_blocks(content: bytes) -> bytes:
    blocks = (content[start : start + 255] for start in range(0, len(content), 255))
    return b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def riff_chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def webp(*chunks: bytes) -> bytes:
    return riff_chunk(b"RIFF", b"WEBP" + b"".join(chunks))


def webp_canvas(width: int, height: int, flags: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + size)


def webp_lossless_sized(photo: bytes, width: int, height: int) -> bytes:
    """`photo`, a lossless WebP, whose header claims another size."""
    place = photo.index(b"VP8L") + 9
    bits = int.from_bytes(photo[place : place + 4], "little") & ~0xFFFFFFF
    return photo[:place] + (bits | (width - 1) | (height - 1) << 14).to_bytes(4, "little") + photo[place + 4 :]
