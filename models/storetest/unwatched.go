//go:build !race

package storetest

// Watched says whether the race detector watches.
const Watched = false
