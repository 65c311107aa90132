"""Which files of their dependencies functions need."""

from pathlib import Path

# The services that functions call: of all others, botocore's descriptions stay behind.
SERVICES = ("cloudfront", "dynamodb", "lambda", "s3", "sesv2", "sns", "sqs")

_LEFT_OUT_FOLDERS = {"__pycache__", "tests", "licenses"}
_LEFT_OUT_ENDINGS = (".pyi", ".pyx", ".pxd", ".c", ".h", ".cpp", ".typed", ".md", ".rst", ".exe")
_OF_A_DISTRIBUTION = ("METADATA",)
# Photos are JPEG, PNG, WebP and GIF; nobody draws on them, shows them or prints them.
_PILLOW_LEFT_OUT = {
    *("_avif", "_imagingft", "_imagingmath", "_imagingmorph", "_imagingtk"),
    *("BdfFontFile", "FontFile", "PcfFontFile", "ImageDraw", "ImageDraw2", "ImageFont", "ImageText", "ImageMorph"),
    *("ImageGrab", "ImageQt", "ImageShow", "ImageTk", "ImageWin", "PdfParser", "PSDraw"),
}
# Pillow takes what is not there for a format it cannot read. A JPEG may hold MPO and TIFF's tags.
_PILLOW_FORMATS = {"Bmp", "Gif", "Jpeg", "Mpo", "Png", "Ppm", "Tiff", "WebP"}
_PLUGIN = "ImagePlugin"
# All times here are UTC, and nothing runs in a browser.
_ELSEWHERE = ("dateutil/zoneinfo/dateutil-zoneinfo.tar.gz", "urllib3/contrib/emscripten/")
_BOTOCORE_DATA = ("_retry", "endpoints", "partitions", "sdk-default-configuration")


def is_needed(name: str) -> bool:
    """Whether functions need this file of a dependency."""
    *folders, file = name.split("/")
    if _LEFT_OUT_FOLDERS & set(folders) or file.endswith(_LEFT_OUT_ENDINGS) or folders[:1] == ["bin"]:
        return False
    if folders and folders[0].endswith((".dist-info", ".data")):
        return file in _OF_A_DISTRIBUTION
    if folders[:2] == ["botocore", "data"]:
        part = folders[2] if len(folders) > 2 else file.partition(".")[0]
        return part in (*SERVICES, *_BOTOCORE_DATA)
    if folders[:1] == ["PIL"]:
        module = file.partition(".")[0]
        is_format = module.endswith(_PLUGIN)
        return module.removesuffix(_PLUGIN) in _PILLOW_FORMATS if is_format else module not in _PILLOW_LEFT_OUT
    return not name.startswith(_ELSEWHERE)


def unneeded_libraries(root: Path) -> list[Path]:
    """The shared libraries that came with wheels and that nothing names any more."""
    bundled = {path.name: path for folder in root.glob("*.libs") for path in folder.iterdir()}
    extensions = [path for path in root.rglob("*.so") if path.name not in bundled]
    needed: set[str] = set()
    looking = list(extensions)
    while looking:
        content = looking.pop().read_bytes()
        found = {name for name in bundled if name not in needed and name.encode() in content}
        needed |= found
        looking += [bundled[name] for name in found]
    return [path for name, path in sorted(bundled.items()) if name not in needed]
