//go:build !race

package change_test

import "os"

// stories is how many random stories are played: all of them where the gate runs
// the tests on PostgreSQL, fewer at the desk.
var stories = map[bool]int{true: 100, false: 40}[os.Getenv("TEST_DATABASE_URL") != ""]
