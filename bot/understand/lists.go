package understand

import (
	_ "embed"
	"strings"
)

//go:embed words.txt
var wordsText string

// wordLists are the lists of words.txt by their names, without its remarks.
var wordLists = func() map[string]string {
	lists, name := map[string]string{}, ""
	for _, line := range strings.Split(wordsText, "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			name = strings.Trim(line, "[]")
		default:
			lists[name] += line + "\n"
		}
	}
	return lists
}()

// wordsOf is a list of words.txt, which is part of the program: one that is
// missing is found by every test.
func wordsOf(name string) string {
	list, ok := wordLists[name]
	if !ok {
		panic("understand: words.txt has no [" + name + "]")
	}
	return list
}

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}
