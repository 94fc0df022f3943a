package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services/identity"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// branch shows who holds which post; an officer of several branches reads all.
func (s *Screens) branch(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	var ids []int64
	if chosen := number(turn.Arg(0)); chosen != 0 {
		ids = []int64{chosen}
	} else {
		if err := inPost(turn); err != nil {
			return bot.Reply{}, err
		}
		posts, err := s.Roster.Posts(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Person, s.today())
		if err != nil {
			return bot.Reply{}, err
		}
		for _, post := range posts {
			ids = append(ids, post.Branch.ID)
		}
	}
	var blocks []string
	reply := bot.Reply{Protect: true}
	for _, branchID := range ids {
		view, err := s.Roster.Branch(ctx, turn.Speaker.Actor, branchID)
		if err != nil {
			return bot.Reply{}, err
		}
		blocks = append(blocks, s.branchBlock(view))
		if turn.Speaker.Actor.IsStaff() {
			reply.Buttons = append(reply.Buttons, bot.Row(s.button("change", "change", id(branchID)), s.button("leave", "leave", id(branchID))),
				bot.Row(s.button("past", "past", "branch", id(branchID))))
		}
	}
	reply.Text = strings.Join(blocks, "\n\n")
	if !turn.Speaker.Actor.IsStaff() {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("change", "change"), s.button("leave", "leave")))
	}
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply, nil
}

func (s *Screens) branchBlock(view roster.BranchView) string {
	lines := []string{s.say("branch.head", "branch", view.Branch.Name)}
	held := map[models.TermRole]bool{}
	for _, post := range view.Posts {
		held[post.Term.Role] = true
		key := "branch.post"
		if post.Term.Acting {
			key = "branch.acting"
		}
		lines = append(lines, s.say(key, "title", post.Term.Title, "name", post.Person.Name,
			"phone", orDash(vn.FormatPhone(post.Person.Phone)), "from", post.Term.From))
	}
	for _, role := range []models.TermRole{models.Head, models.Deputy} {
		if title := view.Organization.TitleOf(role); !held[role] && title != "" {
			lines = append(lines, s.say("branch.vacant", "title", title))
		}
	}
	return strings.Join(lines, "\n")
}

// profile shows what the roster holds about the person who asks.
func (s *Screens) profile(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	actor := turn.Speaker.Actor
	person, err := s.Roster.Person(ctx, actor, actor.Person)
	if err != nil {
		return bot.Reply{}, err
	}
	posts, err := s.Roster.Posts(ctx, actor, actor.Person, s.today())
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{
		Title: person.Name, Text: s.personLines(person, posts), Protect: true,
		Buttons: [][]bot.Button{
			bot.Row(s.button("phone", "phone"), s.button("bank", "bank")),
			bot.Row(s.button("details", "details"), s.button("mine", "mine")),
			bot.Row(s.button("privacy", "privacy"), s.button("menu", "menu"))},
	}, nil
}

func (s *Screens) personLines(person models.Person, posts []roster.Post) string {
	var lines []string
	for _, post := range posts {
		lines = append(lines, s.say("profile.post", "title", post.Term.Title, "branch", post.Branch.Name, "from", post.Term.From))
	}
	if len(posts) == 0 {
		lines = append(lines, s.say("profile.no_post"))
	}
	lines = append(lines, s.say("profile.phone", "phone", orDash(vn.FormatPhone(person.Phone))))
	switch {
	case !person.BirthDate.IsZero():
		lines = append(lines, s.say("profile.born", "born", person.BirthDate))
	case person.BirthYear > 0:
		lines = append(lines, s.say("profile.born", "born", person.BirthYear))
	}
	if person.BankTail != "" {
		lines = append(lines, s.say("profile.bank", "bank", person.BankName, "tail", person.BankTail))
	} else {
		lines = append(lines, s.say("profile.no_bank"))
	}
	return strings.Join(lines, "\n")
}

// privacy shows everything that is held about a person, and who looked at it.
func (s *Screens) privacy(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	data, err := s.Identity.Privacy(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{
		Title: s.say("privacy.title"), Text: s.privacyLines(data), Protect: true,
		Buttons: [][]bot.Button{
			bot.Row(s.button("details", "details"), s.button("unlink", "unlink")),
			bot.Row(negative(s.button("withdraw_consent", "unlinkyes", "withdraw")), s.button("menu", "menu"))},
	}, nil
}

// privacyLines lists what is held, masked as it is, and the latest looks.
func (s *Screens) privacyLines(data identity.MyData) string {
	lines := []string{s.say("privacy.name", "name", data.Name), s.say("profile.phone", "phone", orDash(data.Phone))}
	switch {
	case !data.BirthDate.IsZero():
		lines = append(lines, s.say("profile.born", "born", data.BirthDate))
	case data.BirthYear > 0:
		lines = append(lines, s.say("profile.born", "born", data.BirthYear))
	}
	if data.CitizenID != "" {
		lines = append(lines, s.say("privacy.citizen_id", "number", data.CitizenID))
	}
	if data.BankAccount != "" {
		lines = append(lines, s.say("privacy.bank", "bank", orDash(data.BankName), "number", data.BankAccount))
	}
	for _, post := range data.Posts {
		lines = append(lines, s.say("profile.post", "title", post.Title, "branch", post.BranchName, "from", post.From))
	}
	lines = append(lines, s.say("privacy.records", "payments", data.Payments, "changes", data.Changes, "cases", data.Cases, "messages", data.Deliveries))
	lines = append(lines, "", s.say("privacy.accounts"))
	for _, account := range data.Accounts {
		if account.UnlinkedAt == nil {
			lines = append(lines, s.say("privacy.account", "channel", s.say("channel."+account.Channel), "at", account.LinkedAt))
		}
	}
	if n := len(data.Consents); n > 0 && data.Consents[n-1].WithdrawnAt == nil {
		lines = append(lines, s.say("privacy.consent", "at", data.Consents[n-1].GivenAt))
	} else {
		lines = append(lines, s.say("privacy.no_consent"))
	}
	lines = append(lines, "", s.say("privacy.looks"))
	for i, look := range data.Lookers {
		if i == looksShown {
			break
		}
		lines = append(lines, s.say("privacy.look", "at", look.At, "who", orDash(look.Name)))
	}
	if len(data.Lookers) == 0 {
		lines = append(lines, s.say("privacy.no_looks"))
	}
	return strings.Join(lines, "\n")
}

// looksShown is how many of the latest looks fit a phone.
const looksShown = 5
