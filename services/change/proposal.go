package change

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/roster"
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

// Proposal is what a request would change: what kinds have in common, of which
// each uses a part, and the kind's own. It is the frozen payload of a request,
// with Branch and Role filled in where Term tells them; numbers of accounts and
// citizens are sealed in it.
type Proposal struct {
	Kind     Kind            `json:"-"`
	Branch   int64           `json:"branch,omitzero"`
	Role     models.TermRole `json:"role,omitzero"`
	Term     int64           `json:"term,omitzero"`
	Person   int64           `json:"person,omitzero"`
	From     models.Date     `json:"from,omitzero"`
	Decision roster.Decision `json:"decision,omitzero"`
	// Evidence names the files that go with it: ids of services/evidence, parted by
	// commas. A request that is sent again keeps those that it has.
	Evidence string `json:"evidence,omitzero"`
	Note     string `json:"note,omitzero"`
}

// Name is the name of the proposal's kind.
func (p Proposal) Name() models.ChangeKind { return models.ChangeKind(p.Kind.Traits().Name) }

// payload writes a proposal as one object, the kind's own beside the rest.
func (p Proposal) payload() (string, error) {
	head, err := encode(p)
	if err != nil {
		return "", err
	}
	own, err := encode(p.Kind)
	if err != nil {
		return "", err
	}
	between := ","
	if head == "{}" || own == "{}" {
		between = ""
	}
	return strings.TrimSuffix(head, "}") + between + strings.TrimPrefix(own, "{"), nil
}

func decodeProposal(request models.ChangeRequest) (Proposal, error) {
	var p Proposal
	kind, known := registry[request.Kind]
	if !known {
		return p, fmt.Errorf("read request %d: no kind %q", request.ID, request.Kind)
	}
	err := json.Unmarshal([]byte(request.Payload), &p)
	if err == nil {
		p.Kind, err = kind.read(request.Payload)
	}
	if err != nil {
		return p, fmt.Errorf("read payload of request %d: %w", request.ID, err)
	}
	return p, nil
}

// tidy brings a proposal into the one form in which it is compared and frozen:
// fields that its kind does not use are dropped, names and numbers cleaned. It
// asks the roster nothing.
func (s *Service) tidy(actor services.Actor, raw Proposal) (clean Proposal, err error) {
	if raw.Kind == nil {
		return clean, services.Invalid("kind")
	}
	if clean.Note, err = line(raw.Note, maxNote, "note_long"); err != nil {
		return clean, err
	}
	if _, err := fileIDs(raw.Evidence); err != nil {
		return clean, err
	}
	clean.Evidence = raw.Evidence
	return clean, raw.Kind.tidy(s, actor, raw, &clean)
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

// born refuses a year in which nobody was born who could hold a post.
func (s *Service) born(year int) error {
	if today := s.today().Year; year != 0 && (year < today-oldest || year > today-youngest) {
		return services.Invalid("birth_year")
	}
	return nil
}

// line cleans a short text: NFC, single spaces, nothing that does not print.
func line(text string, most int, tooLong string) (string, error) {
	if !utf8.ValidString(text) {
		return "", services.Invalid("text")
	}
	text = strings.Join(strings.FieldsFunc(norm.NFC.String(text),
		func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
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
	for _, p := range []*Proposal{&a, &b} {
		p.Note, p.Evidence = "", ""
		*p = p.Kind.substance(*p)
	}
	return a == b
}

// detail is what the journal keeps of a proposal: ids and masked numbers.
func (p Proposal) detail() journal.Detail {
	detail := journal.Detail{
		"branch": p.Branch, "term": p.Term, "person": p.Person,
		"role": string(p.Role), "from": p.From.String(), "decision": p.Decision.Number,
	}
	p.Kind.keeps(detail)
	maps.DeleteFunc(detail, func(_ string, kept any) bool { return kept == "" || kept == int64(0) })
	return detail
}
