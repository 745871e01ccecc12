#!/bin/sh
# Make the project's own Python environment in .venv, and see that Qt can start in it.
#
#     sh .ci/setup.sh [extra ...]        (extras of pyproject.toml, e.g. `test`)
#
# PYTHON=python3.12 chooses the interpreter.  Call it as often as you like and interrupt it where you like: every step
# leaves its mark only when complete, so a second call takes a fraction of a second and an interrupted one is made good.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
venv=$(pwd -P)/.venv
python=$venv/bin/python
log=$venv/setup.log
PATH=$PATH:/usr/sbin:/sbin # ldconfig lives there, and a plain Debian user does not look there

# What Qt loads from the system: library, Debian package.  The first lines are for any use, those below for a display.
qt_libraries='
libEGL.so.1               libegl1
libGL.so.1                libgl1
libdbus-1.so.3            libdbus-1-3
libfontconfig.so.1        libfontconfig1
libglib-2.0.so.0          libglib2.0-0
libxkbcommon.so.0         libxkbcommon0
libX11-xcb.so.1           libx11-xcb1
libxcb-cursor.so.0        libxcb-cursor0
libxcb-icccm.so.4         libxcb-icccm4
libxcb-image.so.0         libxcb-image0
libxcb-keysyms.so.1       libxcb-keysyms1
libxcb-randr.so.0         libxcb-randr0
libxcb-render-util.so.0   libxcb-render-util0
libxcb-render.so.0        libxcb-render0
libxcb-shape.so.0         libxcb-shape0
libxcb-shm.so.0           libxcb-shm0
libxcb-sync.so.1          libxcb-sync1
libxcb-util.so.1          libxcb-util1
libxcb-xfixes.so.0        libxcb-xfixes0
libxcb-xkb.so.1           libxcb-xkb1
libxkbcommon-x11.so.0     libxkbcommon-x11-0'

say() { printf '%s\n' "$*"; }

stop() {
    say "$@" >&2
    exit 1
}

# Run a command with what it prints in the log only (and without the lock, which a child must not outlive).
logged() { "$@" >>"$log" 2>&1 9<&-; }

show_log() {
    say "The last lines of $log:" >&2
    tail -n 15 "$log" | sed 's/^/    /' >&2
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Install Debian packages where that is possible and asks no password; false where it is not.
apt_install() {
    command -v apt-get >/dev/null && logged as_root true || return 1
    say "Installing with apt-get: $*"
    logged as_root apt-get update || true # an old list may do
    logged as_root env DEBIAN_FRONTEND=noninteractive apt-get install \
        -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" && return
    show_log
    return 1
}

one_at_a_time() {
    command -v flock >/dev/null || return 0
    exec 9<pyproject.toml
    flock -n 9 && return
    say "Waiting for another set-up of this folder to finish ..."
    flock 9
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# Print the interpreter to build on.
base_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        is_new_enough "$candidate" && say "$candidate" && return
    done
    candidate=${PYTHON:-python3}
    stop "Chainrule needs Python 3.11 or newer; $candidate is" \
        "$("$candidate" --version 2>/dev/null || say "not to be found")." \
        "Install one, or name one: make run PYTHON=/path/to/python3.12"
}

minor_version() { "$1" -c 'import sys; print(*sys.version_info[:2])'; }

# Is .venv complete, at home in this folder, and of the Python asked for?
is_sound() {
    [ ! -e "$venv/unfinished" ] || return 1
    # The scripts in a venv hold its path: one that was moved or copied here runs another folder's Python.
    grep -qsF -e "=$venv" -e "=\"$venv" -e "='$venv" "$venv/bin/activate" || return 1
    "$python" -c 'import importlib.util, sys; sys.exit(not importlib.util.find_spec("pip"))' 2>/dev/null || return 1
    [ -z "${PYTHON:-}" ] || [ "$(minor_version "$base")" = "$(minor_version "$python")" ]
}

# Debian keeps ensurepip in a package of its own (python3-venv).  Without it a venv can still be made, and the system's
# pip can put a pip into it; only where there is no pip either do we need that package.
fill_venv() {
    logged "$base" -m venv "$venv" && return
    logged "$base" -m venv --without-pip "$venv" && logged "$base" -m pip --python "$python" install pip && return
    apt_install python3-venv && logged "$base" -m venv "$venv"
}

make_venv() {
    [ ! -e "$venv" ] || say "The environment in .venv is unfinished, moved or broken, so it is made anew."
    rm -rf "$venv"
    mkdir "$venv"
    touch "$venv/unfinished"
    say "Making a Python environment in .venv ($("$base" --version)) ..."
    fill_venv && rm "$venv/unfinished" && return
    show_log
    stop "No Python environment could be made. On Debian or Ubuntu run: sudo apt-get install -y python3-venv python3-pip"
}

# What pyproject.toml asks for: a requirements file for pip, and, once all of it is installed, the mark that it is.
wanted() {
    "$python" -I - "$@" <<'END'
import sys
import tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
print("# Python", *sys.version_info[:3])
print(*project["dependencies"], sep="\n")
for extra in sys.argv[1:]:
    print(*project["optional-dependencies"][extra], sep="\n")
END
}

install() {
    list=$venv/wanted.txt
    mark=$venv/installed$(printf -- '-%s' "$@").txt
    wanted "$@" >"$list"
    ! cmp -s "$list" "$mark" || return 0
    say "Installing what Chainrule needs${1:+ ($*)}; the first time this takes a minute or two ..."
    rm -f "$venv/qt-starts"
    touch "$venv/unfinished" # a pip killed half-way leaves packages that look whole
    if logged "$python" -m pip install -q --disable-pip-version-check --no-input -r "$list"; then
        mv "$list" "$mark"
        rm "$venv/unfinished"
        return
    fi
    rm "$venv/unfinished" # pip gave up by itself, and before it changed anything
    show_log
    stop "The packages could not be installed. Is there a network? Then try again; if it stays, run: make clean"
}

qt_starts() {
    QT_QPA_PLATFORM=offscreen "$python" -c 'from PySide6.QtWidgets import QApplication; QApplication([])'
}

# Print the Debian packages of the libraries that are not there.
missing_packages() {
    command -v apt-get >/dev/null && command -v ldconfig >/dev/null || return 0
    present=$(ldconfig -p)
    say "$qt_libraries" | while read -r library package; do
        case $present in *"$library ("*) ;; *) printf '%s ' "$package" ;; esac
    done
    find /usr/share/fonts /usr/local/share/fonts -name '*.[ot]tf' 2>/dev/null | grep -q . || say fonts-dejavu-core
}

check_qt() {
    [ ! -e "$venv/qt-starts" ] || return 0
    # shellcheck disable=SC2046 # the names are words
    [ -z "$(missing_packages)" ] || apt_install $(missing_packages) || true
    missing=$(missing_packages)
    remedy="${missing:+Please run: sudo apt-get install -y $missing}"
    : >"$log"
    if ! logged qt_starts; then
        show_log
        stop "Qt cannot start here. ${remedy:-Please install the library named above, and try again.}"
    elif [ -n "$missing" ]; then
        say "Qt works here, but it lacks system libraries to open a window. $remedy"
    else
        touch "$venv/qt-starts"
    fi
}

trap 'say "Stopped. The next call makes good what is missing." >&2; exit 130' INT
one_at_a_time
base=$(base_python)
is_sound || make_venv
install "$@"
check_qt
