//go:build race

package understand_test

// slowdown allows for what the race detector costs.
const slowdown = 20
