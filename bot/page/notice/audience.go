package notice

import (
	"context"
	"encoding/json"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
)

// audienceStep asks whom a notice is for: in their own words, or by a button.
func (p *Writing) audienceStep() bot.Step {
	return bot.Step{
		Name: "audience", Ask: "notice.audience", Example: "example.audience", Read: p.readAudience, Choices: p.audiences,
		Pick: true,
		Show: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
			audience, err := audienceKept(answers)
			if err != nil {
				return "", err
			}
			return p.Sending.audienceWords(ctx, turn.Speaker.Actor, audience)
		},
	}
}

func (p *Writing) audiences(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	directory, err := p.Notices.Audiences.Directory(ctx, turn.Speaker.Actor)
	rows := [][]bot.Button{bot.Row(kit.Choice(p.Say("notice.all"), "all"),
		kit.Choice(p.Say("notice.heads"), string(models.Head)), kit.Choice(p.Say("notice.deputies"), string(models.Deputy)))}
	return append(rows, kit.InRows(2, directory.Organizations, func(organization models.Organization) bot.Button {
		return kit.Choice(organization.BranchName, "org."+organization.Code)
	})...), err
}

// readAudience understands whom a notice is for. A word of which nothing is made
// is asked about: without it, others might be meant.
func (p *Writing) readAudience(ctx context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	audience := notice.Audience{}
	organization, byOrganization := strings.CutPrefix(input.Choice, "org.")
	switch {
	case input.Choice == "all":
	case byOrganization:
		audience.Organizations = []string{organization}
	case input.Choice != "":
		audience.Roles = []models.TermRole{models.TermRole(input.Choice)}
	default:
		var err error
		if audience, err = p.audienceSaid(ctx, turn, input.Text); err != nil {
			return "", err
		}
	}
	people, err := p.Notices.Audiences.Count(ctx, turn.Speaker.Actor, audience)
	if err != nil {
		return "", err
	}
	if people == 0 {
		return "", services.Invalid("audience_empty")
	}
	kept, err := json.Marshal(audience)
	return string(kept), err
}

func (p *Writing) audienceSaid(ctx context.Context, turn bot.Turn, text string) (notice.Audience, error) {
	directory, err := p.Notices.Audiences.Directory(ctx, turn.Speaker.Actor)
	if err != nil {
		return notice.Audience{}, err
	}
	names := make([]string, len(directory.Villages))
	for i, village := range directory.Villages {
		names[i] = village.Name
	}
	said := understand.ReadAudience(text, directory.Ward.Name, names)
	audience := notice.Audience{Organizations: said.Organizations, Unconfirmed: said.Unconfirmed}
	for _, role := range said.Roles {
		audience.Roles = append(audience.Roles, models.TermRole(role))
	}
	for _, i := range said.Villages {
		audience.Villages = append(audience.Villages, directory.Villages[i].ID)
	}
	narrowed := len(audience.Roles)+len(audience.Organizations)+len(audience.Villages) > 0 || audience.Unconfirmed != 0
	if len(said.Rest) > 0 {
		if narrowed || said.Everyone {
			return notice.Audience{}, services.Invalid("audience_words").With("words", strings.Join(said.Rest, ", "))
		}
		for _, name := range said.Rest {
			found, err := p.Roster.Find(ctx, turn.Speaker.Actor, name, 2)
			switch {
			case err != nil && services.KindOf(err) == services.KindInternal:
				return notice.Audience{}, err
			case err != nil || len(found) == 0 || !strings.Contains(found[0].Person.Folded, models.Fold(name)):
				return notice.Audience{}, services.Invalid("audience_words").With("words", name)
			case len(found) > 1:
				return notice.Audience{}, services.Invalid("audience_several").With("name", name)
			}
			audience.People = append(audience.People, found[0].Person.ID)
		}
		return audience, nil
	}
	if !narrowed && !said.Everyone {
		return notice.Audience{}, services.Invalid("audience_unclear")
	}
	return audience, nil
}

func audienceKept(answers bot.Answers) (audience notice.Audience, err error) {
	if err := json.Unmarshal([]byte(answers["audience"]), &audience); err != nil {
		return audience, services.Invalid("audience").Because(err)
	}
	return audience, nil
}
