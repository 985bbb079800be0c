"""Some hundred odd pictures and what Pillow makes of them, for the tests of src/models/image.

    python -m training.odd_pictures

writes src/models/image/testing/odd/ and odd-pictures.json beside it: for each file the picture as a model gets it in
transformers, turned as its EXIF says and laid on white (size, and RGB in base64), or null for files that are to be refused.
"""

import base64
import io
import json
import random
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

FOLDER = Path(__file__).parent.parent / "src" / "models" / "image" / "testing"

CHANCE = np.random.default_rng(5)


def scene(width=24, height=16):
    """Corners of four colours, a ramp and some noise: nothing of it is symmetric."""
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack([x * 255 // max(1, width - 1), y * 255 // max(1, height - 1), (x * y) % 256], -1).astype(np.uint8)
    picture[: height // 3, : width // 3] = (250, 10, 20)
    picture[-(height // 4) :, -(width // 2) :] = CHANCE.integers(0, 256, (height // 4, width // 2, 3))
    return picture


RGB = scene()
SMALL = scene(12, 8)
ALPHA = np.concatenate([SMALL, np.arange(96, dtype=np.uint8).reshape(8, 12, 1) * 2 + 40], -1)
ALPHA[0, :4, 3] = (0, 255, 1, 254)
GREY = SMALL[..., 0]


def profile():
    """sRGB with red and blue exchanged: whoever applies it shows that."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[:] = data.replace(b"rXYZ", b"tmpX").replace(b"bXYZ", b"rXYZ").replace(b"tmpX", b"bXYZ")
    return bytes(data)


def encode(picture, kind, mode=None, **options):
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture, mode)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation, order=b"MM"):
    end = ">" if order == b"MM" else "<"
    tiff = order + struct.pack(end + "HI", 42, 8) + struct.pack(end + "HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    return b"Exif\0\0" + tiff


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, colour, depth, extra=b"", interlaced=False, size=None):
    """samples: [height, width, channels] of whole numbers below 2^depth."""
    height, width = samples.shape[:2]

    def lines(part):
        rows = b""
        for row in part:
            if depth == 16:
                line = row.astype(">u2").tobytes()
            elif depth == 8:
                line = row.astype(np.uint8).tobytes()
            else:
                bits = "".join(f"{value:0{depth}b}" for value in row.reshape(-1))
                line = bytes(int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8))
            rows += b"\0" + line
        return rows

    if interlaced:
        parts = [samples[y::high, x::wide] for x, y, wide, high in PASSES]
        data = b"".join(lines(part) for part in parts if part.size)
    else:
        data = lines(samples)
    wide, high = size or (width, height)
    header = struct.pack(">IIBBBBB", wide, high, depth, colour, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def jpeg(picture=RGB, **options):
    return encode(picture, "JPEG", **{"quality": 92, **options})


def size_of_jpeg(data, width, height):
    """The same file that says another size."""
    for marker in (b"\xff\xc0\x00\x11\x08", b"\xff\xc2\x00\x11\x08"):
        at = data.find(marker)
        if at >= 0:
            return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]
    raise ValueError("no frame header")


def scan_of(data):
    at = data.index(b"\xff\xda")
    return at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]


def good():
    deep = (SMALL.astype(np.uint32) * 257 + np.arange(12 * 8 * 3).reshape(8, 12, 3) * 91) % 65536
    alpha = (np.arange(96).reshape(8, 12, 1) * 683) % 65536
    palette = SMALL.reshape(-1, 3)[::4]
    plte = chunk(b"PLTE", palette.tobytes())
    indices = (np.arange(96) % len(palette)).reshape(8, 12, 1)
    yield "rgb.png", png(SMALL, 2, 8)
    yield "rgba.png", png(ALPHA, 6, 8)
    yield "grey.png", png(GREY[..., None], 0, 8)
    yield "grey-alpha.png", png(np.stack([GREY, ALPHA[..., 3]], -1), 4, 8)
    for depth in (1, 2, 4):
        yield f"grey-{depth}-bit.png", png(GREY[..., None] >> (8 - depth), 0, depth)
    yield "palette.png", png(indices, 3, 8, plte)
    yield "palette-4-bit.png", png(indices % 16, 3, 4, plte)
    yield "palette-trns.png", png(indices, 3, 8, plte + chunk(b"tRNS", bytes([0, 128, 255, 7])))
    yield "rgb-trns.png", png(SMALL, 2, 8, chunk(b"tRNS", struct.pack(">HHH", *map(int, SMALL[0, 0]))))
    yield "grey-trns.png", png(GREY[..., None], 0, 8, chunk(b"tRNS", struct.pack(">H", int(GREY[0, 0]))))
    yield "rgb-16-bit.png", png(deep, 2, 16)
    yield "rgba-16-bit.png", png(np.concatenate([deep, alpha], -1), 6, 16)
    yield "grey-16-bit.png", png(deep[..., :1], 0, 16)
    yield "grey-alpha-16-bit.png", png(np.concatenate([deep[..., :1], alpha], -1), 4, 16)
    yield "rgb-16-bit-trns.png", png(deep, 2, 16, chunk(b"tRNS", struct.pack(">HHH", *map(int, deep[0, 0]))))
    yield "interlaced.png", png(SMALL, 2, 8, interlaced=True)
    yield "interlaced-palette.png", png(indices, 3, 8, plte, interlaced=True)
    yield "gamma.png", png(SMALL, 2, 8, chunk(b"gAMA", struct.pack(">I", 100000)))
    yield "profile.png", encode(SMALL, "PNG", icc_profile=profile())
    yield "one-pixel.png", png(SMALL[:1, :1], 2, 8)
    for value in (3, 6):
        yield f"exif-{value}.png", png(SMALL, 2, 8, chunk(b"eXIf", exif(value)[6:]))
    yield "animated.png", encode(
        Image.fromarray(SMALL), "PNG", save_all=True, append_images=[Image.fromarray(255 - SMALL)]
    )

    for name, value in (("444", 0), ("422", 1), ("420", 2)):
        yield f"{name}.jpg", jpeg(subsampling=value)
    yield "420-odd.jpg", jpeg(scene(37, 29), subsampling=2)
    yield "420-progressive.jpg", jpeg(subsampling=2, progressive=True)
    yield "444-progressive.jpg", jpeg(scene(50, 40), subsampling=0, progressive=True, quality=75)
    yield "grey.jpg", jpeg(RGB[..., 0])
    yield "grey-progressive.jpg", jpeg(scene(31, 33)[..., 0], progressive=True)
    yield "rgb.jpg", jpeg(keep_rgb=True)
    yield "restarts.jpg", jpeg(scene(64, 48), restart_marker_blocks=2)
    yield "restarts-progressive.jpg", jpeg(scene(64, 48), restart_marker_rows=1, progressive=True)
    yield "optimised.jpg", jpeg(optimize=True, quality=30)
    yield "poor.jpg", jpeg(quality=1, subsampling=2)
    yield "one-pixel.jpg", jpeg(RGB[:1, :1])
    yield "profile.jpg", jpeg(subsampling=0, icc_profile=profile())
    yield "more-behind-the-end.jpg", jpeg() + bytes(50) + b"\xff\xd8\xff\xd9"
    for value in range(1, 9):
        yield f"exif-{value}.jpg", jpeg(quality=100, subsampling=0, exif=exif(value))
    yield "exif-6-little-endian.jpg", jpeg(quality=100, subsampling=0, exif=exif(6, b"II"))
    yield "exif-9.jpg", jpeg(quality=100, subsampling=0, exif=exif(9))
    inks = np.concatenate([255 - RGB, (RGB[..., :1] // 3)], -1)
    yield "cmyk.jpg", encode(inks, "JPEG", "CMYK", quality=100, subsampling=0)
    yield "cmyk-progressive.jpg", encode(inks, "JPEG", "CMYK", quality=90, progressive=True)

    yield "lossless.webp", encode(SMALL, "WEBP", lossless=True)
    yield "lossy.webp", encode(RGB, "WEBP", quality=70)
    yield "lossy-odd.webp", encode(scene(37, 29), "WEBP", quality=90)
    yield "lossless-alpha.webp", encode(ALPHA, "WEBP", lossless=True, exact=True)
    yield "lossy-alpha.webp", encode(ALPHA, "WEBP", quality=80)
    yield "profile.webp", encode(SMALL, "WEBP", lossless=True, icc_profile=profile())
    for value in range(1, 9):
        yield f"exif-{value}.webp", encode(SMALL, "WEBP", lossless=True, exif=exif(value))
    # Without the six bytes that begin EXIF in a JPEG, as cameras' software writes it too.
    yield "exif-6-bare.webp", encode(SMALL, "WEBP", lossless=True, exif=exif(6)[6:])
    frames = [Image.fromarray(255 - SMALL), Image.fromarray(SMALL[::-1].copy())]
    yield "animated.webp", encode(Image.fromarray(SMALL), "WEBP", save_all=True, append_images=frames, lossless=True)

    still = Image.fromarray(SMALL).quantize(64)
    yield "still.gif", encode(still, "GIF")
    yield "interlaced.gif", encode(still, "GIF", interlace=True)
    screen = bytearray(encode(still, "GIF"))
    screen[6:10] = struct.pack("<HH", still.width + 5, still.height + 3)
    yield "smaller-than-its-screen.gif", bytes(screen)
    yield "transparent.gif", encode(still, "GIF", transparency=still.getpixel((0, 0)))
    yield "animated.gif", encode(still, "GIF", save_all=True, append_images=[frame.quantize(64) for frame in frames])


def bad():
    large = scene(96, 64)
    sequential = jpeg(large, subsampling=2)
    progressive = jpeg(large, subsampling=2, progressive=True)
    for name, data in (("cut", sequential), ("cut-progressive", progressive)):
        for share in (30, 60, 95):
            begin = scan_of(data)
            part = data[: begin + (len(data) - begin) * share // 100].rstrip(b"\xff")
            yield f"{name}-{share}.jpg", part
            yield f"{name}-{share}-with-end.jpg", part + b"\xff\xd9"
    last = progressive.rindex(b"\xff\xda")
    tables = progressive.rindex(b"\xff\xc4", 0, last)
    yield "without-last-scan.jpg", progressive[:tables] + b"\xff\xd9"
    yield "taller-than-it-is.jpg", size_of_jpeg(sequential, 96, 128)
    yield "lower-than-it-is.jpg", size_of_jpeg(sequential, 96, 32)
    yield "wider-than-it-is.jpg", size_of_jpeg(sequential, 160, 64)
    yield "narrower-than-it-is.jpg", size_of_jpeg(sequential, 48, 64)
    yield "taller-progressive.jpg", size_of_jpeg(progressive, 96, 640)
    begin = scan_of(sequential)
    damaged = bytearray(sequential)
    damaged[begin + 200 : begin + 240] = random.Random(1).randbytes(40).replace(b"\xff", b"\x11")
    yield "damaged.jpg", bytes(damaged)
    restarts = jpeg(large, restart_marker_blocks=2)
    yield "lost-restart.jpg", restarts.replace(b"\xff\xd3", b"\xff\xd5", 1)
    yield "no-huffman-tables.jpg", without_segments(sequential, 0xC4)

    whole = png(large, 2, 8)
    yield "cut.png", whole[: len(whole) // 2]
    yield "taller-than-it-is.png", png(SMALL, 2, 8, size=(12, 40))
    yield "wider-than-it-is.png", png(SMALL, 2, 8, size=(40, 8))
    wrong = bytearray(whole)
    wrong[-20] ^= 1
    yield "wrong-checksum.png", bytes(wrong)
    # Checksums of chunks, which some decoders do not look at.
    for name in ("IDAT", "PLTE", "tRNS"):
        checked = bytearray((FOLDER / "odd" / "palette-trns.png").read_bytes())
        at = checked.index(name.encode())
        checked[at + 4 + struct.unpack(">I", checked[at - 4 : at])[0]] ^= 1
        yield f"wrong-checksum-of-{name.lower()}.png", bytes(checked)
    zeroed = bytearray(whole)
    zeroed[60:-12] = bytes(len(whole) - 72)
    yield "damaged.png", bytes(zeroed)
    yield "no-palette.png", png(GREY[..., None] % 4, 3, 8)
    lossy, lossless = encode(large, "WEBP"), encode(large, "WEBP", lossless=True)
    for name, data in (("lossy", lossy), ("lossless", lossless)):
        yield f"cut-{name}.webp", data[: len(data) * 2 // 3]
        part = data[: len(data) // 3 & ~1]
        part = part[:4] + struct.pack("<I", len(part) - 8) + part[8:16] + struct.pack("<I", len(part) - 20) + part[20:]
        yield f"shorter-{name}.webp", part
    moving = encode(Image.fromarray(large).quantize(64), "GIF")
    yield "cut.gif", moving[: len(moving) // 2]
    yield "picture.avif", encode(RGB, "AVIF")
    yield "picture.bmp", encode(SMALL, "BMP")
    yield "picture.tiff", encode(SMALL, "TIFF")
    yield "picture.jp2", encode(SMALL, "JPEG2000")
    yield "picture.ico", encode(Image.fromarray(SMALL).resize((16, 16)), "ICO")
    yield "picture.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
    yield "picture.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
    yield "text.png", b"not a picture"
    yield "empty.png", b""


def without_segments(data, marker):
    out, at = data[:2], 2
    while data[at + 1] != 0xDA:
        length = 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        out += b"" if data[at + 1] == marker else data[at : at + length]
        at += length
    return out + data[at:]


def seen(data):
    """What a model gets: turned, in colours, on white. Pillow has no way from 16 bits of grey but by hand."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode == "CMYK":
        # Browsers round down where Pillow rounds to the nearest.
        inks = 255 - np.asarray(image).astype(np.uint32)
        image = Image.fromarray((inks[..., :3] * inks[..., 3:] // 255).astype(np.uint8))
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, (255, 255, 255))
    rgb = Image.alpha_composite(white, rgba).convert("RGB")
    return {"width": rgb.width, "height": rgb.height, "rgb": base64.b64encode(rgb.tobytes()).decode()}


def main():
    folder = FOLDER / "odd"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    expected = {}
    for name, data in good():
        (folder / name).write_bytes(data)
        expected[name] = seen(data)
    # Pillow compares 8 of the 16 bits and finds none; the format's own rule makes the first pixel transparent.
    first = expected["rgb-16-bit-trns.png"]
    first["rgb"] = base64.b64encode(bytes([255] * 3) + base64.b64decode(first["rgb"])[3:]).decode()
    # Pillow lays the rest of a GIF's screen out in its background colour, browsers leave it transparent.
    still = expected["still.gif"]
    picture = Image.frombytes("RGB", (still["width"], still["height"]), base64.b64decode(still["rgb"]))
    screen = Image.new("RGB", (picture.width + 5, picture.height + 3), "white")
    screen.paste(picture, (0, 0))
    expected["smaller-than-its-screen.gif"]["rgb"] = base64.b64encode(screen.tobytes()).decode()
    for name, data in bad():
        name = f"bad-{name}"
        (folder / name).write_bytes(data)
        expected[name] = None
    (FOLDER / "odd-pictures.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
