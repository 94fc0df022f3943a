package ward_test

import (
	"slices"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/list"
)

// post has somebody leave their post to one who answers a hostile number, or one more
// come beside them.
func (s *siege) post(what string) {
	terms := rows[models.Term](s, "superseded_at IS NULL AND to_date IS NULL")
	if len(terms) == 0 {
		return
	}
	term, today := pick(s, "whose post", terms), models.DateOf(services.Clock(s.Now).Local())
	newcomer := change.Newcomer{Name: "Trần Thị Mới", Phone: s.number()}
	if s.spread("a known one", 2) == 1 {
		newcomer = change.Newcomer{Person: pick(s, "comes", s.people())}
	}
	proposal := change.Proposal{Term: term.ID, Branch: s.branch, From: today, Kind: change.Replace{Newcomer: newcomer}}
	if what == "appoint" {
		proposal = change.Proposal{Branch: s.branch, Role: models.Member, From: today,
			Kind: change.Appoint{Newcomer: newcomer}}
	}
	s.submit(what, pick(s, "who", s.theirs()), proposal)
}

// telephoned has an honest clerk agree to a chat, since who answers the number of the
// roster said that it is theirs.
func (s *siege) telephoned() {
	for _, request := range rows[models.LinkRequest](s, "state = 'pending' AND person_id IS NOT NULL") {
		if slices.Contains(s.phones, s.phoneOf(*request.PersonID)) {
			s.let("telephoned", s.Identity.Requests.Agree(s.Ctx, s.by(s.honest[0]), request.ID, request.Version, 0))
			return
		}
	}
}

// list does one thing with the ward's latest list, as any of its users.
func (s *siege) list() {
	actor := pick(s, "who pays", append(slices.Clone(s.hostile), s.honest...))
	runs := rows[models.PaymentRun](s, "TRUE")
	if len(runs) == 0 || runs[0].State == models.RunClosed && s.spread("the next", 2) == 1 {
		month, err := s.List.NextRun(s.Ctx, actor)
		if err == nil {
			_, err = s.List.Prepare(s.Ctx, s.by(actor), month)
		}
		s.let("list prepared", err)
		return
	}
	run := runs[0]
	moves := map[models.RunState][]string{models.RunDraft: {"submitted"}, models.RunSubmitted: {"approved", "approved",
		"approved", "withdrawn"}, models.RunApproved: {"exported"}, models.RunExported: {"line", "settled", "taken back",
		"closed"}, models.RunClosed: {"line", "reopened"}}
	move := pick(s, "move", moves[run.State])
	do := map[string]func() error{
		"submitted": func() error {
			_, err := s.List.SubmitRun(s.Ctx, s.by(actor), run.ID, run.Version)
			if err == nil {
				s.lists[run.ID] = s.isHonest(actor)
			}
			return err
		},
		"approved": func() error {
			_, err := s.List.ApproveRun(s.Ctx, s.by(actor), run.ID, run.Version)
			s.lists[run.ID] = s.lists[run.ID] || err == nil && s.isHonest(actor)
			return err
		},
		"withdrawn": func() error { _, err := s.List.WithdrawRun(s.Ctx, s.by(actor), run.ID, run.Version); return err },
		"exported":  func() error { _, err := s.List.ExportRun(s.Ctx, s.by(actor), run.ID, run.Version); return err },
		"closed":    func() error { _, err := s.List.CloseRun(s.Ctx, s.by(actor), run.ID, run.Version); return err },
		"reopened":  func() error { _, err := s.List.ReopenRun(s.Ctx, s.by(actor), run.ID, run.Version); return err },
		"settled": func() error {
			rest := list.RestOf(s.lines(run.ID), true)
			_, err := s.List.SettleRun(s.Ctx, s.by(actor), run.ID, run.Version, rest,
				models.DateOf(services.Clock(s.Now).Local()))
			return err
		},
		"taken back": func() error {
			acts := rows[models.Settlement](s, "run_id = ?", run.ID)
			if len(acts) == 0 {
				return services.NotFound("settlement")
			}
			_, err := s.List.TakeBack(s.Ctx, s.by(actor), acts[0].ID)
			return err
		},
	}
	if move == "line" {
		s.mark(actor, run)
		return
	}
	s.let("list "+move, do[move]())
}

func (s *siege) lines(run int64) []models.PaymentLine {
	return rows[models.PaymentLine](s, "run_id = ?", run)
}

// mark says what became of one line.
func (s *siege) mark(actor services.Actor, run models.PaymentRun) {
	lines := s.lines(run.ID)
	if len(lines) == 0 {
		return
	}
	state, on := models.LineReturned, models.Date{}
	if s.spread("paid", 2) == 1 {
		state, on = models.LinePaid, models.DateOf(services.Clock(s.Now).Local())
	}
	line := pick(s, "line", lines)
	reason := map[bool]string{true: "đóng"}[state != models.LinePaid]
	err := s.List.SettleLine(s.Ctx, s.by(actor), line.ID, state, reason, on)
	s.let("line "+string(state), err)
}

// checkLists looks at what has left the ward: no list without an honest human, and
// no line to a destination that was not agreed to.
func (s *siege) checkLists() {
	for _, run := range rows[models.PaymentRun](s, "state IN ('approved', 'exported', 'closed')") {
		if !s.lists[run.ID] {
			s.rt.Fatalf("list %d is %s, and no honest human submitted or signed it", run.ID, run.State)
		}
	}
	for _, line := range rows[models.PaymentLine](s, "bank_hash = ? AND person_id IN (SELECT COALESCE(merged_into, id) "+
		"FROM people WHERE id IN ?)", s.hash, s.owners()) {
		s.done["moved on a list"]++
		s.agreed(line.PersonID, line.PersonID)
	}
}
