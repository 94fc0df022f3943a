//go:build race

package change_test

// stories is less under the race detector, which slows the database tenfold
// and finds nothing in what one goroutine does.
const stories = 15
