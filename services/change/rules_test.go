package change_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/change"
	"canbobot/services/outbox"
	"canbobot/services/roster"
)

func TestWhoMayPropose(t *testing.T) {
	h := newHouse(t)
	former := h.inPost("Đã Nghỉ", h.women, models.Member)
	held := h.term(former, h.women, april6)
	h.tx(func(tx *gorm.DB) error {
		_, err := h.roster.CloseTerm(tx, held, april6.AddDays(-1), "resigned", 0)
		return err
	})
	kinds := map[string]change.Proposal{
		"replace": h.replaceDeputy(),
		"appoint": {Kind: change.Appoint{Newcomer: change.Newcomer{Name: "Võ Thị Thuý"}}, Branch: h.women.ID,
			Role: models.Member, From: april6},
		"leave": h.leave(h.deputy), // of another, but for the deputy
		"phone": phoneOf(h.deputy, "0355000111"),
	}
	const yes = ""
	for _, row := range []struct {
		who                            string
		actor                          services.Actor
		deputies                       bool // the ward lets deputies propose
		replace, appoint, leave, phone string
	}{
		{"head", officer(h.head), false, yes, yes, yes, yes},
		{"deputy", officer(h.deputy), false, "denied: propose", "denied: propose", yes, yes},
		{"deputy where the ward allows", officer(h.deputy), true, yes, yes, yes, yes},
		{"member", officer(h.member), true, "denied: propose", "denied: propose", "denied: propose", "denied: propose"},
		{"head of another branch", officer(h.elder), true, "not_found: term", "not_found: branch", "not_found: term",
			"not_found: person"},
		{"former member", officer(former), true, "not_found: term", "not_found: branch", "not_found: term",
			"not_found: person"},
		{"clerk", h.clerk, false, yes, yes, yes, yes},
		{"leader", h.leader, false, yes, yes, yes, yes},
		{"admin", h.admin, false, yes, yes, yes, yes},
		{"viewer", h.viewer, false, "denied: role", "denied: role", "denied: role", "denied: role"},
		{"stranger", services.Actor{}, false, "denied: role", "denied: role", "denied: role", "denied: role"},
		{"the program", services.SystemActor(h.ward.ID), false, "denied: role", "denied: role", "denied: role",
			"denied: role"},
		{"clerk of another ward", h.clerkAway, false, "not_found: term", "not_found: branch", "not_found: term",
			"not_found: person"},
		{"officer of another ward", services.Actor{Role: services.Officer, Ward: h.foreign.ID, Person: h.head.ID}, false,
			"not_found: term", "not_found: branch", "not_found: term", "not_found: person"},
	} {
		if err := h.store.Model(&h.ward).Update("deputy_may_propose", row.deputies).Error; err != nil {
			t.Fatal(err)
		}
		for kind, want := range map[string]string{"replace": row.replace, "appoint": row.appoint, "leave": row.leave,
			"phone": row.phone} {
			t.Run(row.who+"/"+kind, func(t *testing.T) {
				_, err := h.Preview(h.ctx, row.actor, kinds[kind])
				if want == yes && err != nil {
					t.Errorf("refused: %v", err)
				}
				if want != yes {
					wants(t, err, want)
				}
			})
		}
	}
	t.Run("own leave and own phone", func(t *testing.T) {
		for _, proposal := range []change.Proposal{h.leave(h.member), phoneOf(h.member, "0355000111")} {
			if _, err := h.Preview(h.ctx, officer(h.member), proposal); err != nil {
				t.Errorf("%s: %v", proposal.Kind, err)
			}
		}
		if _, err := h.Preview(h.ctx, officer(former), phoneOf(former, "0355000111")); err != nil {
			t.Errorf("former member's phone: %v", err)
		}
	})
}

func TestProposable(t *testing.T) {
	h := newHouse(t)
	count := func(actor services.Actor, kinds ...change.Kind) (branches, posts int) {
		t.Helper()
		views, err := h.Proposable(h.ctx, actor, kinds...)
		if err != nil {
			t.Fatal(err)
		}
		for _, view := range views {
			posts += len(view.Posts)
		}
		return len(views), posts
	}
	for _, row := range []struct {
		actor           services.Actor
		kinds           []change.Kind
		branches, posts int
	}{
		{officer(h.head), nil, 1, 3}, {officer(h.deputy), nil, 0, 0}, {officer(h.elder), nil, 1, 1}, {h.clerk, nil, 0, 0},
		{officer(h.deputy), []change.Kind{change.Leave{}}, 1, 1}, {officer(h.head), []change.Kind{change.Leave{}}, 1, 3},
	} {
		if branches, posts := count(row.actor, row.kinds...); branches != row.branches || posts != row.posts {
			t.Errorf("%s %d %v: %d branches with %d posts, want %d and %d", row.actor.Role, row.actor.Person, row.kinds,
				branches, posts, row.branches, row.posts)
		}
	}
	_, err := h.Proposable(h.ctx, services.Actor{})
	wants(t, err, "denied: role")
}

