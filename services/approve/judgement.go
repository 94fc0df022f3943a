package approve

import (
	"cmp"
	"slices"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// Judgement is how far an item is, by the rule under which it was put before its
// signers.
type Judgement struct {
	Standing
	Book *Book
	Item Item
	Rule Rule
	day  models.Date
	all  []models.Signature
}

// step is the one that waits; the empty one when all are signed.
func (j Judgement) step() Step {
	if j.Step >= len(j.Rule.Steps) {
		return Step{}
	}
	return j.Rule.Steps[j.Step]
}

// signsAny reports whether a ward user is among those for whom a step is, or
// stands in for one of them.
func (j Judgement) signsAny(member models.Staff) bool {
	absent := func(d models.Delegation) bool {
		return d.ToStaffID == member.ID && d.RevokedAt == nil && covers(d, j.day)
	}
	rights := []models.Staff{member}
	for _, delegation := range j.Book.Delegations {
		if absent(delegation) {
			rights = append(rights, j.Book.Member(delegation.FromStaffID))
		}
	}
	return slices.ContainsFunc(j.Rule.Steps, func(step Step) bool { return slices.ContainsFunc(rights, step.signs) })
}

// with is how far one more signature takes the item.
func (j Judgement) with(signature models.Signature) Judgement {
	signatures := append(slices.Clone(j.Counted), signature)
	j.Standing = Progress(j.Rule.Steps, j.Item.Parties, signatures, j.Book.Staff, j.Book.Delegations, j.day)
	return j
}

// detail is what the journal keeps of a signature.
func (j Judgement) detail(signer Signer) journal.Detail {
	detail := journal.Detail{}
	if len(j.Rule.Steps) > 1 || j.step().People > 1 {
		detail["step"] = j.Step + 1
	}
	if signer.For.ID != signer.Staff.ID {
		detail["for_staff"] = signer.For.ID
	}
	return detail
}

// Since is when the step that waits began to wait.
func (j Judgement) Since() time.Time {
	if j.Standing.Since.IsZero() {
		return j.Item.Since
	}
	return j.Standing.Since
}

// own is the signature that counts which a ward user gave, or another gave for
// them, and one of a later step, where there are.
func (j Judgement) own(staff int64) (own, later models.Signature) {
	i := slices.IndexFunc(j.Counted, func(one models.Signature) bool {
		return staff != 0 && (one.StaffID == staff || one.ForStaffID == staff)
	})
	if i < 0 {
		return own, later
	}
	if last := j.Counted[len(j.Counted)-1]; last.Step > j.Counted[i].Step {
		later = last
	}
	return j.Counted[i], later
}

// told are those who hear that a step waits: its signers; of a step for clerks
// and leaders the clerks, and the leaders where there are too few of them.
func (j Judgement) told() []models.Staff {
	var all, clerks []models.Staff
	for _, signer := range j.Signers {
		all = append(all, signer.Staff)
		if signer.Staff.Role == string(services.Clerk) {
			clerks = append(clerks, signer.Staff)
		}
	}
	if j.step().Role == Any && len(clerks) > 0 && len(clerks) >= j.Missing {
		return clerks
	}
	return all
}

// above are the leaders to whom an item is taken that nobody signs; where none
// may look at it, the administrators, who mind the rules.
func (j Judgement) above() []models.Staff {
	for _, role := range []services.Role{services.Leader, services.Admin} {
		staff := slices.DeleteFunc(slices.Clone(j.Book.Staff), func(one models.Staff) bool {
			return !one.Active || one.Role != string(role) || j.Item.Parties.WhyNot(one) != ""
		})
		if len(staff) > 0 {
			return staff
		}
	}
	return nil
}

// Approval is who has signed an item and who is to sign it.
type Approval struct {
	Steps       []StepView
	Now         int    // index of the step that waits; the number of steps when all are signed
	For         string // whom the actor would sign for; "" for themselves
	MayTakeBack bool
}

// StepView is one step of an item's approval.
type StepView struct {
	Step
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

// View shows a ward user how far the item is. waits says whether it still waits:
// what was decided stays as it was, whoever has left since.
func (j Judgement) View(staff int64, waits bool) Approval {
	view := Approval{Now: j.Step}
	for i, step := range j.Rule.Steps {
		one := StepView{Step: step}
		for _, signature := range j.signed(waits) {
			if signature.Step == i+1 {
				one.Signed = append(one.Signed, SignatureView{j.Book.Member(signature.StaffID).Name,
					j.nameFor(signature.StaffID, signature.ForStaffID), signature.At})
			}
		}
		view.Steps = append(view.Steps, one)
	}
	own, later := j.own(staff)
	view.MayTakeBack = own.ID != 0 && later.ID == 0
	if waits {
		view.For = j.For(staff)
	}
	return view
}

func (j Judgement) signed(waits bool) []models.Signature {
	if waits {
		return j.Counted
	}
	return j.all
}

// For is whom a ward user would sign for; "" for themselves, and where they may
// not sign.
func (j Judgement) For(staff int64) string {
	signer, _ := j.Signer(staff)
	return j.nameFor(signer.Staff.ID, signer.For.ID)
}

// nameFor is the name of whom somebody signs for; "" for themselves.
func (j Judgement) nameFor(hand, right int64) string {
	if hand == right {
		return ""
	}
	return cmp.Or(j.Book.Member(right).Name, "–")
}
