package understand_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"canbobot/bot"
)

// TestSlots measures the details on testdata/slots.tsv: a phrase is right when
// all of its slots are, and no other is filled.
func TestSlots(t *testing.T) {
	file, err := os.ReadFile("testdata/slots.tsv")
	if err != nil {
		t.Fatal(err)
	}
	total, right := 0, 0
	for n, line := range strings.Split(string(file), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		phrase, text, ok := strings.Cut(line, "\t")
		if !ok {
			t.Fatalf("slots.tsv:%d: want phrase, tab, slots", n+1)
		}
		want, err := slotsOf(text)
		if err != nil {
			t.Fatalf("slots.tsv:%d: %v", n+1, err)
		}
		total++
		if got := model.Understand(phrase).Slots; got == want {
			right++
		} else {
			t.Logf("slots.tsv:%d: %q\n got %+v\nwant %+v", n+1, phrase, got, want)
		}
	}
	t.Logf("%d of %d phrases with all their slots right", right, total)
	if total < 300 {
		t.Errorf("%d phrases, want 300", total)
	}
	if right*100 < total*95 {
		t.Errorf("slots right in %d of %d, want 95%%", right, total)
	}
}

func slotsOf(text string) (slots bot.Slots, err error) {
	for _, pair := range strings.Split(text, ";") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		key, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		switch key {
		case "month":
			slots.Month, err = strconv.Atoi(value)
		case "year":
			slots.Year, err = strconv.Atoi(value)
		case "ago":
			slots.Ago, err = strconv.Atoi(value)
		case "quarter":
			slots.Quarter, err = strconv.Atoi(value)
		case "lunar":
			slots.Lunar, err = strconv.ParseBool(value)
		case "name":
			slots.Name = value
		case "other":
			slots.Other = value
		case "phone":
			slots.Phone = value
		case "account":
			slots.BankAccount = value
		case "bank":
			slots.Bank = value
		case "role":
			slots.Role = value
		case "organization":
			slots.Organization = value
		case "village":
			slots.Village = value
		default:
			err = fmt.Errorf("no slot %q", key)
		}
		if err != nil {
			return slots, err
		}
	}
	return slots, nil
}
