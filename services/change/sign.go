package change

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// judgement is how far a request is, by the rule under which it was sent.
type judgement struct {
	approve.Standing
	book    *approve.Book
	rule    approve.Rule
	parties approve.Parties
	day     models.Date
	signer  approve.Signer // the actor, where they may sign
	all     []models.ApprovalSignature
}

// step is the one that waits.
func (j judgement) step() approve.Step { return j.rule.Steps[j.Step] }

// with is how far one more signature takes the request.
func (j judgement) with(signature models.ApprovalSignature) approve.Standing {
	signatures := append(slices.Clone(j.Counted), signature)
	return approve.Progress(j.rule.Steps, j.parties, signatures, j.book.Staff, j.book.Delegations, j.day)
}

// detail is what the journal keeps of a signature.
func (j judgement) detail() journal.Detail {
	detail := journal.Detail{}
	if len(j.rule.Steps) > 1 || j.step().People > 1 {
		detail["step"] = j.Step + 1
	}
	if j.signer.For.ID != j.signer.Staff.ID {
		detail["for_staff"] = j.signer.For.ID
	}
	return detail
}

// since is when the step that waits began to wait.
func (j judgement) since(request models.ChangeRequest) time.Time {
	if j.Since.IsZero() {
		return request.SubmittedAt
	}
	return j.Since
}

func (s *Service) judgeBy(book *approve.Book, request models.ChangeRequest, proposal Proposal, signatures []models.ApprovalSignature) judgement {
	j := judgement{book: book, rule: book.Rule(request.Kind, request.SubmittedAt), parties: partiesOf(request, proposal, book.Staff), day: s.today(), all: signatures}
	j.Standing = approve.Progress(j.rule.Steps, j.parties, signatures, book.Staff, book.Delegations, j.day)
	return j
}

func (s *Service) judge(tx *gorm.DB, request models.ChangeRequest, proposal Proposal) (judgement, error) {
	book, err := s.approvals.Open(tx, request.WardID)
	if err != nil {
		return judgement{}, err
	}
	signatures, err := s.approvals.Signatures(tx, request.ID)
	if err != nil {
		return judgement{}, err
	}
	return s.judgeBy(book, request, proposal, signatures[request.ID]), nil
}

// signerOf judges a request and refuses who may not sign its step.
func (s *Service) signerOf(tx *gorm.DB, actor services.Actor, request models.ChangeRequest, proposal Proposal) (judgement, error) {
	j, err := s.judge(tx, request, proposal)
	if err != nil {
		return j, err
	}
	if why := j.WhyNot(j.book.Member(actor.Staff)); why != "" {
		return j, services.Denied(why)
	}
	j.signer, _ = j.Signer(actor.Staff)
	return j, nil
}

// signed leaves a request waiting for its next signature.
func (s *Service) signed(ctx context.Context, tx *gorm.DB, actor services.Actor, request models.ChangeRequest, before judgement, after approve.Standing) error {
	columns := map[string]any{}
	moved := after.Step != before.Step
	if moved {
		columns["reminded_at"] = nil // the next one has not been kept waiting
	}
	if err := s.move(tx, &request, models.ChangeSubmitted, columns); err != nil {
		return err
	}
	if err := s.recordAs(tx, actor, request, models.ChangeSubmitted, "change.signed", "", before.detail()); err != nil {
		return err
	}
	if moved { // the others of the same step have been told of it
		next := before
		next.Standing = after
		if err := s.tell(ctx, tx, request, outbox.ChangeSubmitted, told(next)); err != nil {
			return err
		}
	}
	return s.outbox.Redraw(ctx, tx, actor, request.WardID, outbox.Change, request.ID)
}

// TakeBack takes the actor's own signature back, or the one that another gave
// for them, as long as nobody has signed a later step. It refuses
// denied/not_signed, and conflict/signed_on where somebody has.
func (s *Service) TakeBack(ctx context.Context, actor services.Actor, id int64, version int) (Card, error) {
	if err := decider(actor); err != nil {
		return Card{}, err
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		request, err := s.begin(tx, actor, id, func(services.Actor, models.ChangeRequest) error { return nil })
		if err != nil {
			return err
		}
		if request.State != models.ChangeSubmitted || request.Version != version {
			return conflictOf(tx, request)
		}
		proposal, err := decodeProposal(request)
		if err != nil {
			return err
		}
		before, err := s.judge(tx, request, proposal)
		if err != nil {
			return err
		}
		own, err := before.own(actor.Staff)
		if err != nil {
			return err
		}
		if err := s.approvals.TakeBack(tx, own); err != nil {
			return err
		}
		if err := s.move(tx, &request, models.ChangeSubmitted, map[string]any{"reminded_at": nil}); err != nil {
			return err
		}
		if err := s.recordAs(tx, actor, request, models.ChangeSubmitted, "change.taken_back", "", journal.Detail{"step": own.Step}); err != nil {
			return err
		}
		after, err := s.judge(tx, request, proposal)
		if err != nil {
			return err
		}
		if after.Step != before.Step {
			others := slices.DeleteFunc(told(after), func(one models.Staff) bool { return one.ID == actor.Staff })
			if err := s.tell(ctx, tx, request, outbox.ChangeSubmitted, others); err != nil {
				return err
			}
		}
		return s.outbox.Redraw(ctx, tx, actor, request.WardID, outbox.Change, request.ID)
	})
	if err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}

