package change

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// How far from today a change may take effect, and how long texts may be.
const (
	monthsBack  = 12
	monthsAhead = 2
	maxNote     = 500 // runes
	maxReason   = 500
	minReason   = 2
	maxDecision = 60
	maxSigner   = 80
	youngest    = 14  // years, of who holds a post
	oldest      = 110 // years
)

// tidy brings a proposal into the one form in which it is compared and frozen:
// fields that its kind does not use are dropped, names and numbers cleaned. It
// asks the roster nothing.
func (s *Service) tidy(actor services.Actor, p Proposal) (Proposal, error) {
	var err error
	clean := Proposal{Kind: p.Kind, Branch: p.Branch}
	if clean.Note, err = line(p.Note, maxNote, "note_long"); err != nil {
		return clean, err
	}
	if _, err := fileIDs(p.Evidence); err != nil {
		return clean, err
	}
	clean.Evidence = p.Evidence
	switch p.Kind {
	case models.ChangePhone, models.ChangeBank, models.ChangeProfile, models.ChangeCorrect, models.ChangeMerge:
		clean.Branch = 0
		return s.tidyData(p, clean)
	case models.ChangeAppoint:
		clean.Role = p.Role
	case models.ChangeReplace, models.ChangeLeave:
		clean.Term = p.Term
	default:
		return clean, services.Invalid("kind")
	}
	if clean.From, err = s.day(p.From); err != nil {
		return clean, err
	}
	if clean.Decision, err = s.paper(p.Decision); err != nil {
		return clean, err
	}
	if clean.Reason, err = leaveReason(p); err != nil || p.Kind == models.ChangeLeave {
		return clean, err
	}
	clean.Acting = p.Acting
	clean.Newcomer, err = s.newcomer(actor, p.Newcomer)
	return clean, err
}

// day holds a day between twelve months ago and two months ahead: the calculus
// looks back no further, and what lies further ahead is not known yet.
func (s *Service) day(day models.Date) (models.Date, error) {
	today := s.today()
	first := models.NewDate(today.Year, today.Month-monthsBack, today.Day)
	last := models.NewDate(today.Year, today.Month+monthsAhead, today.Day)
	switch {
	case day.IsZero():
		return day, services.Invalid("date")
	case day.Before(first):
		return day, services.Invalid("date_early").With("first", first)
	case day.After(last):
		return day, services.Invalid("date_late").With("last", last)
	}
	return day, nil
}

func (s *Service) paper(p roster.Decision) (roster.Decision, error) {
	var err error
	if p.Number, err = line(p.Number, maxDecision, "decision_long"); err != nil {
		return p, err
	}
	if p.Signer, err = line(p.Signer, maxSigner, "decision_long"); err != nil {
		return p, err
	}
	if p.Date.After(s.today()) {
		return p, services.Invalid("decision_date")
	}
	return p, nil
}

// leaveReason is why the term ends: asked of who leaves, optional for a
// replacement.
func leaveReason(p Proposal) (string, error) {
	switch {
	case p.Kind == models.ChangeAppoint, p.Kind == models.ChangeReplace && p.Reason == "":
		return "", nil
	case slices.Contains(LeaveReasons, p.Reason):
		return p.Reason, nil
	}
	return "", services.Invalid("leave_reason")
}

func (s *Service) newcomer(actor services.Actor, n Newcomer) (Newcomer, error) {
	if n.Person != 0 && actor.Role != services.Officer {
		return Newcomer{Person: n.Person}, nil
	}
	// An officer who could name people by id could read the ward's names.
	n.Person = 0
	var err error
	if n.Name, err = roster.CleanName(n.Name); err != nil {
		return n, err
	}
	if n.Phone != "" {
		if n.Phone, err = vn.ParsePhone(n.Phone); err != nil {
			return n, err
		}
	}
	if year := s.today().Year; n.BirthYear != 0 && (n.BirthYear < year-oldest || n.BirthYear > year-youngest) {
		return n, services.Invalid("birth_year")
	}
	return n, nil
}

// line cleans a short text: NFC, single spaces, nothing that does not print.
func line(text string, most int, tooLong string) (string, error) {
	if !utf8.ValidString(text) {
		return "", services.Invalid("text")
	}
	text = strings.Join(strings.FieldsFunc(norm.NFC.String(text), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if utf8.RuneCountInString(text) > most {
		return "", services.Invalid(tooLong).With("max", most)
	}
	return text, nil
}

// words cleans what a decider writes to the proposer; it must say something.
func words(reason string) (string, error) {
	text, err := line(reason, maxReason, "reason_long")
	if err == nil && utf8.RuneCountInString(text) < minReason {
		return "", services.Invalid("reason")
	}
	return text, err
}

// same reports whether two proposals would change the same in the same way.
// Paper, notes and the spelling of a name make no difference, so that none of
// them slips a second copy past the check.
func same(a, b Proposal) bool {
	substance := func(p Proposal) Proposal {
		if p.Kind != models.ChangeCorrect { // where the paper is what is corrected
			p.Decision = roster.Decision{}
		}
		p.Note, p.Acting, p.Evidence = "", false, ""
		p.Newcomer.Name, p.Newcomer.BirthYear = models.Fold(p.Newcomer.Name), 0
		if p.Kind.OfPerson() {
			p.Branch = 0 // the way by which the proposer may speak for the person
		}
		for _, secret := range []*roster.Secret{&p.Account.Number, &p.Details.Citizen} {
			*secret = roster.Secret{Mark: secret.Mark} // sealed twice, one number looks like two
		}
		p.Details.Name = models.Fold(p.Details.Name)
		if p.Newcomer.Person != 0 {
			p.Newcomer = Newcomer{Person: p.Newcomer.Person}
		}
		return p
	}
	return substance(a) == substance(b)
}
