package account

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
	"canbobot/services/identity"
)

// privacy shows everything that is held about a person, and who looked at it.
func (p *Page) privacy(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	data, err := p.Identity.Privacy.Mine(ctx, turn.Speaker.Actor)
	lines := p.Private(p.Say("privacy.title"))
	p.privacyLines(lines, data)
	lines.RowIf(turn.Speaker.Actor.Role == services.Officer, p.Button("rights", "rights"))
	lines.RowIf(turn.Speaker.Actor.IsStaff(), p.Button("whoami", "whoami"))
	lines.Row(p.Button("details", "details"), p.Button("unlink", "unlink"))
	return lines.End(kit.Negative(p.Button("withdraw_consent", "unconsent"))), err
}

// privacyLines list what is held, masked as it is, and the latest looks.
func (p *Page) privacyLines(lines *kit.Lines, data identity.MyData) {
	lines.Say("privacy.name", "name", data.Name)
	lines.Say("profile.phone", "phone", kit.OrDash(data.Phone))
	switch {
	case !data.BirthDate.IsZero():
		lines.Say("profile.born", "born", data.BirthDate)
	case data.BirthYear > 0:
		lines.Say("profile.born", "born", data.BirthYear)
	}
	lines.SayIf(data.CitizenID != "", "privacy.citizen_id", "number", data.CitizenID)
	if data.BankAccount != "" || data.PayWay != "" {
		lines.PaidTo(data.Destination)
	}
	for _, post := range data.Posts {
		lines.Say("profile.post", "title", post.Title, "branch", post.BranchName, "from", post.From)
	}
	lines.Say("privacy.records", "payments", data.Payments, "changes", data.Changes, "cases", data.Cases, "messages",
		data.Deliveries)
	lines.Add("", p.Say("privacy.accounts"))
	for _, account := range data.Accounts {
		lines.SayIf(account.UnlinkedAt == nil, "privacy.account", "channel", p.Say("channel."+account.Channel), "at",
			account.LinkedAt)
	}
	if n := len(data.Consents); n > 0 && data.Consents[n-1].WithdrawnAt == nil {
		lines.Say("privacy.consent", "at", data.Consents[n-1].GivenAt)
	} else {
		lines.Say("privacy.no_consent")
	}
	lines.Add("", p.Say("privacy.looks"))
	p.lookLines(lines, data.Looks)
	lines.SayIf(data.AllLooks == 0, "privacy.no_looks")
	lines.RowIf(data.AllLooks > int64(len(data.Looks)), p.Button("looks", "looks"))
}

// looks lists everything that others saw of what is the person's, and did to it.
func (p *Page) looks(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	offset, back := kit.Offset(turn.Arg(0)), p.Button("privacy", "privacy")
	looks, total, err := p.Identity.Privacy.Looks(ctx, turn.Speaker.Actor, offset, kit.Listed)
	if err != nil || total == 0 {
		return p.Tell(p.Say("privacy.no_looks"), back), err
	}
	lines := p.Private(p.Say("privacy.looks_title", "count", total))
	p.lookLines(lines, looks)
	lines.More(kit.Next(offset, len(looks), total), "looks")
	return lines.End(back), nil
}

// lookLines say who it was, when, and what they did, as the journal's story does.
func (p *Page) lookLines(lines *kit.Lines, looks []identity.Look) {
	for _, look := range looks {
		who, role := look.Name, string(look.Role)
		if look.Role == services.Stranger {
			role = "stranger"
		}
		if who == "" {
			who = p.Say("story.role." + role)
		} else {
			who = p.Say("privacy.who", "name", who, "role", p.Say("story.role."+role))
		}
		lines.Say("privacy.look", "at", look.At, "who", who, "what",
			p.Say("story.action."+strings.ReplaceAll(look.Action, ".", "_")))
	}
}
