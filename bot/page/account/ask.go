package account

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vn"
)

func (p *Page) askLink(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return turn.Begin(ctx, "asklink", nil)
}

// askLinkForm is the way in without a code: ward, name and number, then the
// clerk calls. The answer is the same whether the roster knows them or not.
func (p *Page) askLinkForm() *bot.Form {
	return &bot.Form{
		Name: "asklink",
		Open: true,
		Steps: []bot.Step{
			{
				Name: "ward", Ask: "asklink.ward", Choices: p.wardChoices, Show: kit.ShowChoice("ward", p.wardChoices), Pick: true,
				Read: func(ctx context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
					wards, err := p.Identity.Wards(ctx)
					if err != nil {
						return "", err
					}
					for _, ward := range wards {
						if input.Choice == kit.ID(ward.ID) ||
							(input.Text != "" && strings.HasSuffix(models.Fold(input.Text), models.Fold(ward.Name))) {
							return kit.ID(ward.ID), nil
						}
					}
					return "", services.Invalid("choice")
				},
			},
			{Name: "name", Ask: "asklink.name", Example: "example.name", Read: kit.ReadName, Show: kit.AsKept("name"),
				Free: true},
			{
				Name: "phone", Ask: "asklink.phone", Example: "example.phone", AskContact: true, Show: kit.ShowPhone("phone"),
				Read: kit.ReadPhone,
			},
		},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("asklink.confirm", "name", answers["name"], "phone",
				vn.FormatPhone(answers["phone"]))}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			err := p.Identity.Requests.Ask(ctx, chat(turn), kit.Number(answers["ward"]), answers["name"], answers["phone"])
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: p.Say("asklink.done")}, nil
		},
	}
}

func (p *Page) wardChoices(ctx context.Context, _ bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	wards, err := p.Identity.Wards(ctx)
	var rows [][]bot.Button
	for _, ward := range wards {
		rows = append(rows, bot.Row(bot.Button{Label: ward.Name, Action: bot.Choice(kit.ID(ward.ID))}))
	}
	return rows, err
}
