// Package texts holds every word that people read, in vi.yaml and, for what
// only the ward's own desk sees, a file a part of it (vi_import.yaml ...), and
// writes money, dates and months as people do.
package texts

import (
	"embed"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
)

//go:embed vi*.yaml
var vietnamese embed.FS

// Texts finds the words for a key.
type Texts struct {
	words map[string]string
	// Problem hears of a key that does not exist or a gap that was not filled:
	// tests fail on it, production logs it. It gets keys only, never values.
	Problem func(problem string)
}

// Load finds the words in the embedded texts.
func Load(problem func(string)) (*Texts, error) {
	words, err := read()
	if err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	return &Texts{words: words, Problem: problem}, nil
}

// read reads the embedded texts; nobody changes what it returns.
var read = sync.OnceValues(func() (map[string]string, error) {
	words := map[string]string{}
	files, err := vietnamese.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		content, err := vietnamese.ReadFile(file.Name())
		if err != nil {
			return nil, err
		}
		tree := map[string]any{}
		if err := yaml.Unmarshal(content, &tree); err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
		if err := flatten(words, "", tree); err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
	}
	return words, nil
})

func flatten(words map[string]string, prefix string, tree map[string]any) error {
	for name, value := range tree {
		switch v := value.(type) {
		case string:
			if _, twice := words[prefix+name]; twice {
				return fmt.Errorf("%s%s is there twice", prefix, name)
			}
			words[prefix+name] = strings.TrimRight(norm.NFC.String(v), "\n ")
		case map[string]any:
			if err := flatten(words, prefix+name+".", v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s%s is neither text nor group", prefix, name)
		}
	}
	return nil
}

// Keys lists every key, sorted.
func (t *Texts) Keys() []string {
	keys := make([]string, 0, len(t.words))
	for key := range t.words {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// Has reports whether a key exists.
func (t *Texts) Has(key string) bool { _, ok := t.words[key]; return ok }

var gap = regexp.MustCompile(`\{([a-z_]+)\}`)

// Gaps lists the fields that a text needs.
func (t *Texts) Gaps(key string) []string {
	var names []string
	for _, match := range gap.FindAllStringSubmatch(t.words[key], -1) {
		names = append(names, match[1])
	}
	return names
}

// Say returns the words for a key with its gaps filled. A missing key or field
// is a mistake of ours: Problem hears of it, and the person reads an apology
// rather than a key.
func (t *Texts) Say(key string, fields bot.Fields) string {
	text, ok := t.words[key]
	if !ok {
		t.Problem("no text " + key)
		if group, _, nested := strings.Cut(key, "."); nested && group == "errors" {
			return t.words["errors.internal"]
		}
		return ""
	}
	if !strings.Contains(text, "{") {
		return text
	}
	return gap.ReplaceAllStringFunc(text, func(match string) string {
		name := match[1 : len(match)-1]
		value, ok := fields[name]
		if !ok {
			t.Problem("text " + key + " lacks " + name)
			return ""
		}
		return Write(value)
	})
}

// Write puts a value as people write it.
func Write(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case models.Date:
		return Date(v)
	case models.Month:
		return Month(v)
	case time.Time:
		return Moment(v)
	case time.Duration:
		return fmt.Sprintf("%d phút", int((v+time.Minute-1)/time.Minute))
	}
	return fmt.Sprint(value)
}

// Date is dd/mm/yyyy.
func Date(d models.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.Day, d.Month, d.Year)
}

// Month is m/yyyy.
func Month(m models.Month) string {
	return fmt.Sprintf("%d/%d", m.Month(), m.Year())
}

// Hour is hh:mm of the day as people read it.
func Hour(t time.Time) string { return t.In(services.Zone).Format("15:04") }

// Moment is hh:mm dd/mm/yyyy on people's clocks.
func Moment(t time.Time) string { return t.In(services.Zone).Format("15:04 02/01/2006") }

// Money is an amount in đồng, thousands set off by dots: 200.000 đ.
func Money(amount int64) string {
	sign := ""
	if amount < 0 {
		sign = "-"
	}
	digits := strings.TrimPrefix(fmt.Sprint(amount), "-")
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(r)
	}
	return sign + b.String() + " đ"
}

// Signed is Money with its sign: +200.000 đ.
func Signed(amount int64) string {
	if amount > 0 {
		return "+" + Money(amount)
	}
	return Money(amount)
}

var digitWords = [...]string{"không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"}

// InWords is an amount in đồng as payment lists spell it, for 0 to 10^15:
// "Một triệu không trăm năm mươi nghìn đồng".
func InWords(amount int64) string {
	if amount == 0 {
		return "Không đồng"
	}
	words := make([]string, 0, 24)
	if amount < 0 {
		words = append(words, "âm")
		amount = -amount
	}
	words = append(words, spell(amount, false)...)
	sentence := []rune(strings.Join(append(words, "đồng"), " "))
	return strings.ToUpper(string(sentence[0])) + string(sentence[1:])
}

// spell reads a number; inside says that greater words stand before it, so that
// empty hundreds are spoken.
func spell(n int64, inside bool) []string {
	for _, unit := range []struct {
		size int64
		word string
	}{{1_000_000_000, "tỷ"}, {1_000_000, "triệu"}, {1_000, "nghìn"}} {
		if n >= unit.size {
			words := append(spell(n/unit.size, inside), unit.word)
			if rest := n % unit.size; rest > 0 {
				words = append(words, spell(rest, true)...)
			}
			return words
		}
	}
	var words []string
	hundreds, tens, ones := n/100, n/10%10, n%10
	if hundreds > 0 || inside {
		words = append(words, digitWords[hundreds], "trăm")
	}
	switch {
	case tens == 1:
		words = append(words, "mười")
	case tens > 1:
		words = append(words, digitWords[tens], "mươi")
	case ones > 0 && len(words) > 0:
		words = append(words, "linh")
	}
	switch {
	case ones == 0:
	case ones == 1 && tens > 1:
		words = append(words, "mốt")
	case ones == 5 && tens > 0:
		words = append(words, "lăm")
	default:
		words = append(words, digitWords[ones])
	}
	return words
}

// Thousandths is a coefficient as people write it: 150 is 0,15.
func Thousandths(n int64) string {
	text := fmt.Sprintf("%d,%03d", n/1000, n%1000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ",")
}
