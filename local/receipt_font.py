"""The receipts' typeface, cut down from the whole one.

Receipts are Persian with codes in Latin letters, so of Vazirmatn (SIL Open Font License, its text stands beside the
files) they need the letters of both and what joins them. Pack `vazirmatn` from npm, unpack it and name its folder:

    python -m local.receipt_font package/fonts/ttf

Subsetting is byte for byte the same for the same files and the same fontTools.
"""

import sys
from pathlib import Path

from local.build import ROOT

FONTS = ROOT / "functions" / "payments" / "fonts"
WEIGHTS = ("Regular", "Bold")
LATIN = [*range(0x20, 0x7F), 0xA0, 0xAB, 0xB7, 0xBB, 0xD7, *range(0x2010, 0x2016), 0x2018, 0x2019, 0x2026]
JOINERS = [0x200C, 0x200D]
PERSIAN = [0x60C, 0x61B, 0x61F, *range(0x621, 0x653), 0x654, 0x655, *range(0x660, 0x66D), 0x670, 0x67E, 0x686, 0x698]
PERSIAN += [0x6A9, 0x6AF, 0x6C0, 0x6C1, 0x6CC, 0x6D5, *range(0x6F0, 0x6FA)]


def cut(whole: Path, part: Path) -> None:
    """Write the glyphs of a receipt and the rules that join them; hints are for screens."""
    from fontTools.subset import Options, Subsetter, load_font, save_font

    options = Options(hinting=False, layout_features=["*"], glyph_names=False, desubroutinize=True, notdef_outline=True)
    font = load_font(str(whole), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[*LATIN, *JOINERS, *PERSIAN])
    subsetter.subset(font)
    save_font(font, str(part), options)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    FONTS.mkdir(exist_ok=True)
    for weight in WEIGHTS:
        part = FONTS / f"Vazirmatn-{weight}.ttf"
        cut(Path(sys.argv[1]) / part.name, part)
        print(f"{part.relative_to(ROOT)}: {part.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
