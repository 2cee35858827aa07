#!/bin/sh
# Runs the tests in one file of tests/ and leaves junit.xml; with a matching llvm-cov, lcov.info as well.
# RUSTC_BOOTSTRAP lets the stable test harness write JUnit XML. Usage: sh test.sh <name of the file> [<name of a test>]
suite=$1
shift
llvm=
for version in -22 -21 -20 -19 ''; do
  if command -v "llvm-cov$version" >/dev/null && command -v "llvm-profdata$version" >/dev/null; then
    llvm=$version
    [ -n "$version" ] && export RUSTFLAGS="-C instrument-coverage" LLVM_PROFILE_FILE="$PWD/target/run-%p.profraw"
    break
  fi
done
export RUSTC_BOOTSTRAP=1
rm -f target/run-*.profraw
cargo test --offline --quiet --test "$suite" -- -Z unstable-options --format junit ${1:+--exact "$1"} >junit.xml
status=$?
if [ -n "$RUSTFLAGS" ] && [ "$status" -eq 0 ]; then
  binary=$(ls -t target/debug/deps/"$suite"-* | grep -v '\.' | head -n 1)
  "llvm-profdata$llvm" merge -sparse target/run-*.profraw -o target/run.profdata &&
    "llvm-cov$llvm" export -format=lcov -instr-profile target/run.profdata "$binary" >lcov.info || rm -f lcov.info
fi
exit $status
