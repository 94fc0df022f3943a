package identity

import (
	"math"
	"strings"
	"testing"

	"canbobot/models"
)

func TestCodesAreLongAndSpreadEvenly(t *testing.T) {
	if bits := codeLength * math.Log2(float64(len(alphabet))); bits < 40 {
		t.Fatalf("%.1f random bits", bits)
	}
	counts := map[rune]int{}
	seen := map[string]bool{}
	const n = 5000
	for range n {
		code := newCode()
		if seen[code] || len(code) != codeLength {
			t.Fatalf("code %q", code)
		}
		seen[code] = true
		for _, r := range code {
			counts[r]++
		}
		if back, ok := readCode(showCode(code)); !ok || back != code {
			t.Fatalf("readCode(showCode(%q)) = %q, %v", code, back, ok)
		}
	}
	mean := float64(n*codeLength) / float64(len(alphabet))
	for _, r := range alphabet {
		// Six standard deviations: one run in some hundred million fails.
		if off := math.Abs(float64(counts[r]) - mean); off > 6*math.Sqrt(mean) {
			t.Errorf("%c comes %d times, expected about %.0f", r, counts[r], mean)
		}
	}
}

func TestAlphabetSurvivesReadersAndKeyboards(t *testing.T) {
	for _, r := range alphabet {
		if strings.Count(alphabet, string(r)) != 1 {
			t.Errorf("%c comes twice", r)
		}
		if strings.ContainsRune("01OIAEUYDWLSBZG", r) {
			t.Errorf("%c is mistaken or composed", r)
		}
		if lookalikes.Replace(string(r)) != string(r) {
			t.Errorf("%c is read as another", r)
		}
	}
}

func TestReadCode(t *testing.T) {
	const code = "2345CFHJKQ"
	for _, text := range []string{
		"2345CFHJKQ", "2345C-FHJKQ", "2345c-fhjkq", " 2345C FHJKQ ", "2345C–FHJKQ", "2345C_FHJKQ", "2345C.FHJKQ",
		"2345C-FHJK0", "2345c fhjko", "Z34SC-FHJKQ", "２３４５C-FHJKQ", "2345C\u00a0FHJKQ",
	} {
		if got, ok := readCode(text); !ok || got != code {
			t.Errorf("readCode(%q) = %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{
		"", "2345C", "2345CFHJKQQ", "2345C-FHJKA", "em không có mã", "2345C-FHJKĐ", "2345C\x00FHJKQ", "\xff\xfe",
		strings.Repeat("2345CFHJKQ", 10_000), strings.Repeat("-", 60) + code,
	} {
		if got, ok := readCode(text); ok {
			t.Errorf("readCode(%.30q) = %q", text, got)
		}
	}
}

func FuzzReadCode(f *testing.F) {
	f.Add("2345C-FHJKQ")
	f.Add("mã của em là 2345C")
	f.Fuzz(func(t *testing.T, text string) {
		code, ok := readCode(text)
		if !ok {
			if code != "" {
				t.Fatalf("readCode(%q) = %q", text, code)
			}
			return
		}
		if back, ok := readCode(showCode(code)); !ok || back != code {
			t.Fatalf("readCode(%q) = %q, which reads as %q", text, code, back)
		}
	})
}

func TestCleanName(t *testing.T) {
	for text, want := range map[string]string{
		"Nguyễn Thị Lan":                  "Nguyễn Thị Lan",
		"  nguyễn\n thị\tlan ":            "nguyễn thị lan",
		"Nguye\u0302\u0303n Lan":          "Nguyễn Lan",
		"Trần Văn A (Tổ 5)":               "", // a digit is no name
		"H’Hen Niê":                       "H’Hen Niê",
		"Lê-Anh O'Neil":                   "Lê-Anh O'Neil",
		"":                                "",
		" . ":                             "",
		"Lan\x00":                         "",
		"Lan\u202eevil":                   "",
		"😀":                               "",
		"Lan\xff":                         "",
		strings.Repeat("a", maxName):      strings.Repeat("a", maxName),
		strings.Repeat("a", maxName+1):    "",
		strings.Repeat("Nguyễn ", 50_000): "",
	} {
		got, err := cleanName(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("cleanName(%.30q) = %q, %v", text, got, err)
		}
	}
}

func TestNumberedGaps(t *testing.T) {
	if got := numbered("a = ? AND b = ?", models.PostgreSQL); got != "a = $1 AND b = $2" {
		t.Error(got)
	}
	if got := numbered("a = ?", models.SQLite); got != "a = ?" {
		t.Error(got)
	}
}