func TestNobodyDecidesTheirOwnOrWhatConcernsThem(t *testing.T) {
	h := newHouse(t)
	newcomer := h.someone("Võ Thị Thuý")
	byHead := h.submit(officer(h.head), change.Proposal{
		Kind: change.Replace{Newcomer: change.Newcomer{Name: newcomer.Name, Phone: newcomer.Phone}},
		Term: h.term(h.deputy, h.women, april6).ID, From: april6,
	})
	byClerk := h.submit(h.clerk, change.Proposal{
		Kind: change.Appoint{Newcomer: change.Newcomer{Name: "Chưa Có Ai", Phone: "0355000222"}}, Branch: h.elderly.ID,
		Role: models.Deputy, From: april6,
	})
	h.is(h.clerk, h.elder)
	for _, row := range []struct {
		who    string
		card   change.Card
		person models.Person // whom clerk2 is
		phone  string
		actor  services.Actor
		want   string
	}{
		{"the proposing officer", byHead, h.head, "", h.clerk2, approve.WhyOwn},
		{"who leaves", byHead, h.deputy, "", h.clerk2, approve.WhyConcerns},
		{"who comes", byHead, newcomer, "", h.clerk2, approve.WhyConcerns},
		{"a bystander", byHead, h.member, "", h.clerk2, ""},
		{"the proposing clerk", byClerk, h.member, "", h.clerk, approve.WhyOwn},
		{"the proposing clerk as another user", byClerk, h.elder, "", h.clerk2, approve.WhyOwn},
		{"who answers the newcomer's number", byClerk, h.member, "+84355000222", h.clerk2, approve.WhyConcerns},
		{"a leader", byClerk, h.member, "", h.leader, ""},
		{"an admin", byClerk, h.member, "", h.admin, approve.WhyRole},
		{"a viewer", byClerk, h.member, "", h.viewer, approve.WhyRole},
	} {
		t.Run(row.who, func(t *testing.T) {
			if err := h.store.Model(&models.Staff{ID: h.clerk2.Staff}).Updates(map[string]any{
				"person_id": row.person.ID, "phone": row.phone}).Error; err != nil {
				t.Fatal(err)
			}
			card, err := h.Card(h.ctx, row.actor, row.card.Request.ID)
			if err != nil || card.WhyNot != row.want || card.MayDecide != (row.want == "") {
				t.Errorf("card: %v, %q, %v", card.MayDecide, card.WhyNot, err)
			}
			if row.want == "" {
				return
			}
			_, err = h.Refuse(h.ctx, h.by(row.actor), row.card.Request.ID, 1, "vì sao")
			wants(t, err, "denied: "+row.want)
			_, err = h.Return(h.ctx, h.by(row.actor), row.card.Request.ID, 1, "vì sao")
			wants(t, err, "denied: "+row.want)
			_, err = h.Approve(h.ctx, h.by(row.actor), row.card.Request.ID, 1)
			wants(t, err, "denied: "+row.want)
		})
	}
	_, err := h.Approve(h.ctx, h.by(officer(h.head)), byHead.Request.ID, 1)
	wants(t, err, "denied: role")
	// Retired users decide nothing, even with a session that is still open.
	if err := h.store.Model(&models.Staff{}).Where("id = ?", h.leader.Staff).Update("active", false).Error; err != nil {
		t.Fatal(err)
	}
	_, err = h.Approve(h.ctx, h.by(h.leader), byClerk.Request.ID, 1)
	wants(t, err, "denied: role")
}

