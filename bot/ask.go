package bot

import (
	"context"
	"strings"

	"canbobot/services"
)

// show writes a kept answer as people read it; empty for none to be seen.
func show(ctx context.Context, turn Turn, step *Step, answers Answers) (string, error) {
	if step.Show == nil || answers[step.Name] == "" {
		return "", nil
	}
	return step.Show(ctx, turn, answers)
}

// ask puts the draft's current question, or its summary.
func (r *formRunner) ask(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, error) {
	return r.put(ctx, turn, form, draft, !turn.Speaker.Brief)
}

// put is ask, with or without the question's example.
func (r *formRunner) put(ctx context.Context, turn Turn, form *Form, draft Draft, example bool) (Reply, error) {
	last := []Button{{Label: r.say("form.cancel", nil), Action: Act(verbCancel)}}
	if form.before(draft.Step, turn, draft.Answers) != nil {
		last = append([]Button{{Label: r.say("form.back", nil), Action: Act(verbBack)}}, last...)
	}
	if draft.Step == Confirming {
		reply, err := form.Confirm(ctx, turn, draft.Answers)
		if err != nil {
			return r.reopen(ctx, turn, form, draft, err)
		}
		last[len(last)-1].Style = Negative
		reply.Buttons = append(reply.Buttons,
			Row(Button{Label: r.say("form.send", nil), Action: Act(verbSend, form.Name), Style: Positive}), last)
		return reply, nil
	}
	step := form.step(draft.Step)
	if step == nil { // the form was rebuilt since the draft was kept
		return r.advance(ctx, turn, form, draft)
	}
	var fields Fields
	if step.Fields != nil {
		var err error
		if fields, err = step.Fields(ctx, turn, draft.Answers); err != nil {
			return Reply{}, err
		}
	}
	reply := Reply{Text: r.say(step.Ask, fields)}
	if step.Example != "" && example {
		reply.Text += " " + r.say(step.Example, nil)
	}
	rows, err := r.choices(ctx, turn, draft, step)
	if err != nil {
		return Reply{}, err
	}
	for _, row := range rows {
		drawn := make([]Button, len(row))
		for i, choice := range row {
			choice.Action = Act(verbAnswer, form.Name, step.Name, choice.Action.Value())
			drawn[i] = choice
		}
		reply.Buttons = append(reply.Buttons, drawn)
	}
	kept, err := show(ctx, turn, step, draft.Answers)
	if err != nil {
		return Reply{}, err
	}
	if kept != "" {
		reply.Text += "\n" + r.say("form.kept", Fields{"answer": kept})
		reply.Buttons = append(reply.Buttons, Row(Button{Label: r.say("form.keep", nil), Action: Act(verbKeep, form.Name, step.Name)}))
	}
	reply.Buttons = append(reply.Buttons, last)
	if step.AskContact {
		reply.AskContact = r.say("form.contact", nil)
	}
	return reply, nil
}

func (r *formRunner) choices(ctx context.Context, turn Turn, draft Draft, step *Step) ([][]Button, error) {
	if step.Choices == nil {
		return nil, nil
	}
	return step.Choices(ctx, turn, draft.Answers)
}

// again repeats the question, with an example, after a refusal that another
// answer can mend. Words that ask for something else are offered as that.
func (r *formRunner) again(ctx context.Context, turn Turn, form *Form, draft Draft, err error) (Reply, error) {
	if !mendable(err) {
		return Reply{}, err
	}
	reply, askErr := r.put(ctx, turn, form, draft, true)
	if askErr != nil {
		return Reply{}, askErr
	}
	if button, ok := r.wish(turn, form); ok && !nearly(err) {
		return r.offer(reply, button, "form.elsewhere"), nil
	}
	reply.Text = r.dispatcher.refusal(err) + "\n\n" + reply.Text
	return reply, nil
}

// reopen asks again what a refused form can be mended by; without such a
// question it returns the refusal.
func (r *formRunner) reopen(ctx context.Context, turn Turn, form *Form, draft Draft, err error) (Reply, error) {
	step := form.mends(err, turn, draft.Answers)
	if step == nil {
		return Reply{}, err
	}
	draft.Step = step.Name
	delete(draft.Answers, step.Name)
	if err := r.save(ctx, turn, form, draft); err != nil {
		return Reply{}, err
	}
	reply, askErr := r.put(ctx, turn, form, draft, true)
	if askErr != nil {
		return Reply{}, askErr
	}
	return lead(reply, r.dispatcher.refusal(err)), nil
}

// attach gives a file to the form, and repeats the question.
func (r *formRunner) attach(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, error) {
	words, err := form.Attach(ctx, turn, draft.Answers)
	if err != nil && !mendable(err) {
		return Reply{}, err
	}
	if err != nil {
		words = r.dispatcher.refusal(err)
	}
	if err := r.save(ctx, turn, form, draft); err != nil {
		return Reply{}, err
	}
	reply, err := r.ask(ctx, turn, form, draft)
	if err != nil {
		return Reply{}, err
	}
	return lead(reply, words), nil
}

// wish is the button to what a text in a form surely asks for besides.
func (r *formRunner) wish(turn Turn, form *Form) (Button, bool) {
	meaning := turn.Meaning
	if meaning.Confidence < plain || !turn.Speaker.Linked() || !turn.Speaker.Consented {
		return Button{}, false
	}
	switch meaning.Intent {
	case Unknown, Menu, Help, Cancel, Back, form.Intent, WardFind: // a name alone is looked for
		return Button{}, false
	}
	return r.dispatcher.Book.Choice(turn, meaning.Intent)
}

// nearly reports whether a refusal knows what is wrong with an answer of the
// right kind: phone_landline, not phone.
func nearly(err error) bool { return strings.Contains(services.CodeOf(err), "_") }

// offer puts a way to something else before a question.
func (r *formRunner) offer(reply Reply, button Button, key string) Reply {
	reply = lead(reply, r.say(key, Fields{"label": button.Label}))
	reply.Buttons = append([][]Button{Row(button)}, reply.Buttons...)
	return reply
}

// lead puts words above everything that a reply says.
func lead(reply Reply, words string) Reply {
	if reply.Title != "" {
		words, reply.Title = words+"\n\n"+reply.Title, ""
	} else {
		words += "\n"
	}
	reply.Text = strings.TrimSpace(words + "\n" + reply.Text)
	return reply
}
