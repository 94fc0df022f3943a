package account

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
)

// asking is what somebody says of themselves who has no code.
type asking struct {
	Ward        int64
	Name, Phone string
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
		Confirm: kit.With(func(_ context.Context, _ bot.Turn, one asking) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("asklink.confirm", "name", one.Name, "phone", kit.Unlisted(one.Phone))}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, one asking) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("asklink.done")},
				p.Identity.Requests.Ask(ctx, chat(turn), one.Ward, one.Name, one.Phone)
		}),
	}
}

func (p *Page) wardChoices(ctx context.Context, _ bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	wards, err := p.Identity.Wards(ctx)
	return kit.InRows(1, wards, func(ward models.Ward) bot.Button { return kit.Choice(ward.Name, kit.ID(ward.ID)) }), err
}
