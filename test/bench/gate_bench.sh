#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Instructions per signed-in request in gate, session and view: the difference between 1,000 and 2,000 requests under
# callgrind, over 1,000. With a limit as second argument: fails above it.
#
#   gate_bench.sh PROGRAM [LIMIT-SERVER LIMIT-COOKIE]
set -eu
program=$1
limit_server=${2:-0}
limit_cookie=${3:-0}

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 >/dev/null |
        awk '/Collected :/ { print $NF }'
}

status=0
for type in server cookie; do
    one=$(count 1000 "$type")
    two=$(count 2000 "$type")
    each=$(((two - one) / 1000))
    eval "limit=\$limit_$type"
    echo "$type: $each instructions per request"
    if [ "$limit" -gt 0 ] && [ "$each" -gt "$limit" ]; then
        echo "$type: above the limit of $limit"
        status=1
    fi
done
exit $status