func TestDecidersAreToldAndNeverNobody(t *testing.T) {
	h := newHouse(t)
	h.is(h.clerk, h.deputy)
	proposal := h.replaceDeputy()
	card := h.submit(officer(h.head), proposal)
	if told := h.told(outbox.ChangeSubmitted, card.Request.ID); len(told) != 1 || told[0] != s(h.clerk2) {
		t.Errorf("told %v, want only the clerk whom it does not concern", told)
	}
	h.is(h.clerk2, h.head)
	card = h.submit(officer(h.head), h.leave(h.deputy))
	if told := h.told(outbox.ChangeSubmitted, card.Request.ID); len(told) != 1 || told[0] != s(h.leader) {
		t.Errorf("told %v, want the leader where no clerk may", told)
	}
	h.is(h.leader, h.head)
	proposal.From = models.NewDate(2026, 4, 3)
	_, err := h.Submit(h.ctx, h.by(officer(h.head)), proposal)
	wants(t, err, "unavailable: no_decider")
}

func TestWhatAProposalMustBe(t *testing.T) {
	h := newHouse(t)
	replace, leave := h.replaceDeputy(), h.leave(h.deputy)
	appoint := change.Proposal{Kind: change.Appoint{Newcomer: change.Newcomer{Name: "Võ Thị Thuý"}}, Branch: h.women.ID,
		Role: models.Member, From: april6}
	with := func(p change.Proposal, edit func(*change.Proposal)) change.Proposal { edit(&p); return p }
	for name, row := range map[string]struct {
		proposal change.Proposal
		refusal  string
	}{
		"no kind":        {change.Proposal{}, "invalid: kind"},
		"no such branch": {with(appoint, func(p *change.Proposal) { p.Branch = 999 }), "not_found: branch"},
		"no branch":      {with(appoint, func(p *change.Proposal) { p.Branch = 0 }), "not_found: branch"},
		"no role":        {with(appoint, func(p *change.Proposal) { p.Role = "" }), "invalid: role"},
		"forged role":    {with(appoint, func(p *change.Proposal) { p.Role = "king" }), "invalid: role"},
		"cell member":    {with(appoint, func(p *change.Proposal) { p.Role = models.CellMember }), "invalid: role"},
		"post held":      {with(appoint, func(p *change.Proposal) { p.Role = models.Head }), "conflict: post_taken"},
		"no name":        {with(appoint, of(func(k *change.Appoint) { k.Newcomer.Name = "" })), "invalid: name_short"},
		"bad name":       {with(appoint, of(func(k *change.Appoint) { k.Newcomer.Name = "Hoa 😀" })), "invalid: name"},
		"bad phone":      {with(appoint, of(func(k *change.Appoint) { k.Newcomer.Phone = "123" })), "invalid: phone"},
		"land line": {with(appoint, of(func(k *change.Appoint) { k.Newcomer.Phone = "0239 3835 356" })),
			"invalid: phone_landline"},
		"another's phone": {with(appoint, of(func(k *change.Appoint) { k.Newcomer.Phone = h.head.Phone })),
			"conflict: phone_taken"},
		"in the branch": {with(appoint, of(func(k *change.Appoint) {
			k.Newcomer = change.Newcomer{Name: "tran thi LAN",
				Phone: h.deputy.Phone}
		})), "conflict: already_in_branch"},
		"namesake": {with(appoint, of(func(k *change.Appoint) { k.Newcomer.Name = "Trần Thị Lan" })),
			"invalid: newcomer_namesake"},
		"born too late": {with(appoint, of(func(k *change.Appoint) { k.Newcomer.BirthYear = 2020 })),
			"invalid: birth_year"},
		"no date": {with(appoint, func(p *change.Proposal) { p.From = models.Date{} }), "invalid: date"},
		"too early": {with(appoint, func(p *change.Proposal) { p.From = models.NewDate(2025, 4, 5) }),
			"invalid: date_early"},
		"too late": {with(appoint, func(p *change.Proposal) { p.From = models.NewDate(2026, 6, 7) }),
			"invalid: date_late"},
		"long note": {with(appoint, func(p *change.Proposal) { p.Note = strings.Repeat("a", 501) }),
			"invalid: note_long"},
		"broken note": {with(appoint, func(p *change.Proposal) { p.Note = "\xff" }), "invalid: text"},
		"long decision": {with(appoint, func(p *change.Proposal) { p.Decision.Number = strings.Repeat("1", 61) }),
			"invalid: decision_long"},
		"decision tomorrow": {with(appoint, func(p *change.Proposal) { p.Decision.Date = models.NewDate(2026, 4, 7) }),
			"invalid: decision_date"},
		"no such term": {with(replace, func(p *change.Proposal) { p.Term = 999 }), "not_found: term"},
		"other branch": {with(replace, func(p *change.Proposal) { p.Branch = h.elderly.ID }), "not_found: term"},
		"by themselves": {with(replace, of(func(k *change.Replace) {
			k.Newcomer = change.Newcomer{Name: h.deputy.Name,
				Phone: h.deputy.Phone}
		})), "invalid: same_person"},
		"by the head": {with(replace, of(func(k *change.Replace) {
			k.Newcomer = change.Newcomer{Name: h.head.Name,
				Phone: h.head.Phone}
		})), "conflict: already_in_branch"},
		"odd reason":  {with(replace, of(func(k *change.Replace) { k.Reason = "bored" })), "invalid: leave_reason"},
		"no reason":   {with(leave, of(func(k *change.Leave) { k.Reason = "" })), "invalid: leave_reason"},
		"same phone":  {phoneOf(h.head, h.head.Phone), "invalid: phone_same"},
		"taken phone": {phoneOf(h.head, h.deputy.Phone), "conflict: phone_taken"},
		"no phone":    {phoneOf(h.head, ""), "invalid: phone"},
		"no person":   {phoneOf(models.Person{}, "0355000111"), "not_found: person"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.Preview(h.ctx, officer(h.head), row.proposal)
			wants(t, err, row.refusal)
			_, err = h.Submit(h.ctx, h.by(officer(h.head)), row.proposal)
			wants(t, err, row.refusal)
		})
	}
	t.Run("edges of the dates", func(t *testing.T) {
		for _, day := range []models.Date{models.NewDate(2025, 4, 6), models.NewDate(2026, 6, 6)} {
			if _, err := h.Preview(h.ctx, officer(h.head),
				with(appoint, func(p *change.Proposal) { p.From = day })); err != nil {
				t.Errorf("%s: %v", day, err)
			}
		}
	})
	t.Run("before the term began", func(t *testing.T) {
		newer := h.inPost("Hồ Văn Mới", h.elderly, models.Deputy)
		if err := h.store.Model(&models.Term{}).Where("person_id = ?", newer.ID).Update("from_date",
			models.NewDate(2026, 4, 1)).Error; err != nil {
			t.Fatal(err)
		}
		term := h.term(newer, h.elderly, april6).ID
		_, err := h.Preview(h.ctx, officer(h.elder), change.Proposal{Kind: change.Leave{Reason: "moved"}, Term: term,
			From: models.NewDate(2026, 3, 31)})
		wants(t, err, "invalid: date_before_term")
		_, err = h.Preview(h.ctx, officer(h.elder),
			change.Proposal{Kind: change.Replace{Newcomer: change.Newcomer{Name: "Ai Đó"}}, Term: term,
				From: models.NewDate(2026, 4, 1)})
		wants(t, err, "invalid: date_before_term")
	})
	t.Run("a person by id is for staff", func(t *testing.T) {
		_, err := h.Preview(h.ctx, officer(h.head),
			with(appoint, of(func(k *change.Appoint) { k.Newcomer = change.Newcomer{Person: h.elder.ID} })))
		wants(t, err, "invalid: name_short")
	})
	t.Run("the ward asks for the decision", func(t *testing.T) {
		if err := h.store.Model(&h.ward).Update("decision_required", true).Error; err != nil {
			t.Fatal(err)
		}
		_, err := h.Preview(h.ctx, officer(h.head), appoint)
		wants(t, err, "invalid: decision_required")
		for paper, refusal := range map[roster.Decision]string{
			{Number: "12/QĐ"}: "invalid: decision_date_required",
			{Number: "12/QĐ", Date: models.NewDate(2026, 4, 1)}:                      "invalid: decision_signer_required",
			{Number: "12/QĐ", Date: models.NewDate(2026, 4, 1), Signer: "Lê Thị Ký"}: "",
		} {
			_, err = h.Preview(h.ctx, officer(h.head), with(appoint, func(p *change.Proposal) { p.Decision = paper }))
			if refusal == "" && err == nil {
				continue
			}
			wants(t, err, refusal)
		}
		_, err = h.Preview(h.ctx, officer(h.head), with(leave, of(func(k *change.Leave) { k.Reason = "dismissed" })))
		wants(t, err, "invalid: decision_required")
		if _, err := h.Preview(h.ctx, officer(h.head), leave); err != nil {
			t.Errorf("who leaves needs none: %v", err)
		}
	})
}
