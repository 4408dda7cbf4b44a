#!/bin/sh
# Builds Espruino for Raspberry Pi Pico (RP2040) and Pico 2 (RP2350) from the published sources: docs/espruino-rpi.md.
# On Debian 13 the .uf2 files are the same bytes in every folder and on every day.
set -eu

patches=$(cd "$(dirname "$0")" && pwd)
folder=${1:?usage: build.sh FOLDER}
mkdir -p "$folder"
cd "$folder"
folder=$(pwd)

# get NAME REPOSITORY COMMIT DEPTH PATTERN…: the files of a commit that match the patterns, without those of its history.
get() {
  name=$1 repository=$2 commit=$3 depth=$4
  shift 4
  git init --quiet "$name"
  git -C "$name" remote add origin "https://github.com/$repository.git"
  git -C "$name" fetch --quiet --no-tags $depth --filter=blob:none origin "$commit"
  git -C "$name" sparse-checkout set --no-cone '/*' "$@"
  git -C "$name" checkout --quiet --detach "$commit"
}

# The libraries of other boards, and descriptions for debuggers, are some hundred megabytes.
get Espruino espruino/Espruino c5ff787b199148c31ef2776fb6f70673cba01a25 '' '!/targetlibs/*' '/targetlibs/arm/'
get pico-sdk raspberrypi/pico-sdk bddd20f928ce76142793bef434d4f75f4af6e433 --depth=1 '!*.svd' # 2.1.1
get pico-sdk/lib/tinyusb hathach/tinyusb 86ad6e56c1700e85f1c5678607a762cfe3aa2f47 --depth=1 '!/hw/mcu/'

cd Espruino
# Espruino counts the commits since the newest release that the clone knows: no newer one may be there.
git fetch --quiet --no-tags origin refs/tags/RELEASE_2V29:refs/tags/RELEASE_2V29
# The short name of the commit is in the image. Otherwise git chooses its length by the size of the clone.
git config core.abbrev 9
git apply "$patches"/*.patch

# The SDK writes the date into the image. gcc takes it from here: the day of the commit.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
PICO_SDK_PATH=$folder/pico-sdk
LC_ALL=C.UTF-8
TZ=UTC
export SOURCE_DATE_EPOCH PICO_SDK_PATH LC_ALL TZ
for board in RP2040_PICO RP2350_PICO2; do
  # Both boards share this folder, whose files depend on the board.
  rm -f gen/*.c gen/*.h
  make "BOARD=$board" RELEASE=1 PYTHON=python3 > "$folder/$board.log" 2>&1 || {
    tail -n 20 "$folder/$board.log" >&2
    exit 1
  }
done
cp bin/espruino_*.uf2 "$folder"
cd "$folder"
sha256sum espruino_*.uf2
