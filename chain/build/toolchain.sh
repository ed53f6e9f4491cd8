#!/usr/bin/env bash
# Make this machine able to compile the runtime, and print the folder of its cargo and rustc (last line of stdout).
#
# Wanted: rustc >= 1.91 with the target wasm32v1-none and a Wasm linker. Where one exists nothing is installed; rustup's
# comes first. Otherwise, as root on Debian 12, the compiler of Debian's own archive is installed and the target's core
# and alloc are built from its sources. Running it again changes nothing.
set -euo pipefail

readonly TARGET=wasm32v1-none
readonly OLDEST_MINOR=91

say() { echo "toolchain: $*" >&2; }

rustup_bin() {
  local cargo
  command -v rustup >/dev/null && cargo=$(rustup which cargo 2>/dev/null) && dirname "$cargo"
}

new_enough() { # BIN
  local version
  [ -x "$1/cargo" ] && [ -x "$1/rustc" ] || return 1
  version=$("$1/rustc" --version 2>/dev/null) || return 1
  [[ $version =~ ^rustc\ 1\.([0-9]+)\. ]] && [ "${BASH_REMATCH[1]}" -ge "$OLDEST_MINOR" ]
}

has_target() { # BIN
  compgen -G "$("$1/rustc" --print target-libdir --target "$TARGET")/libcore-*.rlib" >/dev/null
}

has_linker() { # BIN
  [ -x "$("$1/rustc" --print target-libdir)/../bin/rust-lld" ] || command -v wasm-ld >/dev/null
}

adequate() { [ -n "$1" ] && new_enough "$1" && has_target "$1" && has_linker "$1"; }

find_adequate() {
  local bin
  for bin in "$(rustup_bin)" /usr/bin; do
    if adequate "$bin"; then echo "$bin"; return 0; fi
  done
  return 1
}

install_debian_compiler() {
  say "installing rustc, cargo, the Rust sources, lld and gcc from the Debian archive"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q >&2
  apt-get install -y -q --no-install-recommends rustc-web cargo-web rust-web-src lld gcc libc6-dev >&2
}

# Debian ships no wasm32v1-none: build its core and alloc from Debian's own sources, once.
build_target() {
  local room lib
  room=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$room'" RETURN
  mkdir "$room/src"
  cat >"$room/Cargo.toml" <<'TOML'
[package]
name = "sysroot"
version = "0.1.0"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[profile.release]
panic = "abort"

[workspace]
TOML
  cat >"$room/src/lib.rs" <<'RUST'
#![no_std]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
RUST
  say "building core and alloc for $TARGET"
  (cd "$room" && env -u CARGO_TARGET_DIR PATH="/usr/bin:$PATH" RUSTC_BOOTSTRAP=1 RUSTFLAGS="-C embed-bitcode=yes" \
    CARGO_TARGET_WASM32V1_NONE_LINKER=wasm-ld \
    /usr/bin/cargo build --release --target "$TARGET" -Z build-std=core,alloc >&2)
  lib=$(/usr/bin/rustc --print target-libdir --target "$TARGET")
  install -d "$lib"
  cp "$room/target/$TARGET"/release/deps/*.rlib "$lib/"
}

main() {
  if find_adequate; then return; fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "no rustc >= 1.$OLDEST_MINOR with target $TARGET here: run 'rustup target add $TARGET', or this script as root on Debian 12"
    return 1
  fi
  new_enough /usr/bin && has_linker /usr/bin && [ -d /usr/lib/rustlib/src/rust/library ] || install_debian_compiler
  has_target /usr/bin || build_target
  find_adequate || { say "the installed toolchain still lacks $TARGET"; return 1; }
}

main
