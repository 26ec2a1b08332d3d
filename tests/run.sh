#!/bin/sh
# The whole test run: sh tests/run.sh PYTHON [pytest arguments …]
# Tests that need a program which cannot be installed are left out, by their mark;
# that is said at the end and fails the run, unless SKIP_MISSING=1.
set -u
python=$1
shift

missing=$(sh tests/install_system.sh </dev/null | tr '\n' ' ')
marks="not soak"
case $missing in *dovecot*) marks="$marks and not dovecot" ;; esac
case $missing in *chromium*) marks="$marks and not journey" ;; esac

# A Dovecot of another version than the tests know would be skipped; here it fails.
[ "${SKIP_MISSING:-}" = 1 ] || export REQUIRE_DOVECOT=1

# A file stays in one worker, so its servers are started once.
"$python" -m pytest -q -m "$marks" -n "${JOBS:-2}" --dist loadfile "$@"
status=$?

if [ -n "$missing" ]; then
    echo "Could not be installed, so its tests were left out: $missing"
    if [ "${SKIP_MISSING:-}" != 1 ]; then
        echo "Install it and run again, or leave it out with SKIP_MISSING=1."
        [ "$status" != 0 ] || status=1
    fi
fi
exit "$status"
