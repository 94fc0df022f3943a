package phrases

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"canbobot/models"
)

// What stands in the place of what is not kept.
const (
	maskedName   = "[tên]"
	maskedNumber = "[số]"
)

// maxMasked is how much of a text is kept, in runes.
const maxMasked = 200

var (
	// digits are figures with what people put between them.
	digits = regexp.MustCompile(`[0-9]+(?:[ .,/:-]{0,2}[0-9]+)*`)
	// address is an e-mail address, a link or an account's name.
	address = regexp.MustCompile(`(?i)\S*(?:@|https?:|www\.)\S*`)
)

// callers are the words, folded, by which people are called: a name follows.
var callers = []string{"ong", "ba", "anh", "chi", "co", "chu", "bac", "di", "cau", "mo", "o", "me", "em", "thim",
	"duong", "dong chi", "ten", "chau"}

// surnames, folded, that are no other word; three more words may belong to one.
var surnames = []string{"nguyen", "tran", "pham", "hoang", "huynh", "bui", "trinh"}

// accented are surnames that are other words without their accents.
var accented = []string{"lê", "phan", "võ", "đặng", "đỗ", "hồ", "ngô", "dương", "lý", "đinh", "trương", "thái", "hà",
	"đậu", "cao"}

// plain are words, folded, that follow one of callers and are no name.
var plain = []string{"hoi", "doan", "bo", "uy", "tra", "em", "oi", "a", "nhe", "cho", "toi", "minh", "phuong", "la",
	"lam", "nay", "ay", "do", "truong", "pho",
	"muon", "can", "bao", "xem", "hoi", "nhan", "chua", "co", "khong", "van", "dang", "da", "bi", "dau", "nao", "gi",
	"sao", "thang", "tien", "phu", "cap", "nghi", "thoi"}

// Mask is a text without what tells of whom it speaks: names are [tên], numbers
// are [số], addresses are gone. It rather hides a word too many. The result is
// one line of at most 200 runes.
func Mask(text string, names ...string) string {
	text = strings.ToValidUTF8(text, " ")
	text = address.ReplaceAllString(text, " "+maskedNumber+" ")
	text = strings.Map(func(r rune) rune { // the figures of every script
		if unicode.IsDigit(r) {
			return '0'
		}
		return r
	}, text)
	text = digits.ReplaceAllString(text, maskedNumber)
	words := strings.Fields(text)
	hidden := make([]bool, len(words))
	hideNames(words, hidden, names)
	hideGuessed(words, hidden)
	var kept []string
	for i, word := range words {
		switch {
		case !hidden[i]:
			kept = append(kept, word)
		case i == 0 || !hidden[i-1]:
			kept = append(kept, maskedName)
		}
	}
	masked := []rune(strings.Join(kept, " "))
	return strings.TrimSpace(string(masked[:min(len(masked), maxMasked)]))
}

// bare is a word as names are compared.
func bare(word string) string {
	return models.Fold(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }))
}

// hideNames hides the words of names that were found by understanding the text.
func hideNames(words []string, hidden []bool, names []string) {
	var parts []string
	for _, name := range names {
		parts = append(parts, strings.Fields(models.Fold(name))...)
	}
	for i, word := range words {
		if word != maskedNumber && bare(word) != "" && slices.Contains(parts, bare(word)) {
			hidden[i] = true
		}
	}
}

// hideGuessed hides what is probably a name: what is written large in the
// middle of a sentence, what follows a word by which people are called, and what
// follows a surname.
func hideGuessed(words []string, hidden []bool) {
	for i, word := range words {
		folded := bare(word)
		if folded == "" || strings.Contains(word, maskedNumber) {
			continue
		}
		before := ""
		if i > 0 {
			before = bare(words[i-1])
		}
		capital := large(word) && (i > 0 && !endsSentence(words[i-1]) || i+1 < len(words) && large(words[i+1]))
		called := slices.Contains(callers, before) && !slices.Contains(plain, folded) && !slices.Contains(callers, folded)
		if capital && !slices.Contains(plain, folded) || called {
			hidden[i] = true
		}
		exact := strings.ToLower(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }))
		if slices.Contains(surnames, folded) || slices.Contains(accented, exact) && exact != folded ||
			slices.Contains(accented, exact) && hidden[i] {
			for k := i; k < min(i+4, len(words)) &&
				(k == i || !slices.Contains(plain, bare(words[k])) && words[k] != maskedNumber || bare(words[k]) == "van"); k++ {
				hidden[k] = true
			}
		}
	}
}

func large(word string) bool {
	for _, r := range word {
		return unicode.IsUpper(r)
	}
	return false
}

func endsSentence(word string) bool { return strings.ContainsAny(word[len(word)-1:], ".!?") }
