package dialog

import (
	"canbobot/bot"
	"canbobot/services"
)

// step finds a question of the form by its name; nil for none.
func (e *event) step(name string) *bot.Step {
	for i := range e.form.Steps {
		if e.form.Steps[i].Name == name {
			return &e.form.Steps[i]
		}
	}
	return nil
}

func (e *event) skips(step *bot.Step) bool {
	return step.Skip != nil && step.Skip(e.turn, e.draft.Answers)
}

// before is the last answered question before a step that may be opened again;
// nil for none.
func (e *event) before(name string) *bot.Step {
	var last *bot.Step
	for i := range e.form.Steps {
		step := &e.form.Steps[i]
		if step.Name == name {
			break
		}
		if _, answered := e.draft.Answers[step.Name]; answered && !e.draft.Answers.Fixed(step.Name) && !e.skips(step) {
			last = step
		}
	}
	return last
}

// mends is the question that must be asked again after a refusal; nil when no
// answer can mend it.
func (e *event) mends(err error) *bot.Step {
	step := e.step(e.form.Mends[services.CodeOf(err)])
	if step != nil && !e.draft.Answers.Fixed(step.Name) && !e.skips(step) {
		return step
	}
	if services.KindOf(err) != services.KindInvalid {
		return nil
	}
	return e.before(bot.Confirming)
}

// keep puts what was said beside the answers until its question comes up.
func (e *event) keep(said bot.Said) {
	for step, input := range said {
		switch {
		case input.Choice != "":
			e.draft.Answers[signSaid+step] = "c" + input.Choice
		case input.Text != "":
			e.draft.Answers[signSaid+step] = "t" + input.Text
		}
	}
}

// said is what was said of a step before it was asked.
func (e *event) said(step string) (bot.Input, bool) {
	kept := e.draft.Answers[signSaid+step]
	if kept == "" {
		return bot.Input{}, false
	}
	if kept[0] == 'c' {
		return bot.Input{Choice: kept[1:]}, true
	}
	return bot.Input{Text: kept[1:]}, true
}
