package channels_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/channels"
	"canbobot/services/outbox"
)

func set(t testing.TB, w *world, s *channels.Service, actor services.Actor, kind, id string, fields map[string]string) {
	t.Helper()
	if err := s.SetTemplate(w.ctx, actor, "zalo", kind, id, fields); err != nil {
		t.Fatal(err)
	}
}

// filled asks for a template and returns "id data", or "none".
func filled(t testing.TB, w *world, s *channels.Service, ward int64, channel, kind string,
	values map[string]string) string {
	t.Helper()
	id, data, found, err := s.TemplateFor(w.ctx, ward, channel, kind, values)
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		return "none"
	}
	return fmt.Sprint(id, " ", data)
}

func TestATemplateIsFilled(t *testing.T) {
	w := newWorld(t)
	s, admin := w.service(), w.addStaff(w.ward, services.Admin, true)
	set(t, w, s, admin, string(outbox.NoticeSent), "7895417",
		map[string]string{"name": "ten", "body": "noi_dung:7", "title": "tieu_de:500", "Ward_1": "phuong",
			"phone": "lien_he"})
	values := map[string]string{"ten": "Nguyễn Thị Lan", "noi_dung": "Họp lúc 8 giờ", "tieu_de": "Thông báo",
		"lien_he": "02393835555", "ngay": "23/11/2026"}
	id, data, found, err := s.TemplateFor(w.ctx, w.ward, "zalo", string(outbox.NoticeSent), values)
	want := map[string]string{"name": "Nguyễn Thị Lan", "body": "Họp lúc", "title": "Thông báo", "Ward_1": "",
		"phone": "02393835555"}
	if diff := cmp.Diff(want, data); diff != "" || id != "7895417" || !found || err != nil {
		t.Errorf("%q, %v, %v:\n%s", id, found, err, diff)
	}
	for name, got := range map[string]string{
		"another kind":    filled(t, w, s, w.ward, "zalo", string(outbox.CaseAnswered), values),
		"another channel": filled(t, w, s, w.ward, "zalobot", string(outbox.NoticeSent), values),
		"another ward":    filled(t, w, s, w.foreign, "zalo", string(outbox.NoticeSent), values),
	} {
		if got != "none" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestATemplateIsReplacedAndEnded(t *testing.T) {
	w := newWorld(t)
	s, other, admin := w.service(), w.service(), w.addStaff(w.ward, services.Admin, true)
	set(t, w, s, admin, string(outbox.NoticeSent), "1", map[string]string{"a": "ten"})
	if got := filled(t, w, other, w.ward, "zalo", string(outbox.NoticeSent), nil); got != "1 map[a:]" {
		t.Errorf("first: %s", got)
	}
	if got := filled(t, w, s, w.ward, "zalo", string(outbox.NoticeSent), nil); got != "1 map[a:]" {
		t.Errorf("first: %s", got)
	}
	set(t, w, s, services.SystemActor(w.ward), string(outbox.NoticeSent), "2", nil)
	set(t, w, s, admin, string(outbox.LinkDecided), "3", nil)
	if got := filled(t, w, s, w.ward, "zalo", string(outbox.NoticeSent), nil); got != "2 map[]" {
		t.Errorf("replaced: %s", got)
	}
	if got := filled(t, w, other, w.ward, "zalo", string(outbox.NoticeSent), nil); got != "1 map[a:]" {
		t.Errorf("believed for a while on another replica: %s", got)
	}
	w.pass(30 * time.Second)
	if got := filled(t, w, other, w.ward, "zalo", string(outbox.NoticeSent), nil); got != "2 map[]" {
		t.Errorf("on another replica: %s", got)
	}
	rows, err := s.Templates(w.ctx, admin)
	if err != nil || len(rows) != 2 || rows[0].Kind != string(outbox.LinkDecided) || rows[1].TemplateID != "2" {
		t.Errorf("templates %+v, %v", rows, err)
	}
	if err := s.EndTemplate(w.ctx, admin, "zalo", string(outbox.NoticeSent)); err != nil {
		t.Fatal(err)
	}
	w.refused("ended twice", s.EndTemplate(w.ctx, admin, "zalo", string(outbox.NoticeSent)), "not_found/template")
	if got := filled(t, w, s, w.ward, "zalo", string(outbox.NoticeSent), nil); got != "none" {
		t.Errorf("ended: %s", got)
	}
	if w.count("message_templates", "ended_at IS NULL") != 1 || w.count("message_templates", "1 = 1") != 3 {
		t.Error("rows")
	}
	if w.count("audit_entries", "action = 'template.set' AND ward_id = ?", w.ward) != 3 ||
		w.count("audit_entries", "action = 'template.ended'") != 1 {
		t.Error("the journal does not tell")
	}
	var entry models.AuditEntry
	if err := w.store.Where("seq = 1").Take(&entry).Error; err != nil || *entry.StaffID != admin.Staff ||
		entry.Detail != `{"channel":"zalo","fields":{"a":"ten"},"kind":"notice","template":"1"}` {
		t.Errorf("entry %+v, %v", entry, err)
	}
}

func TestTemplatesSetAtOnceLeaveOne(t *testing.T) {
	w := newWorld(t)
	s, admin := w.service(), w.addStaff(w.ward, services.Admin, true)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			if err := s.SetTemplate(w.ctx, admin, "zalo", string(outbox.NoticeSent), fmt.Sprint(i), nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := w.count("message_templates", "ended_at IS NULL"); n != 1 {
		t.Errorf("%d templates in use", n)
	}
}

func TestARepeatedEventSetsOnce(t *testing.T) {
	w := newWorld(t)
	s, admin := w.service(), w.addStaff(w.ward, services.Admin, true)
	admin.Event = "web:1"
	set(t, w, s, admin, string(outbox.NoticeSent), "1", nil)
	if err := s.SetTemplate(w.ctx, admin, "zalo", string(outbox.NoticeSent), "2", nil); !services.IsRepeated(err) {
		t.Errorf("repeated: %v", err)
	}
	if got := filled(t, w, s, w.ward, "zalo", string(outbox.NoticeSent), nil); got != "1 map[]" {
		t.Errorf("in use: %s", got)
	}
}

func TestTemplatesAreChecked(t *testing.T) {
	w := newWorld(t)
	s, admin := w.service(), w.addStaff(w.ward, services.Admin, true)
	many := map[string]string{}
	for i := range 21 {
		many[fmt.Sprint("p", i)] = "ten"
	}
	one := func(key, text string) map[string]string { return map[string]string{key: text} }
	for _, test := range []struct {
		channel, kind, id string
		fields            map[string]string
		want              string
	}{
		{"", "notice", "1", nil, "invalid/template_channel"},
		{"Zalo OA", "notice", "1", nil, "invalid/template_channel"},
		{"zalo", "", "1", nil, "invalid/template_kind"},
		{"zalo", "change_submitted", "1", nil, "invalid/template_kind"}, // to staff
		{"zalo", "shown", "1", nil, "invalid/template_kind"},
		{"zalo", "notice", "", nil, "invalid/template_id"},
		{"zalo", "notice", "12 34", nil, "invalid/template_id"},
		{"zalo", "notice", strings.Repeat("1", 51), nil, "invalid/template_id"},
		{"zalo", "notice", "1", many, "invalid/template_fields"},
		{"zalo", "notice", "1", one("", "ten"), "invalid/template_parameter"},
		{"zalo", "notice", "1", one("tên", "ten"), "invalid/template_parameter"},
		{"zalo", "notice", "1", one("a\n", "ten"), "invalid/template_parameter"},
		{"zalo", "notice", "1", one(strings.Repeat("a", 51), "ten"), "invalid/template_parameter"},
		{"zalo", "notice", "1", one("a", ""), "invalid/template_field"},
		{"zalo", "notice", "1", one("a", "phone"), "invalid/template_field"},
		{"zalo", "notice", "1", one("a", "ten "), "invalid/template_field"},
		{"zalo", "notice", "1", one("a", "ten:"), "invalid/template_field"},
		{"zalo", "notice", "1", one("a", "ten:0"), "invalid/template_field"},
		{"zalo", "notice", "1", one("a", "ten:-1"), "invalid/template_field"},
		{"zalo", "notice", "1", one("a", "ten:+5"), "invalid/template_field"},
		{"zalo", "notice", "1", one("a", "ten:501"), "invalid/template_field"},
		{"zalo", "notice", "1", one("a", "ten:99999999999999999999"), "invalid/template_field"},
		{"zalo", "notice", "1", one("a", "ten:5:5"), "invalid/template_field"},
	} {
		w.refused(fmt.Sprintf("%+v", test), s.SetTemplate(w.ctx, admin, test.channel, test.kind, test.id, test.fields),
			test.want)
	}
	w.refused("no ward", s.SetTemplate(w.ctx, services.SystemActor(0), "zalo", "notice", "1", nil), "not_found/ward")
	if w.count("message_templates", "1 = 1") != 0 || w.count("audit_entries", "1 = 1") != 0 {
		t.Error("a refused template left a trace")
	}
	delete(many, "p0")
	many["p1"] = "noi_dung:500"
	set(t, w, s, admin, string(outbox.NoticeSent), strings.Repeat("1", 50), many)
	for _, field := range channels.FieldNames {
		set(t, w, s, admin, string(outbox.ChangeDecided), "1", one(strings.Repeat("a", 50), field))
	}
}

func TestWhomATemplateMayReachByPhone(t *testing.T) {
	w := newWorld(t)
	s := w.service()
	withdrawn := w.now()
	i := 0
	person := func(change func(p *models.Person, a *models.Account, c *models.Consent)) int64 {
		i++
		p := models.Person{WardID: w.ward, Name: "Lan", Folded: "lan", Phone: fmt.Sprintf("+8491234567%d", i),
			PhoneHash: []byte{byte(i)}, BirthYear: 1965, Version: 1}
		a := models.Account{WardID: w.ward, Channel: "telegram", ExternalID: fmt.Sprint(i), ChatID: "1", LinkedAt: w.now(),
			LastSeenAt: w.now()}
		c := models.Consent{WardID: w.ward, Version: "v1", Channel: "telegram", GivenAt: w.now()}
		change(&p, &a, &c)
		w.create(&p)
		a.PersonID, c.PersonID = &p.ID, &p.ID
		w.create(&a)
		c.AccountID = a.ID
		if c.Version != "" {
			w.create(&c)
		}
		return p.ID
	}
	fine := person(func(*models.Person, *models.Account, *models.Consent) {})
	unreachable := person(func(_ *models.Person, a *models.Account, _ *models.Consent) { a.UnreachableAt = &withdrawn })
	none := map[string]int64{
		"died": person(func(p *models.Person, _ *models.Account,
			_ *models.Consent) {
			p.DiedOn = models.NewDate(2026, 1, 2)
		}),
		"withdrawn":  person(func(_ *models.Person, _ *models.Account, c *models.Consent) { c.WithdrawnAt = &withdrawn }),
		"not asked":  person(func(_ *models.Person, _ *models.Account, c *models.Consent) { c.Version = "" }),
		"unlinked":   person(func(_ *models.Person, a *models.Account, _ *models.Consent) { a.UnlinkedAt = &withdrawn }),
		"no number":  person(func(p *models.Person, _ *models.Account, _ *models.Consent) { p.Phone, p.PhoneHash = "", nil }),
		"shared":     person(func(p *models.Person, _ *models.Account, _ *models.Consent) { p.PhoneShared = true }),
		"other ward": person(func(p *models.Person, _ *models.Account, _ *models.Consent) { p.WardID = w.foreign }),
		"unknown":    9999,
	}
	for id, want := range map[int64]string{fine: "+84912345671", unreachable: "+84912345672"} {
		if got, err := s.PhoneOf(w.ctx, w.ward, id); err != nil || got != want {
			t.Errorf("person %d: %q, %v", id, got, err)
		}
	}
	for name, id := range none {
		if got, err := s.PhoneOf(w.ctx, w.ward, id); err != nil || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
