#!/bin/sh
# Runs one class of tests with Maven, offline, from the repository that Debian's packages fill (maven junit5
# libsurefire-java libmaven-compiler-plugin-java libmaven-resources-plugin-java), and measures what it reaches where
# libjacoco-java is there, too. With artifacts in your own ~/.m2, leave out -Dmaven.repo.local. Usage: sh test.sh <class>
jars=/usr/share/java
quick="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" # programs that run for a second are not worth optimising
export MAVEN_OPTS="$quick"
set -- -q -o -B -Dmaven.repo.local=/usr/share/maven-repo "-Dtest=$1" test
mkdir -p target
if [ -f target/jacocoagent.jar ] || (cd target && jar xf "$jars/org.jacoco.agent.jar" jacocoagent.jar) 2>/dev/null; then
  set -- "-DargLine=$quick -javaagent:target/jacocoagent.jar=destfile=target/jacoco.exec" "$@"
fi
rm -f target/jacoco.exec
mvn "$@"
status=$?
if [ "$status" -eq 0 ] && [ -f target/jacoco.exec ]; then
  java $quick -cp "$jars/org.jacoco.core.jar:$jars/org.jacoco.report.jar:$jars/asm.jar:$jars/asm-commons.jar:$jars/asm-tree.jar:$jars/asm-analysis.jar" \
    coverage/Report.java
fi
exit $status
