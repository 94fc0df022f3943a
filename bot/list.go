package bot

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Choices are the actions that a reply offers, in reading order.
func Choices(reply Reply) []string {
	var actions []string
	for _, row := range reply.Buttons {
		for _, button := range row {
			if !button.Action.IsZero() {
				actions = append(actions, button.Action.String())
			}
		}
	}
	return actions
}

// Listed draws the buttons of a reply as lines, for channels that have none:
// "1. Xem tháng trước", "A2. Trả lại để sửa", and a page to open as "Mở trang:
// https://...". The n-th line with a number stands for the n-th of Choices.
func Listed(reply Reply) []string {
	var lines []string
	n := 0
	for _, row := range reply.Buttons {
		for _, button := range row {
			if button.Action.IsZero() {
				lines = append(lines, button.Label+": "+button.URL)
				continue
			}
			n++
			lines = append(lines, fmt.Sprintf("%s%d. %s", reply.Mark, n, button.Label))
		}
	}
	return lines
}

// Split cuts a text into parts of at most limit runes, at the end of a line
// where it can. Nothing but line ends is lost between the parts.
func Split(text string, limit int) []string {
	var parts []string
	for utf8.RuneCountInString(text) > limit {
		end := 0
		for range limit {
			_, size := utf8.DecodeRuneInString(text[end:])
			end += size
		}
		if text[end] != '\n' {
			if line := strings.LastIndexByte(text[:end], '\n'); line > 0 {
				end = line
			}
		}
		parts = append(parts, strings.TrimRight(text[:end], "\n"))
		text = strings.TrimLeft(text[end:], "\n")
	}
	return append(parts, text)
}
