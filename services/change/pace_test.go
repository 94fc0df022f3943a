//go:build !race

package change_test

// stories is how many random stories are played.
const stories = 100
