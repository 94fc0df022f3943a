package botapi

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

// Proper is a text as platforms take and count it: valid UTF-8, in the composed
// form in which a Vietnamese letter is one. It goes without markup, so that no
// name can break a message.
func Proper(text string) string {
	return norm.NFC.String(strings.ToValidUTF8(text, string(utf8.RuneError)))
}

// Clean makes what a person wrote fit for the bot: proper, without control
// characters and without the marks that reverse the order of letters, at most
// limit runes.
func Clean(text string, limit int) (cleaned string, cut bool) {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, string(utf8.RuneError)), "\r\n", "\n")
	text = strings.Map(func(letter rune) rune {
		switch {
		case letter == '\n':
			return letter
		case letter == '\t', letter == '\r', letter == '\u2028', letter == '\u2029':
			return ' '
		case unicode.IsControl(letter), unicode.Is(unicode.Bidi_Control, letter), letter == '\ufeff':
			return -1
		}
		return letter
	}, text)
	// Composed last: what is left out may have stood between a letter and its mark.
	text = strings.TrimSpace(norm.NFC.String(text))
	if short := Cut(text, limit); short != text {
		return strings.TrimSpace(short), true
	}
	return text, false
}

// CleanLine is Clean for what belongs on one line.
func CleanLine(text string, limit int) string {
	cleaned, _ := Clean(strings.ReplaceAll(text, "\n", " "), limit)
	return cleaned
}

// Cut keeps the first letters of a text.
func Cut(text string, letters int) string {
	n := 0
	for at := range text {
		if n == letters {
			return text[:at]
		}
		n++
	}
	return text
}

// Room is what is used of a platform's limit on a message's letters: a twentieth
// is kept free, since it is not known what exactly is counted.
func Room(limit, otherwise int) int {
	if limit <= 0 {
		limit = otherwise
	}
	return max(limit-limit/20, 1)
}

// Parts cuts a text into messages of at most limit letters. Blank ones are left
// out, since platforms refuse them; so none may come back.
func Parts(text string, limit int) []string {
	var parts []string
	for _, part := range bot.Split(strings.Trim(text, "\n"), limit) {
		if part = strings.Trim(part, "\n"); strings.TrimSpace(part) != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// Wording is a reply's title, for which there is no bold, above its text.
func Wording(reply bot.Reply) string {
	title := strings.Join(strings.Fields(Proper(reply.Title)), " ")
	return strings.TrimLeft(title+"\n"+strings.Trim(Proper(reply.Text), "\n"), "\n")
}

// Numbered puts a reply's choices as numbered lines under the last of its
// messages, or into messages of their own where they do not fit there: they stay
// together. A hint says how to answer where there is something to choose and not
// only a page to open; it is given one of the numbers.
func Numbered(parts []string, reply bot.Reply, limit int, hint func(example string) string) []string {
	lines := bot.Listed(reply)
	if len(bot.Choices(reply)) > 0 && hint != nil {
		lines = append(lines, hint(reply.Mark+"1"))
	}
	choices := Proper(strings.Join(lines, "\n"))
	if choices == "" {
		return parts
	}
	if last := len(parts) - 1; last >= 0 && utf8.RuneCountInString(parts[last]+"\n\n"+choices) <= limit {
		parts[last] += "\n\n" + choices
		return parts
	}
	return append(parts, Parts(choices, limit)...)
}
