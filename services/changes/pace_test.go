//go:build !race

package changes_test

// stories is how many random stories are played.
const stories = 100
