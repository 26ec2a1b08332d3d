#!/bin/sh
# Installs the programs that the tests drive, when they are missing and it may
# (as root, or by sudo without a password), and prints the names of those still
# missing, one a line. Everything else goes to standard error.
set -u

has_dovecot() { PATH="$PATH:/usr/sbin" command -v dovecot >/dev/null; }
has_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

# install_package DEBIAN_NAME OTHER_NAME
install_package() {
    if command -v apt-get >/dev/null; then
        as_root apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -qq --yes --no-install-recommends "$1"
    elif command -v dnf >/dev/null; then
        as_root dnf install --quiet --assumeyes "$2"
    elif command -v apk >/dev/null; then
        as_root apk add --quiet "$2"
    fi
}

# The tests start Dovecot themselves: a machine should not serve mail because of them.
switch_dovecot_off() {
    if command -v systemctl >/dev/null; then as_root systemctl disable --quiet --now dovecot; fi
}

if ! has_dovecot && may_install; then
    install_package dovecot-imapd dovecot >&2 && switch_dovecot_off >&2
fi
if ! has_chromium && may_install; then install_package chromium chromium >&2; fi

has_dovecot || echo dovecot
has_chromium || echo chromium
