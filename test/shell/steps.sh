# SPDX-License-Identifier: Apache-2.0
# Progress lines. Sourced; needs $work (a temporary folder).

step_n=0

# step_run LABEL COMMAND...: runs the command with its output in a log; one line with the time when
# it ends, the end of the log when it fails. STEP_LOG is the log's name afterwards.
step_run() {
    local label=$1 begin=$SECONDS status=0
    shift
    step_n=$((step_n + 1))
    STEP_LOG=$work/step-$step_n.log
    printf '[%2d] %s ... ' "$step_n" "$label"
    "$@" >"$STEP_LOG" 2>&1 </dev/null || status=$?
    if [ "$status" -eq 0 ]; then
        printf 'done (%d s)\n' $((SECONDS - begin))
    else
        printf 'FAILED (%d s)\n' $((SECONDS - begin))
        tail -n "${STEP_TAIL:-40}" "$STEP_LOG" | sed 's/^/     | /'
    fi
    return "$status"
}

step_ahead_pid=

# step_ahead COMMAND...: begins the command of a later step in the background, with low priority and
# in a process group of its own. One at a time.
step_ahead() {
    set -m
    { renice -n 10 -p "$BASHPID" >/dev/null; "$@"; } >"$work/ahead.log" 2>&1 </dev/null &
    step_ahead_pid=$!
    set +m
}

# step_join: the command of that later step: waits, gives the output and the status.
step_join() {
    local status=0
    wait "$step_ahead_pid" || status=$?
    step_ahead_pid=
    cat "$work/ahead.log"
    return "$status"
}

# step_stop: ends what step_ahead began.
step_stop() { [ -z "$step_ahead_pid" ] || kill -TERM -- "-$step_ahead_pid" 2>/dev/null; }
