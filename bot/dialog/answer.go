package dialog

import (
	"context"
	"strconv"
	"strings"

	"canbobot/bot"
	"canbobot/services"
)

// advance goes to the first open question, keeps the draft and asks; with none
// left it shows the summary, or sends where the form has no summary. What was
// said before answers its question, and is told back.
func (e *event) advance(ctx context.Context) (bot.Reply, error) {
	e.draft.Step = bot.Confirming
	var heard []string
	mentioned := ""
	for i := range e.form.Steps {
		step := &e.form.Steps[i]
		if _, answered := e.draft.Answers[step.Name]; answered || e.skips(step) {
			continue
		}
		input, said := e.said(step.Name)
		if !said {
			e.draft.Step = step.Name
			break
		}
		delete(e.draft.Answers, signSaid+step.Name)
		value, err := e.read(ctx, step, input)
		if err != nil && !mendable(err) {
			return bot.Reply{}, err
		}
		if err != nil {
			e.draft.Step, mentioned = step.Name, input.Text
			break
		}
		e.draft.Answers[step.Name] = value
		if shown, err := e.show(ctx, step); err != nil {
			return bot.Reply{}, err
		} else if shown != "" {
			heard = append(heard, shown)
		}
	}
	if e.draft.Step == bot.Confirming && e.form.Confirm == nil {
		return e.finish(ctx)
	}
	if err := e.save(ctx); err != nil {
		return bot.Reply{}, err
	}
	complete := e.draft.Step == bot.Confirming // ask may open a question again
	reply, err := e.ask(ctx)
	if err != nil || complete {
		return reply, err
	}
	if mentioned != "" {
		reply.Text = e.say("form.mentioned", bot.Fields{"text": mentioned}) + "\n\n" + reply.Text
	}
	if len(heard) > 0 {
		reply.Text = e.say("form.heard", bot.Fields{"answers": strings.Join(heard, "; ")}) + "\n\n" + reply.Text
	}
	return reply, nil
}

// mendable reports whether another answer can mend a refusal.
func mendable(err error) bool {
	kind := services.KindOf(err)
	return kind == services.KindInvalid || kind == services.KindTooMany
}

// labelled is the choice whose label a text repeats; empty for none.
func labelled(choices []bot.Button, text string) string {
	for _, choice := range choices {
		if typed := bot.Fold(text); typed != "" && typed == bot.Fold(choice.Label) {
			return choice.Action.Value()
		}
	}
	return ""
}

// repeatsChoice reports whether a text is the label of an offered choice:
// "Không cần" is then no wish to give up.
func (e *event) repeatsChoice(ctx context.Context) (bool, error) {
	step := e.step(e.draft.Step)
	if step == nil {
		return false, nil
	}
	rows, err := e.choices(ctx, step)
	for _, row := range rows {
		if labelled(row, e.turn.In.Text) != "" {
			return true, err
		}
	}
	return false, err
}

// read is the step's own reading; a text that repeats a choice's label, or
// stands for its number, is the choice.
func (e *event) read(ctx context.Context, step *bot.Step, input bot.Input) (string, error) {
	var choices []bot.Button
	if input.Text != "" {
		rows, err := e.choices(ctx, step)
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			choices = append(choices, row...)
		}
	}
	if choice := labelled(choices, input.Text); choice != "" {
		return step.Read(ctx, e.turn, e.draft.Answers, bot.Input{Choice: choice})
	}
	if step.Pick {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(input.Text), "."))
		if err == nil && n >= 1 && n <= len(choices) {
			return step.Read(ctx, e.turn, e.draft.Answers, bot.Input{Choice: choices[n-1].Action.Value()})
		}
	}
	return step.Read(ctx, e.turn, e.draft.Answers, input)
}

// answer feeds what the person did to the current question.
func (e *event) answer(ctx context.Context, input bot.Input) (bot.Reply, error) {
	step := e.step(e.draft.Step)
	if step == nil { // waiting for the send button, or rebuilt
		return e.ask(ctx)
	}
	value, err := e.read(ctx, step, input)
	if err != nil {
		return e.again(ctx, err)
	}
	return e.take(ctx, step, value)
}

// take keeps an answer, and those after it that still hold.
func (e *event) take(ctx context.Context, step *bot.Step, value string) (bot.Reply, error) {
	delete(e.draft.Answers, signOffered+step.Name)
	old, had := e.draft.Answers[step.Name]
	e.draft.Answers[step.Name] = value
	if !had || old != value {
		if err := e.reread(ctx, step); err != nil {
			return bot.Reply{}, err
		}
	}
	return e.advance(ctx)
}

// reread drops the answers after a step that do not hold any more.
func (e *event) reread(ctx context.Context, changed *bot.Step) error {
	after := false
	for i := range e.form.Steps {
		step := &e.form.Steps[i]
		kept, answered := e.draft.Answers[step.Name]
		switch {
		case step == changed:
			after = true
		case !after || !answered:
		case e.skips(step):
			delete(e.draft.Answers, step.Name)
		case step.Follows:
			delete(e.draft.Answers, step.Name)
			value, err := step.Read(ctx, e.turn, e.draft.Answers, bot.Input{Choice: kept})
			if err != nil && !mendable(err) {
				return err
			}
			if err == nil {
				e.draft.Answers[step.Name] = value
			}
		}
	}
	return nil
}

// finish does what the form is for. A refusal leaves the draft, so that nothing
// typed is lost, and asks again what can mend it.
func (e *event) finish(ctx context.Context) (bot.Reply, error) {
	reply, err := e.form.Done(ctx, e.turn, e.draft.Answers)
	if err != nil {
		if services.IsRepeated(err) {
			if dropped := e.drop(ctx); dropped != nil {
				return bot.Reply{}, dropped
			}
			return bot.Reply{}, err
		}
		switch {
		case e.form.Fleeting:
			return bot.Reply{}, err
		case services.CodeOf(err) == "step_up": // what was typed last goes on with the rest
			e.draft.Step = bot.Confirming
			if err := e.save(ctx); err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{}, err
		case e.form.Confirm == nil:
			return bot.Reply{}, err
		}
		return e.reopen(ctx, err)
	}
	e.position.Ended = e.turn.Speaker.Actor.Event
	return reply, e.drop(ctx)
}

// back opens the question before the current one again. The answers after it
// are kept: take drops those that do not hold any more.
func (e *event) back(ctx context.Context) (bot.Reply, error) {
	last := e.before(e.draft.Step)
	if last == nil {
		reply, err := e.ask(ctx)
		return lead(reply, e.say("form.first", nil)), err
	}
	e.draft.Step = last.Name
	if err := e.save(ctx); err != nil {
		return bot.Reply{}, err
	}
	return e.ask(ctx)
}

func (e *event) cancel(ctx context.Context) (bot.Reply, error) {
	if err := e.drop(ctx); err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{
		Text:    e.say("form.cancelled", nil),
		Buttons: [][]bot.Button{bot.Row(bot.Button{Label: e.say("button.menu", nil), Action: bot.Act("menu")})},
	}, nil
}
