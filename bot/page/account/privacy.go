package account

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/identity"
)

// privacy shows everything that is held about a person, and who looked at it.
func (p *Page) privacy(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	data, err := p.Identity.Privacy.Mine(ctx, turn.Speaker.Actor)
	lines := p.Private(p.Say("privacy.title"))
	p.privacyLines(lines, data)
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
	lines.SayIf(data.BankAccount != "", "privacy.bank", "bank", kit.OrDash(data.BankName), "number", data.BankAccount)
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
	for _, look := range data.Lookers[:min(len(data.Lookers), looksShown)] {
		lines.Say("privacy.look", "at", look.At, "who", kit.OrDash(look.Name))
	}
	lines.SayIf(len(data.Lookers) == 0, "privacy.no_looks")
}

// looksShown is how many of the latest looks fit a phone.
const looksShown = 5
