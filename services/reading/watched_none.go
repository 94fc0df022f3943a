//go:build !race

package reading

var inside = false
