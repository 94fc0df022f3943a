package dialog

import (
	"context"
	"time"

	"canbobot/bot"
)

// silence is how long somebody must have been away from a form to be told where
// they were before their words are taken for an answer.
const silence = 30 * time.Minute

func (e *event) silent() bool {
	return e.position.At > 0 && e.turn.Now.Sub(time.Unix(e.position.At, 0)) >= silence
}

// afterSilence tells somebody who comes back where they were. Only what is
// clearly an answer is taken for one: it has the shape that the question asks
// for, and asks for nothing else. Words that would answer a question to which
// nearly any words are an answer are offered as one. A fleeting question is
// forgotten instead, and the text is a new one: not handled.
func (e *event) afterSilence(ctx context.Context) (bot.Reply, bool, error) {
	step := e.step(e.draft.Step)
	if step == nil {
		reply, err := e.whereWas(ctx)
		return reply, true, err
	}
	input := bot.Input{Text: e.turn.In.Text, Contact: e.turn.In.Contact}
	wish, wished := e.wish()
	var value string
	var err error
	if !step.Free || !e.form.Fleeting {
		value, err = e.read(ctx, step, input)
	}
	switch {
	case err != nil && !mendable(err):
		return bot.Reply{}, true, err
	case err == nil && !step.Free && !wished:
		reply, err := e.take(ctx, step, value)
		if err == nil && e.position.Form != "" {
			reply = lead(reply, e.say("form.back_in", bot.Fields{"form": e.say("form_name."+e.form.Name, nil)}))
		}
		return reply, true, err
	case e.form.Fleeting:
		e.position.Form = ""
		return bot.Reply{}, false, nil
	}
	offered := err == nil && input.Text != ""
	if offered {
		e.draft.Answers[signOffered+step.Name] = input.Text
		if err := e.save(ctx); err != nil {
			return bot.Reply{}, true, err
		}
	}
	reply, err := e.whereWas(ctx)
	if err != nil {
		return bot.Reply{}, true, err
	}
	if wished {
		reply.Buttons = append([][]bot.Button{bot.Row(wish)}, reply.Buttons...)
	}
	if offered {
		reply.Text += "\n\n" + e.say("form.use_ask", bot.Fields{"text": excerpt(input.Text)})
		reply.Buttons = append([][]bot.Button{bot.Row(bot.Button{Label: e.say("form.use", nil),
			Action: bot.Act(verbUse, e.form.Name, step.Name), Style: bot.Positive})}, reply.Buttons...)
	}
	return reply, true, nil
}

// whereWas repeats the question after saying what it belongs to.
func (e *event) whereWas(ctx context.Context) (bot.Reply, error) {
	key := "form.where"
	if e.draft.Step == bot.Confirming {
		key = "form.where_confirming"
	}
	reply, err := e.put(ctx, true)
	if err != nil {
		return bot.Reply{}, err
	}
	return lead(reply, e.say(key, bot.Fields{"form": e.say("form_name."+e.form.Name, nil)})), nil
}

// notAnswered repeats what waits for an answer after words that are none: "ok"
// and "dạ vâng" decide nothing. A summary stands just above and is not repeated.
func (e *event) notAnswered(ctx context.Context) (bot.Reply, error) {
	step := e.step(e.draft.Step)
	reply, err := e.put(ctx, true)
	if err != nil {
		return bot.Reply{}, err
	}
	button, wished := e.wish()
	switch {
	case step == nil && wished:
		return e.offer(bot.Reply{Buttons: reply.Buttons}, button, "form.elsewhere_unsent"), nil
	case step == nil:
		return bot.Reply{Text: e.say("form.press_send", nil), Buttons: reply.Buttons}, nil
	case step.Choices != nil && !step.Free:
		return lead(reply, e.say("form.press_choice", nil)), nil
	}
	return lead(reply, e.say("form.waiting", nil)), nil
}

// excerpt is enough of a text to know it again.
func excerpt(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}