// own is the signature that a ward user may take back.
func (j judgement) own(staff int64) (models.ApprovalSignature, error) {
	i := slices.IndexFunc(j.Counted, func(one models.ApprovalSignature) bool {
		return staff != 0 && (one.StaffID == staff || one.ForStaffID == staff)
	})
	if i < 0 {
		return models.ApprovalSignature{}, services.Denied("not_signed")
	}
	own := j.Counted[i]
	if later := j.Counted[len(j.Counted)-1]; later.Step > own.Step {
		return own, services.Conflict("signed_on").With("by", j.book.Member(later.StaffID).Name).With("at", later.At)
	}
	return own, nil
}

// told are those who hear that a step waits: its signers; of a step for clerks
// and leaders the clerks, and the leaders where there are too few of them.
func told(j judgement) []models.Staff {
	var all, clerks []models.Staff
	for _, signer := range j.Signers {
		all = append(all, signer.Staff)
		if signer.Staff.Role == string(services.Clerk) {
			clerks = append(clerks, signer.Staff)
		}
	}
	if j.step().Role == approve.Any && len(clerks) > 0 && len(clerks) >= j.Missing {
		return clerks
	}
	return all
}

// tellSigners hands a request to those who sign its first step; it refuses
// unavailable/no_decider where not every step finds its people in the ward.
func (s *Service) tellSigners(ctx context.Context, tx *gorm.DB, request models.ChangeRequest, proposal Proposal) error {
	j, err := s.judge(tx, request, proposal)
	if err != nil {
		return err
	}
	if approve.Unsatisfied(j.rule.Steps, j.parties, j.book.Staff) >= 0 {
		return services.Unavailable("no_decider")
	}
	return s.tell(ctx, tx, request, outbox.ChangeSubmitted, told(j))
}

// tell queues a message about a request for ward users.
func (s *Service) tell(ctx context.Context, tx *gorm.DB, request models.ChangeRequest, kind string, staff []models.Staff) error {
	messages := make([]outbox.Message, len(staff))
	for i, one := range staff {
		messages[i] = outbox.Message{
			Ward: request.WardID, Kind: kind, Subject: outbox.Change, SubjectID: request.ID, Version: request.Version, Staff: one.ID,
		}
	}
	return s.outbox.Tell(ctx, tx, messages...)
}

// Approval is who has signed a request and who is to sign it.
type Approval struct {
	Steps       []StepView
	Now         int    // index of the step that waits; the number of steps when all are signed
	For         string // whom the actor would sign for; "" for themselves
	MayTakeBack bool
}

// StepView is one step of a request's approval.
type StepView struct {
	approve.Step
	Signed []SignatureView
}

// SignatureView is one signature, by name.
type SignatureView struct {
	Name string
	For  string // who was absent; "" where it is their own right
	At   time.Time
}

// Several reports whether the approval takes more than one signature.
func (a Approval) Several() bool {
	return len(a.Steps) > 1 || (len(a.Steps) == 1 && a.Steps[0].People > 1)
}

// cardApproval shows how far a request is, and whether the actor may take it
// further.
func (s *Service) cardApproval(tx *gorm.DB, actor services.Actor, card *Card) error {
	request := card.Request
	j, err := s.judge(tx, request, card.Proposal)
	if err != nil {
		return err
	}
	card.Approval = Approval{Now: j.Step}
	for i, step := range j.rule.Steps {
		view := StepView{Step: step}
		signed := j.Signed(i)
		if request.State != models.ChangeSubmitted {
			// What was decided stays as it was, whoever has left since.
			signed = slices.DeleteFunc(slices.Clone(j.all), func(one models.ApprovalSignature) bool { return one.Step != i+1 })
		}
		for _, signature := range signed {
			view.Signed = append(view.Signed, SignatureView{j.book.Member(signature.StaffID).Name, j.nameFor(signature.StaffID, signature.ForStaffID), signature.At})
		}
		card.Approval.Steps = append(card.Approval.Steps, view)
	}
	switch {
	case request.State != models.ChangeSubmitted:
		card.WhyNot = WhyDecided
	case decider(actor) != nil:
		card.WhyNot = WhyRole
	default:
		card.WhyNot = j.WhyNot(j.book.Member(actor.Staff))
		if signer, may := j.Signer(actor.Staff); may {
			card.Approval.For = j.nameFor(signer.Staff.ID, signer.For.ID)
		}
		_, err := j.own(actor.Staff)
		card.Approval.MayTakeBack = err == nil
	}
	card.MayDecide = card.WhyNot == ""
	return nil
}

// nameFor is the name of whom somebody signs for; "" for themselves.
func (j judgement) nameFor(hand, right int64) string {
	if hand == right {
		return ""
	}
	return cmp.Or(j.book.Member(right).Name, "–")
}
