package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
)

// paperSteps ask what stands on a decision besides its number.
func (p *Page) paperSteps(skip func(bot.Turn, bot.Answers) bool) []bot.Step {
	return []bot.Step{
		{
			Name: "decided", Ask: "officer.decided", Example: "example.from", Choices: p.NoneChoice,
			Read: kit.NoneOr(p.ReadDay), Show: p.OrNone("decided", kit.ShowDayOf), Skip: skip,
		},
		{
			Name: "signer", Ask: "officer.signer", Example: "example.signer", Choices: p.NoneChoice,
			Read: kit.NoneOr(readSigner), Show: p.OrNone("signer", kit.AsKept), Skip: skip, Free: true,
		},
	}
}

// acting completes a step that asks whether somebody holds a post for the time being.
func (p *Page) acting(step bot.Step) bot.Step {
	step.Name = "acting"
	return p.choice(step, 2, "acting.*_button", "no", "yes")
}

// readDecision reads a decision's number; readSigner who signed it, with or
// without what they are.
var readDecision, readSigner = readShort(60), readShort(80)

func readShort(limit int) kit.Reading {
	return func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
		text, err := kit.ReadSentence(input)
		if err == nil && len([]rune(text)) > limit {
			return "", services.Invalid("decision_long")
		}
		return text, err
	}
}

// citing is what is said of the decision that a request cites.
type citing struct {
	Decision string      `answer:",none"`
	Decided  models.Date `answer:",none"`
	Signer   string      `answer:",none"`
}

// paper is the decision; cited the reverse.
func (c citing) paper() roster.Decision {
	if c.Decision == "" {
		return roster.Decision{}
	}
	return roster.Decision{Number: c.Decision, Date: c.Decided, Signer: c.Signer}
}

func cited(paper roster.Decision) citing {
	return citing{Decision: paper.Number, Decided: paper.Date, Signer: paper.Signer}
}
