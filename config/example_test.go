package config

import (
	"fmt"
	"strings"
)

// example is the text of .env.example: every key with its help, its default and
// what a right value looks like, all of them switched off.
func example() string {
	var text strings.Builder
	text.WriteString("# Settings of canbobot. Copy this file to .env, or set the keys in the environment.\n")
	text.WriteString("# Every key may be left out; the value shown is the default.\n")
	text.WriteString("# Made from config/config.go: go test ./config -update\n")
	for _, s := range settings(&Config{}) {
		if s.Group != "" {
			fmt.Fprintf(&text, "\n# ---- %s ----\n", s.Group)
		}
		fmt.Fprintf(&text, "\n%s", wrap(s.Help))
		fmt.Fprintf(&text, "%s", wrap("Value: "+s.Want+"."))
		fmt.Fprintf(&text, "#%s=%s\n", s.Key, s.Default)
	}
	return text.String()
}

// wrap breaks a sentence into comment lines.
func wrap(sentence string) string {
	const width = 100
	var text strings.Builder
	line := "#"
	for _, word := range strings.Fields(sentence) {
		if len(line)+1+len(word) > width {
			text.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	text.WriteString(line + "\n")
	return text.String()
}
