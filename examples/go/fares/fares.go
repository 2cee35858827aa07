// Package fares reckons what a journey costs.
package fares

import "errors"

// Fare is in cents: 250 and 120 for each begun kilometre; children under six ride for free.
func Fare(metres int, age int) int {
	if age < 6 {
		return 0
	}
	kilometres := (metres + 999) / 1000
	return 250 + 120*kilometres
}

// Shares splits cents among riders; odd cents go to the first.
func Shares(cents int, riders int) ([]int, error) {
	if riders <= 0 {
		return nil, errors.New("nobody rides")
	}
	parts := make([]int, riders)
	for i := range parts {
		parts[i] = cents / riders
		if i < cents%riders {
			parts[i]++
		}
	}
	return parts, nil
}
