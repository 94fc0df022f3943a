//go:build race

package storetest

// Watched says whether the race detector watches. It makes everything ten times
// slower, and sees in a thousand rounds of one goroutine what it sees in ten:
// tests of many do fewer then, for the whole number runs without it.
const Watched = true
