package list

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Reference names a line of a list on the bank's sheet, so that its answer finds
// the line again: "CB12-345". It says nothing of the person.
func Reference(run, line int64) string { return fmt.Sprintf("CB%d-%d", run, line) }

var referenced = regexp.MustCompile(`\bCB ?(\d{1,18}) ?[-–] ?(\d{1,18})\b`)

// ParseReference finds a reference in a cell.
func ParseReference(text string) (run, line int64, ok bool) {
	match := referenced.FindStringSubmatch(strings.ToUpper(text))
	if match == nil {
		return 0, 0, false
	}
	run, first := strconv.ParseInt(match[1], 10, 64)
	line, second := strconv.ParseInt(match[2], 10, 64)
	return run, line, first == nil && second == nil
}
