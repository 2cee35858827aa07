# What a journey costs.
module Fares
  # In cents: 250 and 120 for each begun kilometre; children under six ride for free.
  def self.fare(metres, age)
    return 0 if age < 6
    kilometres = (metres + 999) / 1000
    250 + 120 * kilometres
  end

  # Splits cents among riders; odd cents go to the first.
  def self.shares(cents, riders)
    raise ArgumentError, "nobody rides" if riders <= 0
    Array.new(riders) { |at| cents / riders + (at < cents % riders ? 1 : 0) }
  end
end
