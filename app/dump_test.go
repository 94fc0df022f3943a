package app

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"canbobot/bot/session"
	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/vault"
)

// held is what a dump of the database must not tell: every number and every text
// that is sealed in it, and what was sealed only on the way.
type held struct {
	numbers map[string]string // nine national digits of a phone, a whole account or citizen's number: whose
	texts   map[string]string
}

var digitRuns = regexp.MustCompile(`\+?[0-9](?:[0-9 .\-]{5,}[0-9])`)

// bare takes a run of digits as a number of any writing.
func bare(run string) string {
	return strings.NewReplacer(" ", "", ".", "", "-", "", "+", "").Replace(run)
}

// sealedIn opens everything that is sealed, by the registry.
func sealedIn(t *testing.T, store *models.Store, v *vault.Vault) held {
	t.Helper()
	h := held{numbers: map[string]string{}, texts: map[string]string{}}
	for _, secret := range models.Secrets {
		columns := strings.Join(append(slices.Clone(secret.Key), secret.Column), ", ")
		rows, err := services.AcrossWards(store.DB, "a dump is searched").Raw("SELECT " + columns + " FROM " +
			secret.Table + " WHERE length(" + secret.Column + ") > 0").Rows()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(secret.Key)+1), make([]any, len(secret.Key)+1)
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			at := len(secret.Key)
			plain, err := v.Open(vault.In(secret, values[:at]...), models.Sealed(textOf(values[at])))
			if err != nil {
				t.Fatalf("%s of %v: %v", secret.Name(), values[:at], err)
			}
			h.keep(secret, plain)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// keep notes a value: of a phone its nine digits, of what is an object or a sheet
// the numbers in it.
func (h held) keep(secret *models.Secret, plain string) {
	switch secret {
	case models.Phone, models.StaffPhone, models.AskedPhone:
		h.numbers[plain[max(0, len(plain)-9):]] = secret.Name()
	case models.BankAccount, models.CitizenID, models.StaffCitizen:
		h.numbers[plain] = secret.Name()
	case models.CaseText, models.DataText, models.DataAnswer, models.BreachWhat, models.BreachWhom, models.BreachMeasures:
		if len([]rune(plain)) >= 8 {
			h.texts[plain] = secret.Name()
		}
	case models.ChangePayload, models.ChangeBase, models.DraftAnswers:
		for _, run := range digitRuns.FindAllString(plain, -1) {
			if digits := bare(run); strings.HasPrefix(run, "+84") && len(digits) == 11 {
				h.numbers[digits[2:]] = secret.Name()
			}
		}
	}
}

// told is what a text gives away.
func (h held) told(text string) []string {
	var all []string
	for _, run := range digitRuns.FindAllString(text, -1) {
		digits := bare(run)
		for from := range digits {
			for _, length := range []int{9, 12, 13, 14} {
				if from+length > len(digits) {
					continue
				}
				if of := h.numbers[digits[from:from+length]]; of != "" {
					all = append(all, of+" "+run)
				}
			}
		}
	}
	for secret, of := range h.texts {
		if strings.Contains(text, secret) {
			all = append(all, of+" "+secret)
		}
		if escaped, _ := json.Marshal(secret); strings.Contains(text, strings.Trim(string(escaped), `"`)) {
			all = append(all, of+" "+secret)
		}
	}
	return all
}

func textOf(value any) string {
	if bytes, ok := value.([]byte); ok {
		return string(bytes)
	}
	return fmt.Sprint(value)
}

// dumped hands every value of every column of every table there is to a test.
func dumped(t *testing.T, store *models.Store, see func(column, text string)) {
	t.Helper()
	tables, err := store.Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	if len(tables) < 40 {
		t.Fatalf("%d tables", len(tables))
	}
	for _, table := range tables {
		rows, err := services.AcrossWards(store.DB, "a dump is searched").Raw(`SELECT * FROM "` + table + `"`).Rows()
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			for i, value := range values {
				switch value.(type) {
				case string, []byte:
					see(table+"."+columns[i], textOf(value))
				}
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// tellsOf is what the database of a house tells, to whom has a copy of it and no
// key, of what is sealed in it: an example a column.
func (h *house) tellsOf(t *testing.T) map[string]string {
	t.Helper()
	store := h.ward.Store
	is, seen := sealedIn(t, store, h.ward.Vault), map[string]string{}
	if len(is.numbers) == 0 {
		t.Fatal("nothing is sealed")
	}
	dumped(t, store, func(column, text string) {
		if told := is.told(text); len(told) > 0 {
			seen[column] = told[0]
		}
	})
	return seen
}

func (h *house) keepsToItself(t *testing.T) {
	t.Helper()
	for column, what := range h.tellsOf(t) {
		t.Errorf("%s tells %q", column, what)
	}
}

// sessionsKeepToThemselves is the same of what Redis has of a house.
func (h *house) sessionsKeepToThemselves(t *testing.T) {
	t.Helper()
	if storetest.Redis() == "" {
		return // the Redis inside dies with the process, and nobody dumps it
	}
	ctx := t.Context()
	client, closer, err := session.OpenRedis(storetest.Redis())
	if err != nil {
		t.Fatal(err)
	}
	defer closer()
	is, all := sealedIn(t, h.ward.Store, h.ward.Vault), client.Scan(ctx, 0, h.sessions.Prefix+"*", 1000).Iterator()
	for all.Next(ctx) {
		key := all.Val()
		text, err := client.Get(ctx, key).Result()
		if err != nil {
			continue // of another kind, or gone: counts and locks
		}
		if told := is.told(strings.TrimPrefix(key, h.sessions.Prefix) + " " + text); len(told) > 0 {
			t.Errorf("Redis tells %q", told[0])
		}
	}
	if err := all.Err(); err != nil {
		t.Fatal(err)
	}
}

// The search finds what it is after, however it is written.
func TestADumpIsSearchedForEveryWriting(t *testing.T) {
	is := held{numbers: map[string]string{"912345678": "phone", "3712051234567": "account", "042165001234": "citizen"},
		texts: map[string]string{`Tôi "chưa" nhận`: "case"}}
	for _, text := range []string{"+84912345678", "0912345678", "x 0912 345 678.", "091.234.5678", `{"p":"84912345678"}`,
		"số 3712 0512 34567", "042165001234", `{"text":"Tôi \"chưa\" nhận tiền"}`, `Tôi "chưa" nhận`} {
		if len(is.told(text)) == 0 {
			t.Errorf("%s is not found", text)
		}
	}
	if told := is.told("2026-04-06 02:00:00 ****5678 3712051234568"); len(told) > 0 {
		t.Errorf("found %q", told)
	}
}

// A ward that has a row of everything keeps its numbers and texts to itself.
func TestADumpOfTheBesiegedWardTellsNothing(t *testing.T) {
	b := besiege(t)
	b.house.keepsToItself(t)
	// What is not sealed is found: a number in a text, and one that was never sealed.
	var one models.Person
	if err := b.db().Select("id", "phone").Take(&one, "ward_id = ? AND phone <> ''", b.ward).Error; err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"UPDATE notices SET text = 'gọi ' || ?", "UPDATE kept_phrases SET masked = ?"} {
		if err := b.db().Exec(left, "0"+strings.TrimPrefix(one.Phone, "+84")).Error; err != nil {
			t.Fatal(err)
		}
	}
	if told := b.house.tellsOf(t); len(told) != 2 || told["notices.text"] == "" || told["kept_phrases.masked"] == "" {
		t.Errorf("found %v", told)
	}
}
