//go:build !race

package main

// rosterRows is how many people a roster has that goes out and comes back.
const rosterRows = 20_000
