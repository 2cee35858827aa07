# Runs one suite of minitest and leaves report.tap (TAP) and coverage.info (LCOV).
require "coverage"
Coverage.start
$LOAD_PATH.unshift("lib")
require "minitest"

class Tap < Minitest::AbstractReporter
  def start = (@lines = [])
  def record(result) = @lines << "#{result.passed? ? 'ok' : 'not ok'} #{@lines.size + 1} - #{result.name}"
  def report = File.write("report.tap", [*@lines, "1..#{@lines.size}"].join("\n") + "\n")
end

module Minitest
  def self.plugin_tap_init(_) = reporter << Tap.new
end
Minitest.extensions << "tap"
Minitest.after_run do
  File.write("coverage.info", Coverage.result.filter_map { |file, lines|
    next unless file.start_with?("#{Dir.pwd}/lib/")
    counted = lines.each_with_index.filter_map { |count, at| "DA:#{at + 1},#{count}" if count }
    ["SF:#{file.delete_prefix("#{Dir.pwd}/")}", *counted, "end_of_record"].join("\n")
  }.join("\n") + "\n")
end
load ARGV.shift
Minitest.autorun
