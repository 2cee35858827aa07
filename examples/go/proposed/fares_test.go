package fares

import "testing"

func TestChildrenRideForFree(t *testing.T) {
	if Fare(9000, 5) != 0 || Fare(9000, 6) != 1330 {
		t.Errorf("got %d and %d", Fare(9000, 5), Fare(9000, 6))
	}
}

func TestABegunKilometreCounts(t *testing.T) {
	if Fare(1001, 30) != 490 || Fare(1000, 30) != 370 {
		t.Error("begun kilometres")
	}
}

func TestOddCentsGoFirst(t *testing.T) {
	parts, err := Shares(11, 3)
	if err != nil || parts[0] != 4 || parts[1] != 4 || parts[2] != 3 {
		t.Errorf("got %v", parts)
	}
}

func TestNobodyRides(t *testing.T) {
	if _, err := Shares(10, 0); err == nil {
		t.Error("no error")
	}
}
