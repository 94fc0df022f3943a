package list_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/money/moneytest"
	"canbobot/services/outbox"
)

// payee is who a simulated ward pays, and what only their bank knows.
type payee struct {
	person int64
	frozen int  // the month from which the account is frozen for an ended card; 0 for never
	wrong  bool // the number or the name on it is not right
	linked bool
}

// simulated is a ward, its payees and the dice they are thrown with.
type simulated struct {
	*moneytest.House
	dice   *rand.Rand
	payees []*payee
	tail   int
}

func (s *simulated) chance(percent int) bool { return s.dice.IntN(100) < percent }

// account gives somebody an account that no other has.
func (s *simulated) account(person int64) {
	s.Helper()
	s.tail++
	s.set(person, map[string]any{"bank_tail": fmt.Sprintf("%04d", s.tail),
		"bank_hash": models.Hash(fmt.Sprint("account ", s.tail))})
}

func (s *simulated) set(person int64, columns map[string]any) {
	s.Helper()
	if err := s.Store.Model(&models.Person{}).Where("id = ?", person).Updates(columns).Error; err != nil {
		s.Fatal(err)
	}
}

// enter puts so many officers into the ward. What is assumed of them: they were
// born from 1950 to 2004; of whose card ends this year half do not show the new
// one, and their accounts are frozen in April or in May; of all accounts that were
// never used so many of a hundred are wrong; nine of ten are in the chat.
func (s *simulated) enter(n, wrong int, from string) {
	s.Helper()
	for range n {
		one := &payee{person: s.Person(fmt.Sprint("P", len(s.payees))), wrong: s.chance(wrong), linked: s.chance(90)}
		born := 1950 + s.dice.IntN(55)
		if age := 2026 - born; (age == 25 || age == 40 || age == 60) && s.chance(50) {
			one.frozen = 4 + s.dice.IntN(2)
		}
		s.account(one.person)
		s.set(one.person, map[string]any{"birth_year": born})
		s.Term(one.person, s.Branch("women"), models.Head, from, "")
		if one.linked {
			s.Create(&models.Account{WardID: s.Ward.ID, Channel: "zalo", ExternalID: fmt.Sprint("z", one.person),
				ChatID: fmt.Sprint("z", one.person), PersonID: &one.person, LinkedAt: s.Now, LastSeenAt: s.Now})
		}
		s.payees = append(s.payees, one)
	}
}

// pay sends a month's list to the bank, which pays what it can; it returns how
// many transfers of a thousand came back.
func (s *simulated) pay(month models.Month, view list.RunView) int {
	s.Helper()
	view = s.Step(s.List.SubmitRun, s.Clerk, view)
	view = s.Step(s.List.ApproveRun, s.Leader, view)
	view = s.Step(s.List.ExportRun, s.Clerk, view)
	back := 0
	err := s.List.SettleMarks(context.Background(), s.Clerk, list.Marks{Run: view.Run.ID, What: month.String(),
		Of: func(*gorm.DB, models.PaymentRun) (marks []list.Mark, err error) {
			for _, line := range view.Lines {
				mark := list.Mark{Line: line.ID, From: line.State, State: models.LinePaid, On: models.DateOf(s.Now)}
				one := s.payees[slices.IndexFunc(s.payees, func(p *payee) bool { return p.person == line.PersonID })]
				if one.wrong || one.frozen != 0 && one.frozen <= int(month.Month()) {
					mark.State, mark.Reason, mark.On = models.LineFailed, "Tài khoản không nhận được tiền", models.Date{}
					back++
				}
				marks = append(marks, mark)
			}
			return marks, nil
		}})
	if err != nil {
		s.Fatal(err)
	}
	return back * 1000 / len(view.Lines)
}

// secondMonth is how many transfers of a thousand come back in a ward's first and
// second month. What is assumed of who is on the list of risks: so many of a
// hundred put it right when the chat tells them, or when the clerk telephones who
// is not in the chat.
func secondMonth(t *testing.T, told, called int) (first, second int) {
	s := &simulated{House: moneytest.New(t), dice: rand.New(rand.NewPCG(1, 2))}
	s.enter(500, 4, "2026-04-01")
	first = s.pay(moneytest.Month(t, "2026-04"), s.Prepare("2026-04"))
	s.Now = s.Now.AddDate(0, 1, 0)
	s.enter(10, 10, "2026-05-01")
	draft := s.Prepare("2026-05")
	ctx := context.Background()
	_, found, err := s.List.Risks.Of(ctx, s.Clerk, draft.Run.ID)
	if err != nil || len(found) == 0 {
		t.Fatalf("%d: %v", len(found), err)
	}
	if told > 0 {
		warned, err := s.List.Risks.Warn(ctx, s.Clerk, draft.Run.ID)
		if err != nil {
			t.Fatal(err)
		}
		var sent int64
		s.Store.Model(&models.Delivery{}).Where("kind = ?", outbox.AccountCheck).Count(&sent)
		if warned == 0 || int(sent) != warned {
			t.Errorf("%d warned, %d messages", warned, sent)
		}
		if again, err := s.List.Risks.Warn(ctx, s.Clerk, draft.Run.ID); err != nil || again != warned {
			t.Errorf("again: %d, %v", again, err)
		}
		s.Store.Model(&models.Delivery{}).Where("kind = ?", outbox.AccountCheck).Count(&sent)
		if int(sent) != warned {
			t.Errorf("told twice: %d", sent)
		}
	}
	for _, risk := range found {
		one := s.payees[slices.IndexFunc(s.payees, func(p *payee) bool { return p.person == risk.Person })]
		if risk.Linked != one.linked {
			t.Errorf("%+v is in the chat: %v", risk, one.linked)
		}
		if percent := map[bool]int{true: told, false: called}[one.linked]; (one.wrong || one.frozen != 0) &&
			s.chance(percent) {
			one.frozen = 0
			if one.wrong {
				one.wrong = false
				s.account(one.person)
			}
		}
	}
	return first, s.pay(moneytest.Month(t, "2026-05"), s.Prepare("2026-05"))
}

