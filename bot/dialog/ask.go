package dialog

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/services"
)

// show writes a kept answer as people read it; empty for none to be seen.
func (e *event) show(ctx context.Context, step *bot.Step) (string, error) {
	if step.Show == nil || e.draft.Answers[step.Name] == "" {
		return "", nil
	}
	return step.Show(ctx, e.turn, e.draft.Answers)
}

// ask puts the draft's current question, or its summary.
func (e *event) ask(ctx context.Context) (bot.Reply, error) {
	return e.put(ctx, !e.turn.Speaker.Brief)
}

// put is ask, with or without the question's example.
func (e *event) put(ctx context.Context, example bool) (bot.Reply, error) {
	last := []bot.Button{{Label: e.say("form.cancel", nil), Action: bot.Act(bot.GiveUp())}}
	if e.before(e.draft.Step) != nil {
		last = append([]bot.Button{{Label: e.say("form.back", nil), Action: bot.Act(verbBack)}}, last...)
	}
	if e.draft.Step == bot.Confirming {
		reply, err := e.form.Confirm(ctx, e.turn, e.draft.Answers)
		if err != nil {
			return e.reopen(ctx, err)
		}
		last[len(last)-1].Style = bot.Negative
		reply.Buttons = append(reply.Buttons,
			bot.Row(bot.Button{Label: e.say("form.send", nil), Action: bot.Send(e.form.Name), Style: bot.Positive}),
			last)
		return reply, nil
	}
	step := e.step(e.draft.Step)
	if step == nil { // the form was rebuilt since the draft was kept
		return e.advance(ctx)
	}
	var fields bot.Fields
	if step.Fields != nil {
		var err error
		if fields, err = step.Fields(ctx, e.turn, e.draft.Answers); err != nil {
			return bot.Reply{}, err
		}
	}
	reply := bot.Reply{Text: e.say(step.Ask, fields)}
	if step.Example != "" && example {
		reply.Text += " " + e.say(step.Example, nil)
	}
	rows, err := e.choices(ctx, step)
	if err != nil {
		return bot.Reply{}, err
	}
	for _, row := range rows {
		drawn := make([]bot.Button, len(row))
		for i, choice := range row {
			choice.Action = bot.Act(verbAnswer, e.form.Name, step.Name, choice.Action.Value())
			drawn[i] = choice
		}
		reply.Buttons = append(reply.Buttons, drawn)
	}
	kept, err := e.show(ctx, step)
	if err != nil {
		return bot.Reply{}, err
	}
	if kept != "" {
		reply.Text += "\n" + e.say("form.kept", bot.Fields{"answer": kept})
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: e.say("form.keep", nil),
			Action: bot.Act(verbKeep, e.form.Name, step.Name)}))
	}
	reply.Buttons = append(reply.Buttons, last)
	if step.AskContact {
		reply.AskContact = e.say("form.contact", nil)
	}
	return reply, nil
}

func (e *event) choices(ctx context.Context, step *bot.Step) ([][]bot.Button, error) {
	if step.Choices == nil {
		return nil, nil
	}
	return step.Choices(ctx, e.turn, e.draft.Answers)
}

// again repeats the question, with an example, after a refusal that another
// answer can mend. Words that ask for something else are offered as that.
func (e *event) again(ctx context.Context, err error) (bot.Reply, error) {
	if !mendable(err) {
		return bot.Reply{}, err
	}
	reply, askErr := e.put(ctx, true)
	if askErr != nil {
		return bot.Reply{}, askErr
	}
	if button, ok := e.wish(); ok && !nearly(err) {
		return e.offer(reply, button, "form.elsewhere"), nil
	}
	reply.Text = e.refusal(err) + "\n\n" + reply.Text
	return reply, nil
}

// reopen asks again what a refused form can be mended by; without such a
// question it returns the refusal.
func (e *event) reopen(ctx context.Context, err error) (bot.Reply, error) {
	step := e.mends(err)
	if step == nil {
		return bot.Reply{}, err
	}
	e.draft.Step = step.Name
	delete(e.draft.Answers, step.Name)
	if err := e.save(ctx); err != nil {
		return bot.Reply{}, err
	}
	reply, askErr := e.put(ctx, true)
	if askErr != nil {
		return bot.Reply{}, askErr
	}
	return lead(reply, e.refusal(err)), nil
}

// attach gives a file to the form, and repeats the question.
func (e *event) attach(ctx context.Context) (bot.Reply, error) {
	words, err := e.form.Attach(ctx, e.turn, e.draft.Answers)
	if err != nil && !mendable(err) {
		return bot.Reply{}, err
	}
	if err != nil {
		words = e.refusal(err)
	}
	if err := e.save(ctx); err != nil {
		return bot.Reply{}, err
	}
	reply, err := e.ask(ctx)
	if err != nil {
		return bot.Reply{}, err
	}
	return lead(reply, words), nil
}

// plain is the confidence from which words in a form are offered as something
// else where they are no answer.
const plain = 0.8

// wish is the button to what a text in a form surely asks for besides.
func (e *event) wish() (bot.Button, bool) {
	meaning := e.turn.Meaning
	if meaning.Confidence < plain || !e.turn.Speaker.Linked() || !e.turn.Speaker.Consented {
		return bot.Button{}, false
	}
	switch meaning.Intent {
	case bot.Unknown, bot.Menu, bot.Help, bot.Cancel, bot.Back, e.form.Intent, bot.WardFind: // a name alone is looked for
		return bot.Button{}, false
	}
	return e.Book.Choice(e.turn, meaning.Intent)
}

// nearly reports whether a refusal knows what is wrong with an answer of the
// right kind: phone_landline, not phone.
func nearly(err error) bool { return strings.Contains(services.CodeOf(err), "_") }

// offer puts a way to something else before a question.
func (e *event) offer(reply bot.Reply, button bot.Button, key string) bot.Reply {
	reply = lead(reply, e.say(key, bot.Fields{"label": button.Label}))
	reply.Buttons = append([][]bot.Button{bot.Row(button)}, reply.Buttons...)
	return reply
}

// lead puts words above everything that a reply says.
func lead(reply bot.Reply, words string) bot.Reply {
	if reply.Title != "" {
		words, reply.Title = words+"\n\n"+reply.Title, ""
	} else {
		words += "\n"
	}
	reply.Text = strings.TrimSpace(words + "\n" + reply.Text)
	return reply
}
