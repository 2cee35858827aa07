require "fares"

class FaresTest < Minitest::Test
  def test_children_ride_for_free
    assert_equal 0, Fares.fare(9000, 5)
    assert_equal 1330, Fares.fare(9000, 6)
  end

  def test_a_begun_kilometre_counts
    assert_equal [490, 370], [Fares.fare(1001, 30), Fares.fare(1000, 30)]
  end

  def test_odd_cents_go_first
    assert_equal [4, 4, 3], Fares.shares(11, 3)
  end

  def test_nobody_rides
    assert_raises(ArgumentError) { Fares.shares(10, 0) }
  end
end
