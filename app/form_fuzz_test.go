package app

import (
	"context"
	"sort"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
)

// FuzzFormReads gives every question of every form whatever anybody may type or
// press: it is taken or refused with words, and never costs more than a moment.
func FuzzFormReads(f *testing.F) {
	for _, seed := range []string{
		"", "huỷ", "Nguyễn Thị Lan", "0912 345 678", "+84912345678", "10/02/2026", "31/02/2026", "mai", "tháng giêng",
		"quý 1", "15/QĐ-HPN",
		"12345", "-1", "99999999999999999999", "a:b:c", "#ok:1", "\x00\xff", "ắ\u0323\u0301", "🎉👍", "{{.}}", "' OR 1=1 --",
		strings.Repeat("ơi ", 1300),
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	house := openHouse(f)
	house.stop(f)
	var forms []*bot.Form
	for _, form := range house.counter.Dispatcher.Book.Forms {
		forms = append(forms, form)
	}
	sort.Slice(forms, func(i, j int) bool { return forms[i].Name < forms[j].Name })
	speakers := map[string]bot.Speaker{}
	for _, who := range []string{"truong-phu-nu", "can-bo-1", "nobody"} {
		speaker, err := people{house.ward.Identity}.Identify(context.Background(), "web", who)
		if err != nil {
			f.Fatal(err)
		}
		speakers[who] = speaker
	}
	f.Fuzz(func(t *testing.T, text string, pressed bool) {
		if runes := []rune(strings.ToValidUTF8(text, "")); len(runes) > bot.MaxText {
			text = string(runes[:bot.MaxText]) // as every channel does
		}
		input := bot.Input{Text: text}
		if pressed {
			input = bot.Input{Choice: text}
		}
		for who, speaker := range speakers {
			turn := bot.Turn{Speaker: speaker, Now: house.clock(),
				In: bot.Inbound{Channel: "web", UserID: who, ChatID: who, Private: true, Text: text}}
			for _, form := range forms {
				for _, step := range form.Steps {
					if form.Name == "link" || form.Name == "asklink" || form.Name == "step_up" {
						continue // their answers are guesses, which are counted: services/identity fuzzes them
					}
					begun := time.Now()
					value, err := step.Read(context.Background(), turn, bot.Answers{}, input)
					if took := time.Since(begun); took > 2*time.Second {
						t.Errorf("%s.%s took %s over %d bytes", form.Name, step.Name, took, len(text))
					}
					if err == nil && len(value) > 8*bot.MaxText {
						t.Errorf("%s.%s keeps %d bytes", form.Name, step.Name, len(value))
					}
				}
			}
		}
	})
}
