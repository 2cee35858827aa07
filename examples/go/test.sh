#!/bin/sh
# Runs the tests of one package and leaves report.tap (TAP) and coverage.info (LCOV). Usage: sh test.sh <path of the suite> [<name of a test>]
folder=$(dirname "$1")
export GOCACHE="${TMPDIR:-/tmp}/go-build" GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local CGO_ENABLED=0
go test -v -count=1 -coverprofile=profile.out ${2:+-run "^$2\$"} "./$folder" >out.txt 2>&1
status=$?
awk '/^--- (PASS|FAIL): /{n++; print ($2 == "PASS:" ? "ok " : "not ok ") n " - " $3} END{print "1.." n+0}' out.txt >report.tap
# Go's own profile as LCOV: file:line.column,line.column statements count
[ -f profile.out ] && awk -F'[:, .]' -v module="$(sed -n 's/^module //p' go.mod)" 'NR > 1 {
  match($0, /:[0-9]/); file = substr($0, 1, RSTART - 1); sub("^" module "/", "", file)
  split(substr($0, RSTART + 1), part, /[ ,]/); split(part[1], from, "."); split(part[2], to, "."); count = part[4]
  for (line = from[1]; line <= to[1]; line++) if (!((file, line) in hit) || hit[file, line] < count) hit[file, line] = count
  files[file] = 1
} END { for (f in files) { print "SF:" f; for (key in hit) { split(key, at, SUBSEP); if (at[1] == f) print "DA:" at[2] "," hit[key] } print "end_of_record" } }' profile.out >coverage.info
cat out.txt >&2
exit $status
