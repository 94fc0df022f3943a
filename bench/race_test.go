//go:build race

package main

// rosterRows is how many people a roster has that goes out and comes back. The
// race detector makes it twenty times slower and sees no more in more rows.
const rosterRows = 2_000
