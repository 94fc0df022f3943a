package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/vn"
)

// ConsentVersion names the text that people agree to; a changed text gets a
// new one and is asked again of nobody who agreed to the old.
const ConsentVersion = "2026-11-23"

// welcome greets whoever is not linked. A message that looks like a code is one.
func (s *Screens) welcome(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if code := strings.TrimSpace(turn.In.Text); looksLikeCode(code) {
		return turn.BeginWith(ctx, "link", code)
	}
	return bot.Reply{Text: s.say("welcome.text"), Buttons: [][]bot.Button{
		bot.Row(positive(s.button("have_code", "link")), s.button("no_code", "asklink"))}}, nil
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

func (s *Screens) link(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return turn.Begin(ctx, "link", nil)
}

func (s *Screens) askLink(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return turn.Begin(ctx, "asklink", nil)
}

func chat(turn bot.Turn) identity.Chat {
	return identity.Chat{Channel: turn.In.Channel, ExternalID: turn.In.UserID, ChatID: turn.In.ChatID, Event: turn.Speaker.Actor.Event}
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
func (s *Screens) linkForm() *bot.Form {
	unless := func(need string) func(bot.Turn, bot.Answers) bool {
		return func(_ bot.Turn, answers bot.Answers) bool { return answers["needs"] != need }
	}
	return &bot.Form{
		Name: "link",
		Open: true,
		Steps: []bot.Step{
			{Name: "code", Ask: "link.code", Example: "example.code", Read: s.readCode},
			{
				Name: "consent", Ask: "consent.text",
				Choices: func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
					return [][]bot.Button{bot.Row(bot.Button{Label: s.say("button.agree"), Action: bot.Choice("yes"), Style: bot.Positive})}, nil
				},
				Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
					if input.Choice == "yes" || agrees(input.Text) {
						return "yes", nil
					}
					return "", services.Invalid("consent")
				},
			},
			{Name: needsContact, Ask: "link.contact", AskContact: true, Skip: unless(needsContact), Read: s.readProof},
			{Name: needsLast4, Ask: "link.last4", Skip: unless(needsLast4), Read: s.readProof},
			{Name: needsTOTP, Ask: "link.totp", Skip: unless(needsTOTP), Read: s.readProof},
			{Name: needsClerk, Ask: "link.clerk", Example: "example.phone", Skip: unless(needsClerk), Read: readPhone},
		},
		Done: s.linkDone,
	}
}

func (s *Screens) readCode(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	invited, err := s.Identity.CheckCode(ctx, chat(turn), input.Text)
	if err != nil {
		return "", err
	}
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
	return id(invited.Invite), nil
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

func (s *Screens) readProof(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	proof := proofOf(answers["needs"], input)
	if err := s.Identity.Prove(ctx, chat(turn), number(answers["code"]), proof); err != nil {
		return "", err
	}
	switch {
	case proof.TOTP != "":
		return proof.TOTP, nil
	case proof.PhoneOwn:
		return proof.Phone, nil
	}
	return proof.Last4, nil
}

func agrees(text string) bool {
	switch models.Fold(text) {
	case "dong y", "toi dong y", "em dong y", "minh dong y":
		return true
	}
	return false
}

func (s *Screens) linkDone(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
	invite, proof := number(answers["code"]), identity.Proof{}
	switch answers["needs"] {
	case needsTOTP:
		proof.TOTP = answers[needsTOTP]
	case needsContact:
		proof.Phone, proof.PhoneOwn = answers[needsContact], true
	case needsLast4:
		proof.Last4 = answers[needsLast4]
	default:
		if err := s.Identity.AskLinkInvited(ctx, chat(turn), invite, answers[needsClerk]); err != nil {
			return bot.Reply{}, err
		}
		return bot.Reply{Text: s.say("asklink.done")}, nil
	}
	linked, err := s.Identity.Link(ctx, chat(turn), invite, proof, ConsentVersion)
	if err != nil {
		return bot.Reply{}, err
	}
	if linked.Actor.IsStaff() {
		return bot.Reply{Text: s.say("link.done_staff", "name", linked.Name), Buttons: [][]bot.Button{
			bot.Row(positive(s.button("pending", "pending")), s.button("menu", "menu"))}}, nil
	}
	return bot.Reply{Text: s.say("link.done", "name", linked.Name), Buttons: [][]bot.Button{
		bot.Row(positive(s.button("allowance", "month")), s.button("menu", "menu"))}}, nil
}

// askLinkForm is the way in without a code: ward, name and number, then the
// clerk calls. The answer is the same whether the roster knows them or not.
func (s *Screens) askLinkForm() *bot.Form {
	return &bot.Form{
		Name: "asklink",
		Open: true,
		Steps: []bot.Step{
			{
				Name: "ward", Ask: "asklink.ward", Choices: s.wardChoices, Show: showChoice("ward", s.wardChoices), Pick: true,
				Read: func(ctx context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
					wards, err := s.Identity.Wards(ctx)
					if err != nil {
						return "", err
					}
					for _, ward := range wards {
						if input.Choice == id(ward.ID) || (input.Text != "" && strings.HasSuffix(models.Fold(input.Text), models.Fold(ward.Name))) {
							return id(ward.ID), nil
						}
					}
					return "", services.Invalid("choice")
				},
			},
			{Name: "name", Ask: "asklink.name", Example: "example.name", Read: readName, Show: asKept("name"), Free: true},
			{
				Name: "phone", Ask: "asklink.phone", Example: "example.phone", AskContact: true, Show: showPhone("phone"),
				Read: readPhone,
			},
		},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: s.say("asklink.confirm", "name", answers["name"], "phone", vn.FormatPhone(answers["phone"]))}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			err := s.Identity.AskLink(ctx, chat(turn), number(answers["ward"]), answers["name"], answers["phone"])
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: s.say("asklink.done")}, nil
		},
	}
}

