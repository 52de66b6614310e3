# SPDX-License-Identifier: Apache-2.0
# Counts of tests by kind. Sourced after steps.sh.

score_kinds=()
declare -A score_passed=() score_failed=()

# score_add KIND PASSED FAILED
score_add() {
    if [ -z "${score_passed[$1]+x}" ]; then
        score_kinds+=("$1")
        score_passed[$1]=0 score_failed[$1]=0
    fi
    score_passed[$1]=$((score_passed[$1] + $2))
    score_failed[$1]=$((score_failed[$1] + $3))
}

# score_step KIND LABEL COUNT COMMAND...: runs the command as a step. COUNT is a command that prints
# "passed failed" afterwards; "-" makes the step itself one test. A step that failed counts at least
# one failure, and so does one that ran no test.
score_step() {
    local kind=$1 label=$2 count=$3 status=0 passed=0 failed=0
    shift 3
    step_run "$label" "$@" || status=$?
    if [ "$count" = - ]; then
        passed=$((status == 0))
    else
        read -r passed failed <<<"$($count)"
        passed=${passed:-0} failed=${failed:-0}
    fi
    if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; }; then failed=1; fi
    [ "$count" = - ] || printf '     %s: %d passed, %d failed\n' "$kind" "$passed" "$failed"
    score_add "$kind" "$passed" "$failed"
    return "$status"
}

# score_tap BUILD PATTERN...: counts what automake's TAP driver wrote into these .trs files.
score_tap() {
    local build=$1
    shift
    (cd "$build" && find "$@" -name '*.trs' -exec cat {} + 2>/dev/null) | awk '
        /^:test-result: (PASS|XFAIL)/ { passed++ }
        /^:test-result: (FAIL|XPASS|ERROR)/ { failed++ }
        END { print passed + 0, failed + 0 }'
}

# score_last_line FILE: "N passed, M failed" at the end of a program's output.
score_last_line() {
    sed -n 's/^\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed$/\1 \2/p' "$1" | tail -n 1
}

# score_junit FILE: counts of a JUnit report. What was skipped did not pass.
score_junit() {
    [ -f "$1" ] || return 0
    awk '
        function number(name) {
            if (!match($0, " " name "=\"[0-9]+\"")) return 0
            return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) + 0
        }
        /<testsuite / {
            bad = number("failures") + number("errors") + number("skipped")
            print number("tests") - bad, bad
            exit
        }' RS='>' "$1"
}

score_sum() {
    local kind passed=0 failed=0
    for kind in "${score_kinds[@]}"; do
        passed=$((passed + score_passed[$kind]))
        failed=$((failed + score_failed[$kind]))
    done
    echo "$passed $failed"
}

# The table, then "N passed, M failed"; returns 1 when something failed.
score_print() {
    local kind passed failed
    echo
    for kind in "${score_kinds[@]}"; do
        printf '  %-32s %6d passed %4d failed\n' "$kind" "${score_passed[$kind]}" "${score_failed[$kind]}"
    done
    read -r passed failed <<<"$(score_sum)"
    printf '  %-32s %6d s\n\n' 'time' "$SECONDS"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