// Of a ward whose officers are told before each list what is wrong with their
// accounts, fewer than one transfer of a hundred comes back in the second month.
func TestFewTransfersComeBackInTheSecondMonth(t *testing.T) {
	first, second := secondMonth(t, 90, 85)
	_, silent := secondMonth(t, 0, 0)
	t.Logf("of a thousand transfers come back: %d in the first month, %d in the second; %d where nobody is told", first,
		second, silent)
	if first < 30 || second >= 10 || silent < 40 {
		t.Errorf("of a thousand %d, then %d, and %d where nobody is told", first, second, silent)
	}
}

// Each sign alone, and what is no sign.
func TestWhoseTransferIsLikelyToComeBack(t *testing.T) {
	s := &simulated{House: moneytest.New(t), dice: rand.New(rand.NewPCG(1, 2))}
	branch := s.Branch("women")
	people := map[string]int64{}
	add := func(name string, columns map[string]any) {
		people[name] = s.Person(name)
		s.account(people[name])
		s.set(people[name], columns)
		s.Term(people[name], branch, models.Member, "2026-04-01", "")
	}
	h := s.House
	h.Create(&models.PolicyRule{PolicyID: h.Policy.ID, Role: models.Member, Amount: 100_000})
	add("sound", map[string]any{"birth_year": 1970})
	add("renews", map[string]any{"birth_year": 1966})
	add("husband's", map[string]any{"bank_holder": "Another", "bank_relation": models.HeldBySpouse})
	add("fails", nil)
	add("moves", nil)
	add("cash", map[string]any{"bank_tail": "", "bank_hash": nil})
	why := func(month string) map[string][]string {
		_, found, err := h.List.Risks.Of(context.Background(), h.Clerk, h.Prepare(month).Run.ID)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string][]string{}
		for _, risk := range found {
			all[risk.Name] = risk.Why
		}
		return all
	}
	// Nobody was paid before: that an account is new says nothing yet.
	if got := fmt.Sprint(why("2026-04")); got != "map[husband's:[holder] renews:[papers]]" {
		t.Errorf("the first list: %s", got)
	}
	view := h.Export("2026-04")
	for name, person := range people {
		line, state, reason := h.LineOf(view, person), models.LinePaid, ""
		if name == "fails" || name == "moves" {
			state, reason = models.LineFailed, "Sai tên"
		}
		on := models.DateOf(h.Now)
		if state == models.LineFailed {
			on = models.Date{}
		}
		if err := h.List.SettleLine(context.Background(), h.Clerk, line.ID, state, reason, on); err != nil {
			t.Fatal(err)
		}
	}
	s.account(people["moves"])
	add("newcomer", map[string]any{"birth_year": 1986})
	shared := models.Hash(fmt.Sprint("account ", s.tail))
	add("shares", map[string]any{"bank_hash": shared})
	want := "map[fails:[failed] husband's:[holder] moves:[unknown] newcomer:[papers shared unknown] renews:[papers] " +
		"shares:[shared unknown]]"
	if got := fmt.Sprint(why("2026-05")); got != want {
		t.Errorf("the second list:\n%s, want\n%s", got, want)
	}
	// One's own, and nothing once the money is on its way.
	run := h.Prepare("2026-05").Run.ID
	officer := h.Officer(people["fails"])
	if _, risk, err := h.List.Risks.Own(context.Background(), officer, run); err != nil || risk.Reason != "Sai tên" ||
		risk.Person != people["fails"] {
		t.Errorf("one's own: %+v, %v", risk, err)
	}
	if _, risk, err := h.List.Risks.Own(context.Background(), h.Officer(people["sound"]), run); err != nil ||
		len(risk.Why) > 0 {
		t.Errorf("of who has none: %+v, %v", risk, err)
	}
	viewer := services.Actor{Role: services.Viewer, Ward: h.Ward.ID, Staff: 1}
	_, err := h.List.Risks.Warn(context.Background(), viewer, run)
	moneytest.WantCode(t, err, services.KindDenied, "role")
	sent := h.Export("2026-05")
	if _, risk, err := h.List.Risks.Own(context.Background(), officer, sent.Run.ID); err != nil || len(risk.Why) > 0 {
		t.Errorf("on its way: %+v, %v", risk, err)
	}
	_, err = h.List.Risks.Warn(context.Background(), h.Clerk, sent.Run.ID)
	moneytest.WantCode(t, err, services.KindConflict, "run_sent")
}
