package kit_test

import (
	"maps"
	"reflect"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
)

type paper struct {
	Number string      `answer:",none"`
	Date   models.Date `answer:"dated,none"`
}

type answers struct {
	Branch int64 `answer:",fixed"`
	Role   models.TermRole
	Month  models.Month
	At     *time.Time
	Acting bool
	Codes  []string
	Count  int
	paper
}

// What is kept of a form is what is read of it again, under the same names.
func TestTypedAnswers(t *testing.T) {
	at := time.Date(2026, 4, 1, 8, 30, 0, 0, time.UTC)
	full := answers{Branch: 7, Role: models.Deputy, Month: models.NewMonth(2026, time.March), At: &at, Acting: true,
		Codes: []string{"women", "farmers"}, Count: 12,
		paper: paper{Number: "12/QĐ", Date: models.Date{Year: 2026, Month: time.April, Day: 2}}}
	for _, one := range []struct {
		typed answers
		kept  bot.Answers
	}{
		{full, bot.Answers{"branch": "7", "!branch": "1", "role": "deputy", "month": "2026-03",
			"at": "2026-04-01T08:30:00Z", "acting": "yes", "codes": "women,farmers", "count": "12", "number": "12/QĐ",
			"dated": "2026-04-02"}},
		{answers{}, bot.Answers{"acting": "no", "number": "none", "dated": "none"}},
	} {
		if kept := kit.Untyped(one.typed); !maps.Equal(kept, one.kept) {
			t.Errorf("%+v is kept as %v, want %v", one.typed, kept, one.kept)
		}
		if typed := kit.Typed[answers](one.kept); !reflect.DeepEqual(typed, one.typed) {
			t.Errorf("%v is read as %+v, want %+v", one.kept, typed, one.typed)
		}
	}
}

// A damaged answer is none: no forged number, day or moment comes of it.
func TestDamagedAnswersAreNone(t *testing.T) {
	damaged := bot.Answers{"branch": "-7", "month": "2026-13", "at": "soon", "acting": "1", "count": "12a",
		"dated": "32/13", "number": "none"}
	if typed := kit.Typed[answers](damaged); !reflect.DeepEqual(typed, answers{}) {
		t.Errorf("read as %+v", typed)
	}
}
