package account

import (
	"cmp"
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/services"
	"canbobot/services/identity"
)

// welcome greets whoever is not linked. A message that looks like a code is one.
func (p *Page) welcome(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if code := strings.TrimSpace(turn.In.Text); looksLikeCode(code) {
		return turn.BeginWith(ctx, "link", code)
	}
	return bot.Reply{Text: p.Say("welcome.text"), Buttons: [][]bot.Button{
		bot.Row(kit.Positive(p.Button("have_code", "link")), p.Button("no_code", "asklink"))}}, nil
}

// looksLikeCode reports whether a text could be nothing but an invite code: ten
// letters and digits with the dash that separates them, or at least one digit.
func looksLikeCode(text string) bool {
	letters, digits := 0, 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			letters++
		case r != '-' && r != ' ':
			return false
		}
	}
	return letters+digits == 10 && letters > 0 && (digits > 0 || strings.Contains(text, "-"))
}

func chat(turn bot.Turn) identity.Chat {
	return identity.Chat{Channel: turn.In.Channel, ExternalID: turn.In.UserID, ChatID: turn.In.ChatID,
		Event: turn.Speaker.Actor.Event}
}

// What a right code still asks for.
const (
	needsContact = "contact"
	needsLast4   = "last4"
	needsTOTP    = "totp"
	needsClerk   = "clerk"
)

// linkForm says who somebody is: the code, their consent, then what only they
// hold: their own number, its last four digits, or a code of their generator.
// The proof comes last and is never kept: it goes straight to the service. Only
// the invite's row id is kept between the steps.
func (p *Page) linkForm() *bot.Form {
	agree := bot.Button{Label: p.Say("button.agree"), Action: bot.Choice("yes"), Style: bot.Positive}
	return &bot.Form{
		Name: "link",
		Open: true,
		Steps: []bot.Step{
			{Name: "code", Ask: "link.code", Example: "example.code", Read: p.readCode},
			{Name: "consent", Ask: "consent.text", Fields: wardFields, Choices: kit.Given(bot.Row(agree)), Read: readAgreed,
				Skip: kit.Only("needs", needsContact, needsLast4, needsClerk)},
			{Name: "staff_consent", Ask: "consent.staff", Fields: wardFields, Choices: kit.Given(bot.Row(agree)),
				Read: readAgreed, Skip: kit.Only("needs", needsTOTP)},
			{Name: needsContact, Ask: "link.contact", AskContact: true, Skip: kit.Only("needs", needsContact),
				Read: p.readProof},
			{Name: needsLast4, Ask: "link.last4", Skip: kit.Only("needs", needsLast4), Read: p.readProof},
			{Name: needsTOTP, Ask: "link.totp", Skip: kit.Only("needs", needsTOTP), Read: p.readProof},
			{Name: needsClerk, Ask: "link.clerk", Example: "example.phone", Skip: kit.Only("needs", needsClerk),
				Read: kit.ReadPhone},
		},
		Done: kit.With(p.linkDone),
	}
}

func readAgreed(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	if input.Choice == "yes" || understand.Agrees(input.Text) {
		return "yes", nil
	}
	return "", services.Invalid("consent")
}

// wardFields name the ward whose code it is, which answers for what it keeps.
func wardFields(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Fields, error) {
	return bot.Fields{"ward": answers["ward"]}, nil
}

func (p *Page) readCode(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	invited, err := p.Identity.CheckCode(ctx, chat(turn), input.Text)
	if err != nil {
		return "", err
	}
	answers["ward"] = invited.Ward
	switch {
	case invited.NeedsTOTP:
		answers["needs"] = needsTOTP
	case invited.NeedsContact:
		answers["needs"] = needsContact
	case invited.NeedsLast4:
		answers["needs"] = needsLast4
	default:
		answers["needs"] = needsClerk
	}
	return kit.ID(invited.Invite), nil
}

// proofOf reads what a person offers. A number that was typed, or another's
// contact, is never their own.
func proofOf(need string, input bot.Input) identity.Proof {
	text := strings.TrimSpace(input.Text)
	switch {
	case need == needsTOTP:
		return identity.Proof{TOTP: text}
	case input.Contact != nil:
		return identity.Proof{Phone: input.Contact.Phone, PhoneOwn: input.Contact.Own}
	}
	return identity.Proof{Last4: text}
}

// proving is the invite of a right code, what it still asks for, and the answer
// to that: under the name of what is asked for.
type proving struct {
	Code                        int64
	Needs                       string
	Contact, Last4, TOTP, Clerk string
}

func (p *Page) readProof(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	said := kit.Typed[proving](answers)
	proof := proofOf(said.Needs, input)
	if err := p.Identity.Prove(ctx, chat(turn), said.Code, proof); err != nil {
		return "", err
	}
	return cmp.Or(proof.TOTP, proof.Phone, proof.Last4), nil
}

func (p *Page) linkDone(ctx context.Context, turn bot.Turn, said proving) (bot.Reply, error) {
	proof := identity.Proof{}
	switch said.Needs {
	case needsTOTP:
		proof.TOTP = said.TOTP
	case needsContact:
		proof.Phone, proof.PhoneOwn = said.Contact, true
	case needsLast4:
		proof.Last4 = said.Last4
	default:
		return bot.Reply{Text: p.Say("asklink.done")},
			p.Identity.Requests.AskInvited(ctx, chat(turn), said.Code, said.Clerk)
	}
	agreed := identity.OfficerConsent
	if said.Needs == needsTOTP {
		agreed = identity.StaffConsent
	}
	linked, err := p.Identity.Link(ctx, chat(turn), said.Code, proof, agreed)
	if err != nil {
		return bot.Reply{}, err
	}
	if linked.Actor.IsStaff() {
		return p.Tell(p.Say("link.done_staff", "name", linked.Name), kit.Positive(p.Button("pending", "pending"))), nil
	}
	return p.Tell(p.Say("link.done", "name", linked.Name), kit.Positive(p.Button("allowance", "month"))), nil
}
