package understand

import (
	"slices"
	"strings"

	"canbobot/bot"
)

// Staff's orders have an object: whom of a list, or the number of what waits.
// "Ai chưa nhận tiền tháng 10", "những người chưa có tài khoản", "đề nghị số 4".

var (
	denying = setOf("chua khong ko chang khg")
	// numbered are what staff call by its number.
	numbered = []string{"de nghi", "yeu cau", "thac mac", "phieu", "ho so", "don", "viec", "so", "de nghi so",
		"thac mac so"}
)

// objects are phrases that name whom; those with "!" are so where they are denied.
// The first that a text has counts.
var objects = []struct {
	of      bot.Of
	phrases []string
}{
	{bot.OfUnlinked, []string{"!lien ket", "!ket noi", "!vao zalo", "!co zalo", "!quan tam", "!dang ky"}},
	{bot.OfVacant, []string{"khuyet", "thieu truong", "thieu pho", "thieu chi hoi", "thieu cap", "thieu bi thu",
		"!cap pho", "!cap truong", "!chi hoi truong", "!chi hoi pho", "!bi thu", "!truong", "!pho"}},
	{bot.OfNoAccount, []string{"!tai khoan", "!tk", "!stk", "thieu tai khoan", "thieu stk", "thieu tk"}},
	{bot.OfFailed, []string{"chuyen khong duoc", "chuyen ko duoc", "khong thanh cong", "ko thanh cong", "bi tra",
		"tra lai", "tra ve", "bi hoan", "chuyen loi", "chuyen hong", "loi chuyen", "that bai"}},
	{bot.OfUnpaid, []string{"!nhan", "!tra", "!chi", "!chuyen", "!linh", "!phat", "!co tien", "!duoc tien", "!thay tien",
		"con no"}},
	{bot.OfCash, []string{"tien mat"}},
	{bot.OfChanged, []string{"tang giam", "ai tang", "ai giam", "nguoi tang", "nguoi giam", "tang len", "giam di",
		"thay doi", "chenh lech", "bien dong", "khac thang truoc", "so voi thang truoc"}},
}

// deniedWithin is how many words may stand between a denial and what it denies:
// "chưa có số tài khoản".
const deniedWithin = 3

// order reads the object of what staff say.
func (s *scratch) order(slots *bot.Slots) {
	if !s.staff {
		return
	}
	for _, one := range objects {
		if slots.Of == "" && slices.ContainsFunc(one.phrases, s.names) {
			slots.Of = one.of
		}
	}
	for i := range s.words {
		w := &s.words[i]
		if w.kind != figure || w.digits > 9 || i == 0 || w.joined {
			continue
		}
		for _, before := range numbered {
			if s.ends(before, i) {
				slots.Number = int64(w.value)
				if strings.HasPrefix(before, "thac mac") && slots.Of == "" {
					slots.Of = bot.OfCase
				}
			}
		}
	}
}

// names reports whether the text has a phrase.
func (s *scratch) names(phrase string) bool {
	words, denied := strings.CutPrefix(phrase, "!")
	for i := range s.words {
		if !s.ends(words, i+1) {
			continue
		}
		if !denied {
			return true
		}
		first := i - strings.Count(words, " ")
		for before := max(0, first-deniedWithin); before < first; before++ {
			if denying[s.words[before].folded] {
				return true
			}
		}
	}
	return false
}

// ends reports whether the words before place i are those of a phrase, in one
// clause.
func (s *scratch) ends(phrase string, i int) bool {
	for phrase != "" {
		at := strings.LastIndexByte(phrase, ' ')
		if i--; i < 0 || s.words[i].folded != phrase[at+1:] {
			return false
		}
		if at < 0 {
			return true
		}
		if s.words[i].breaks {
			return false
		}
		phrase = phrase[:at]
	}
	return false
}
