//go:build race

package reading

// inside: the race detector's own memory is no child's to be bounded by, and to
// start under it takes longer than most files take to read.
var inside = true
