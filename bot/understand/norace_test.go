//go:build !race

package understand_test

const slowdown = 1
