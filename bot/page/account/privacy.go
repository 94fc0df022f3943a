package account

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/identity"
)

// privacy shows everything that is held about a person, and who looked at it.
func (p *Page) privacy(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	data, err := p.Identity.Privacy.Mine(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{
		Title: p.Say("privacy.title"), Text: p.privacyLines(data), Protect: true,
		Buttons: [][]bot.Button{
			bot.Row(p.Button("details", "details"), p.Button("unlink", "unlink")),
			bot.Row(kit.Negative(p.Button("withdraw_consent", "unlinkyes", "withdraw")), p.Button("menu", "menu"))},
	}, nil
}

// privacyLines lists what is held, masked as it is, and the latest looks.
func (p *Page) privacyLines(data identity.MyData) string {
	lines := []string{p.Say("privacy.name", "name", data.Name), p.Say("profile.phone", "phone", kit.OrDash(data.Phone))}
	switch {
	case !data.BirthDate.IsZero():
		lines = append(lines, p.Say("profile.born", "born", data.BirthDate))
	case data.BirthYear > 0:
		lines = append(lines, p.Say("profile.born", "born", data.BirthYear))
	}
	if data.CitizenID != "" {
		lines = append(lines, p.Say("privacy.citizen_id", "number", data.CitizenID))
	}
	if data.BankAccount != "" {
		lines = append(lines, p.Say("privacy.bank", "bank", kit.OrDash(data.BankName), "number", data.BankAccount))
	}
	for _, post := range data.Posts {
		lines = append(lines, p.Say("profile.post", "title", post.Title, "branch", post.BranchName, "from", post.From))
	}
	lines = append(lines, p.Say("privacy.records", "payments", data.Payments, "changes", data.Changes, "cases",
		data.Cases, "messages", data.Deliveries))
	lines = append(lines, "", p.Say("privacy.accounts"))
	for _, account := range data.Accounts {
		if account.UnlinkedAt == nil {
			lines = append(lines, p.Say("privacy.account", "channel", p.Say("channel."+account.Channel), "at", account.LinkedAt))
		}
	}
	if n := len(data.Consents); n > 0 && data.Consents[n-1].WithdrawnAt == nil {
		lines = append(lines, p.Say("privacy.consent", "at", data.Consents[n-1].GivenAt))
	} else {
		lines = append(lines, p.Say("privacy.no_consent"))
	}
	lines = append(lines, "", p.Say("privacy.looks"))
	for i, look := range data.Lookers {
		if i == looksShown {
			break
		}
		lines = append(lines, p.Say("privacy.look", "at", look.At, "who", kit.OrDash(look.Name)))
	}
	if len(data.Lookers) == 0 {
		lines = append(lines, p.Say("privacy.no_looks"))
	}
	return strings.Join(lines, "\n")
}

// looksShown is how many of the latest looks fit a phone.
const looksShown = 5
