package channels_test

import (
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/channels"
	"canbobot/services/outbox"
)

func (w *world) service() *channels.Service {
	return channels.New(w.store, w.journal, w.box, w.now, w.log.logger())
}

func report(t testing.TB, w *world, s *channels.Service, code, detail string) {
	t.Helper()
	if err := s.Report(w.ctx, "zalo", code, detail); err != nil {
		t.Fatal(err)
	}
}

func mended(t testing.TB, w *world, s *channels.Service, code string) {
	t.Helper()
	if err := s.Mended(w.ctx, "zalo", code); err != nil {
		t.Fatal(err)
	}
}

// open lists the codes that stand.
func open(t testing.TB, w *world, s *channels.Service) string {
	t.Helper()
	rows, err := s.Open(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, row := range rows {
		text += row.Channel + "/" + row.Code + "/" + row.Detail + " "
	}
	return text
}

func TestATroubleIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.addStaff(w.ward, services.Clerk, true)
	w.addStaff(w.ward, services.Leader, true)
	admin := w.addStaff(w.ward, services.Admin, true)
	w.addStaff(w.ward, services.Admin, false) // retired
	clerk := w.addStaff(w.foreign, services.Clerk, true)
	w.addStaff(w.foreign, services.Viewer, true)
	third := w.addWard("dong")
	w.addStaff(third, services.Clerk, true)
	leaders := []services.Actor{w.addStaff(third, services.Leader, true), w.addStaff(third, services.Leader, true)}
	w.addStaff(w.addWard("tay"), services.Viewer, true) // nobody to tell there

	replicas := []*channels.Service{w.service(), w.service(), w.service()}
	var group sync.WaitGroup
	for _, s := range replicas {
		for range 5 {
			group.Go(func() {
				if err := s.Report(w.ctx, "zalo", "plan", "-224"); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	w.pass(time.Hour)
	report(t, w, replicas[1], "plan", "-224")
	var told []models.Delivery
	if err := w.store.Order("staff_id").Find(&told).Error; err != nil {
		t.Fatal(err)
	}
	want := []services.Actor{admin, clerk, leaders[0], leaders[1]}
	if len(told) != len(want) {
		t.Fatalf("%d told, want %d", len(told), len(want))
	}
	rows, err := replicas[0].Open(w.ctx)
	if err != nil || len(rows) != 1 || !rows[0].LastAt.Equal(w.now()) || !rows[0].Since.Equal(w.now().Add(-time.Hour)) {
		t.Fatalf("open %+v, %v", rows, err)
	}
	for i, actor := range want {
		d := told[i]
		if *d.StaffID != actor.Staff || d.WardID != actor.Ward || d.Kind != outbox.ChannelTrouble ||
			d.SubjectKind != outbox.Channel || d.SubjectID != rows[0].ID {
			t.Errorf("told %+v, want staff %d", d, actor.Staff)
		}
	}
	if jobs := w.count("river_job", "kind = 'deliver'"); jobs != int64(len(want)) {
		t.Errorf("%d jobs", jobs)
	}
}

func TestATroubleEnds(t *testing.T) {
	w := newWorld(t)
	w.addStaff(w.ward, services.Admin, true)
	a, b := w.service(), w.service()
	mended(t, w, b, "plan") // nothing is open: known for a few seconds
	report(t, w, a, "plan", "-224")
	report(t, w, a, "suspended", "")
	mended(t, w, b, "plan")
	if got := open(t, w, b); got != "zalo/plan/-224 zalo/suspended/ " {
		t.Errorf("open %q", got)
	}
	w.pass(6 * time.Second)
	mended(t, w, b, "plan")
	if err := b.Mended(w.ctx, "telegram", "suspended"); err != nil {
		t.Fatal(err)
	}
	if got := open(t, w, a); got != "zalo/suspended/ " {
		t.Errorf("open %q", got)
	}
	// The replica that reported it ends it at once.
	mended(t, w, a, "suspended")
	if got := open(t, w, a); got != "" {
		t.Errorf("open %q", got)
	}
	// Soon again it is the same one and told no more; later it is another.
	report(t, w, a, "plan", "-224")
	if n := w.count("deliveries", "1 = 1"); n != 2 || open(t, w, a) != "zalo/plan/-224 " {
		t.Errorf("relapse: %d told, open %q", n, open(t, w, a))
	}
	mended(t, w, a, "plan")
	w.pass(11 * time.Minute)
	report(t, w, a, "plan", "-225")
	if n := w.count("deliveries", "1 = 1"); n != 3 || open(t, w, a) != "zalo/plan/-225 " {
		t.Errorf("again: %d told, open %q", n, open(t, w, a))
	}
	// Another detail of the same trouble is noted.
	report(t, w, a, "plan", "-226")
	if got := open(t, w, a); got != "zalo/plan/-226 " {
		t.Errorf("open %q", got)
	}
}

// A message that got through ends what stood in its way, and neither silence
// nor the loss of the tokens, which another message cannot mend.
func TestAMessageThatGotThrough(t *testing.T) {
	w := newWorld(t)
	a, b := w.service(), w.service()
	for _, code := range []string{"plan", "suspended", channels.TroubleSilence, channels.TroubleToken} {
		report(t, w, a, code, "")
	}
	if err := a.Report(w.ctx, "telegram", "plan", ""); err != nil {
		t.Fatal(err)
	}
	if err := b.Works(w.ctx, "zalo"); err != nil {
		t.Fatal(err)
	}
	if got := open(t, w, a); got != "zalo/silence/ zalo/token/ telegram/plan/ " {
		t.Errorf("open %q", got)
	}
}

// That codes are tried out is told once, and over when nobody has for an hour.
func TestGuessingIsATroubleUntilItIsQuiet(t *testing.T) {
	w := newWorld(t)
	w.addStaff(w.ward, services.Admin, true)
	a, b := w.service(), w.service()
	works := func(want string) {
		t.Helper()
		for _, s := range []*channels.Service{a, b} {
			if err := s.Works(w.ctx, "telegram"); err != nil {
				t.Fatal(err)
			}
		}
		if got := open(t, w, a); got != want {
			t.Errorf("open %q, want %q", got, want)
		}
	}
	for range 3 {
		if err := a.Guessed(w.ctx, "telegram"); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Hour)
		works("telegram/guesses/ ")
	}
	w.pass(time.Second)
	works("")
	if n := w.count("deliveries", "1 = 1"); n != 1 {
		t.Errorf("%d told", n)
	}
}

// Mended is called after every message: while nothing stands it asks the
// database once in five seconds.
func TestMendedIsCheap(t *testing.T) {
	w := newWorld(t)
	s := w.service()
	mended(t, w, s, "plan")
	w.exec("ALTER TABLE channel_troubles RENAME TO channel_troubles_away")
	for range 100 {
		mended(t, w, s, "plan")
	}
	w.pass(6 * time.Second)
	for range 2 { // an error is not taken for knowledge
		if err := s.Mended(w.ctx, "zalo", "plan"); err == nil {
			t.Error("an unreadable table is no error")
		}
	}
	w.exec("ALTER TABLE channel_troubles_away RENAME TO channel_troubles")
}

func TestATroubleRolledBackIsToldToNobody(t *testing.T) {
	w := newWorld(t)
	w.addStaff(w.ward, services.Admin, true)
	s := w.service()
	w.exec("ALTER TABLE deliveries RENAME TO deliveries_away")
	if err := s.Report(w.ctx, "zalo", "plan", ""); err == nil {
		t.Error("reported without telling")
	}
	w.exec("ALTER TABLE deliveries_away RENAME TO deliveries")
	if open(t, w, s) != "" {
		t.Error("open, and nobody was told")
	}
	report(t, w, s, "plan", "")
	if w.count("deliveries", "1 = 1") != 1 {
		t.Error("the second try told nobody")
	}
}

func TestTroublesAreNamed(t *testing.T) {
	w := newWorld(t)
	s := w.service()
	for _, test := range [][2]string{{"", "plan"}, {"zalo", ""}, {"Zalo", "plan"}, {"zalo", "plan now"},
		{"zalo", "a234567890123456789012345678901234567890x"}} {
		w.refused(test[0]+"/"+test[1], s.Report(w.ctx, test[0], test[1], ""), "invalid/trouble")
	}
	long := ""
	for range 300 {
		long += "ộ"
	}
	report(t, w, s, "plan", long)
	if rows, err := s.Open(w.ctx); err != nil || len([]rune(rows[0].Detail)) != 200 {
		t.Errorf("detail %+v, %v", rows, err)
	}
}

func TestSilence(t *testing.T) {
	w := newWorld(t)
	const limit = 6 * time.Hour
	s, other := w.service(), w.service()
	check := func(want string) {
		t.Helper()
		if err := s.CheckSilence(w.ctx, "zalo", limit); err != nil {
			t.Fatal(err)
		}
		if got := open(t, w, s); got != want {
			t.Errorf("open %q, want %q", got, want)
		}
	}
	w.pass(7 * time.Hour)
	check("") // nobody is there to be heard
	w.pass(-7 * time.Hour)
	person := models.Person{WardID: w.ward, Name: "Lan", Folded: "lan", BirthYear: 1965, Version: 1}
	w.create(&person)
	account := models.Account{WardID: w.ward, PersonID: &person.ID, Channel: "zalo", ExternalID: "1", ChatID: "1",
		LinkedAt: w.now(), LastSeenAt: w.now().Add(-24 * time.Hour)}
	w.create(&account)
	check("") // began a moment ago
	w.pass(7 * time.Hour)
	check("zalo/silence/ ")
	s.Heard("zalo")
	check("")
	w.pass(7 * time.Hour)
	check("zalo/silence/ ")
	other.Heard("zalo") // elsewhere: the account tells
	if err := w.store.Model(&account).Update("last_seen_at", w.now()).Error; err != nil {
		t.Fatal(err)
	}
	check("")
	// Another channel's account says nothing about this one.
	w.create(&models.Account{WardID: w.ward, PersonID: &person.ID, Channel: "telegram", ExternalID: "1", ChatID: "1",
		LinkedAt: w.now(), LastSeenAt: w.now().Add(7 * time.Hour)})
	w.pass(7 * time.Hour)
	check("zalo/silence/ ")
}
