#!/bin/sh
# Makes the fonts that are compiled into the program, in data/fonts/.
#
# Sources: Debian's package fonts-noto-cjk (Noto Sans CJK SC) and npm's package
# @expo-google-fonts/noto-emoji (Noto Emoji, one colour), both SIL Open Font License 1.1.
# Noto reserves no font name, so the subsets may keep theirs; the licence text travels along.
#
#   NotoSansCJKsc-Regular.otf  every character of the font except Korean: GB 18030-2022
#                              level 2 (URO, extension A, the 8,105 standard characters) and
#                              whatever the font has above U+20000, such as 𠮷.
#   NotoSansCJKsc-BoldLatin.otf  digits and Latin for numbers, positions and sort codes.
#
#   NotoEmoji-Medium.ttf       single emoji, which buyers write into their messages.
#
# The features `locl` and the vertical ones stay out: other countries' shapes would add 4 MiB.
# Korean stays out for its 11,172 syllables; a Noto CJK font in the fallback folder brings it.
#
# Needs: apt-get install fonts-noto-cjk npm; pip install fonttools==4.68.0
set -eu
cd "$(dirname "$0")/.."

source_dir=${NOTO_CJK_DIR:-/usr/share/fonts/opentype/noto}
simplified_chinese=2 # the face inside the collection: JP, KR, SC, TC, HK
out=data/fonts
mkdir -p "$out"

# The subset must depend on the font alone, not on the day it was made.
SOURCE_DATE_EPOCH=0
export SOURCE_DATE_EPOCH

subset() { # collection, unicode ranges, target
    pyftsubset "$1" --font-number=$simplified_chinese --unicodes="$2" --output-file="$3" \
        --layout-features=kern,ccmp,mark,mkmk --no-hinting --notdef-outline \
        --drop-tables+=BASE,VORG,vhea,vmtx --name-IDs=0,1,2,3,4,5,6,13,14 --no-recalc-timestamp
}

all_but_korean=0020-10FF,1200-312F,3190-A95F,A980-ABFF,F900-1FFFF,20000-3FFFF
latin=0020-007E,00A0-024F,2010-2026,2190-2193,20AC,2116

subset "$source_dir/NotoSansCJK-Regular.ttc" "$all_but_korean" "$out/NotoSansCJKsc-Regular.otf"
subset "$source_dir/NotoSansCJK-Bold.ttc" "$latin" "$out/NotoSansCJKsc-BoldLatin.otf"

emoji=$(mktemp -d)
trap 'rm -rf "$emoji"' EXIT
npm pack --silent --pack-destination "$emoji" @expo-google-fonts/noto-emoji@0.4.7 >/dev/null
tar -xzf "$emoji"/*.tgz -C "$emoji" package/500Medium/NotoEmoji_500Medium.ttf
pyftsubset "$emoji/package/500Medium/NotoEmoji_500Medium.ttf" --unicodes=203C-2BFF,3030-3299,1F000-1FAFF \
    --output-file="$out/NotoEmoji-Medium.ttf" --layout-features= --no-hinting --notdef-outline \
    --drop-tables+=vhea,vmtx,STAT --no-recalc-timestamp

# The licence text as Debian ships it, under the copyright line of the fonts themselves.
{
    echo "Copyright 2014-2021 Adobe (http://www.adobe.com/). Noto is a trademark of Google Inc."
    echo "Files: NotoSansCJKsc-Regular.otf, NotoSansCJKsc-BoldLatin.otf, subsets of Noto Sans CJK SC."
    echo "Copyright 2013 Google LLC"
    echo "Files: NotoEmoji-Medium.ttf, a subset of Noto Emoji."
    echo "This Font Software is licensed under the SIL Open Font License, Version 1.1:"
    awk '/^License: SIL-1.1$/ { found++ } found >= 2' /usr/share/doc/fonts-noto-cjk/copyright |
        awk 'NR > 1 { if (/^[^ ]/ || NF == 0) exit; sub(/^ /, ""); print ($0 == "." ? "" : $0) }'
} >"$out/OFL.txt"

ls -l "$out"