func (s *Screens) wardChoices(ctx context.Context, _ bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	wards, err := s.Identity.Wards(ctx)
	var rows [][]bot.Button
	for _, ward := range wards {
		rows = append(rows, bot.Row(bot.Button{Label: ward.Name, Action: bot.Choice(id(ward.ID))}))
	}
	return rows, err
}

// consent shows what is kept and why to whoever was linked by a clerk.
func (s *Screens) consent(_ context.Context, _ bot.Turn) (bot.Reply, error) {
	return bot.Reply{Text: s.say("consent.text"), Buttons: [][]bot.Button{
		bot.Row(positive(s.button("agree", "consent", "yes")), s.button("disagree", "consent", "no"))}}, nil
}

func (s *Screens) consentAnswer(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if !turn.Speaker.Linked() {
		return s.welcome(ctx, turn)
	}
	if turn.Arg(0) != "yes" {
		return bot.Reply{Text: s.say("consent.refused"), Buttons: [][]bot.Button{
			bot.Row(positive(s.button("agree", "consent", "yes")))}}, nil
	}
	if err := s.Identity.Consent(ctx, turn.Speaker.Actor, ConsentVersion); err != nil {
		return bot.Reply{}, err
	}
	turn.Speaker.Consented = true
	return s.menu(ctx, turn)
}

func (s *Screens) unlink(_ context.Context, _ bot.Turn) (bot.Reply, error) {
	return bot.Reply{Text: s.say("unlink.ask"), Buttons: [][]bot.Button{
		bot.Row(negative(s.button("unlink_yes", "unlinkyes")), s.button("menu", "menu"))}}, nil
}

func (s *Screens) unlinkYes(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Arg(0) == "withdraw" {
		if err := s.Identity.WithdrawConsent(ctx, turn.Speaker.Actor); err != nil {
			return bot.Reply{}, err
		}
		return bot.Reply{Text: s.say("privacy.withdrawn")}, nil
	}
	if err := s.Identity.Unlink(ctx, turn.Speaker.Actor); err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: s.say("unlink.done")}, nil
}

func (s *Screens) stepUp(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "step_up", nil)
}

func (s *Screens) stepUpForm() *bot.Form {
	return &bot.Form{
		Name: "step_up", Fleeting: true,
		Steps: []bot.Step{{
			Name: "code", Ask: "step_up.ask",
			Read: func(ctx context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
				return "ok", s.Identity.StepUp(ctx, turn.Speaker.Actor, strings.ReplaceAll(strings.TrimSpace(input.Text), " ", ""))
			},
		}},
		Done: func(ctx context.Context, turn bot.Turn, _ bot.Answers) (bot.Reply, error) {
			reply := bot.Reply{Text: s.say("step_up.done"), Buttons: [][]bot.Button{
				bot.Row(s.button("runs", "runs"), s.button("pending", "pending"))}}
			// A notice that waits to be sent may be what the code was asked for.
			drafts, err := s.Notices.Drafts(ctx, turn.Speaker.Actor)
			if err != nil {
				return bot.Reply{}, err
			}
			if len(drafts) > 0 && drafts[0].StaffID == turn.Speaker.Actor.Staff {
				reply.Buttons = append([][]bot.Button{bot.Row(s.button("notice_see", "notice", id(drafts[0].ID)))}, reply.Buttons...)
			}
			_, unfinished, err := turn.Draft(ctx)
			if unfinished {
				reply.Buttons = append([][]bot.Button{bot.Row(positive(s.button("resume", bot.Resume())))}, reply.Buttons...)
			}
			return reply, err
		},
	}
}
