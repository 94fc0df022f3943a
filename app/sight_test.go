package app

import (
	"regexp"
	"strings"
	"testing"

	"canbobot/bot/play"
	"canbobot/models"
	"canbobot/services/vn"
)

// sight watches what the phones of a play show: a number of somebody else is
// shown to nobody of whom the journal does not say so, wherever it is drawn.
type sight struct {
	house *house
	typed map[string]string // by user: the digits that they typed themselves
	sent  map[string]bool   // by user: they have sent a file, of which they are told
}

var figures = regexp.MustCompile(`\+?[0-9][0-9 .]{6,}[0-9]`)

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

func (s *sight) does(user string, what rune, text string) {
	if s.typed == nil {
		s.typed, s.sent = map[string]string{}, map[string]bool{}
	}
	s.sent[user] = s.sent[user] || what == '?'
	s.typed[user] += " " + digitsOf(text)
}

func (s *sight) watch(t *testing.T, user string, messages []play.Message) {
	t.Helper()
	if s.house == nil {
		return
	}
	store, vault := s.house.ward.Store, s.house.ward.Vault
	for _, message := range messages {
		text := message.Reply.Title + "\n" + message.Reply.Text
		for _, found := range figures.FindAllString(text, -1) {
			number := digitsOf(found)
			quoted := s.sent[user] && !strings.Contains(found, " ") // from a cell of their own sheet
			if quoted || len(number) < 8 || strings.Contains(s.typed[user], number) {
				continue
			}
			hashes := []any{"", models.Hash(vault.Hash("bank", number)), models.Hash(vault.Hash("citizen", number))}
			if phone, err := vn.ParsePhone(found); err == nil {
				hashes[0] = models.Hash(vault.Hash("phone", phone))
			}
			var whose []struct {
				Name string
				Seen bool
			}
			err := store.Raw(`SELECT p.name, EXISTS (SELECT 1 FROM looks l JOIN audit_entries e ON e.id = l.entry_id
		WHERE l.person_id = p.id AND (e.staff_id = a.staff_id OR e.staff_id IS NULL AND e.person_id = a.person_id))
		OR COALESCE(a.person_id, s.person_id, 0) = p.id AS seen FROM people p JOIN accounts a ON a.ward_id = p.ward_id
LEFT JOIN staff s ON s.id = a.staff_id
WHERE (p.phone_hash = ? OR p.bank_hash = ? OR p.citizen_hash = ?)
	AND a.channel = 'web' AND a.external_id = ? AND a.unlinked_at IS NULL`,
				append(hashes, user)...).Scan(&whose).Error
			if err != nil {
				t.Fatal(err)
			}
			seen := false // a number that a couple shares is one of them's
			for _, one := range whose {
				seen = seen || one.Seen
			}
			if len(whose) > 0 && !seen {
				t.Errorf("%s was shown %s of %v, and the journal does not say so:\n%s", user, found, whose, text)
			}
		}
	}
}
