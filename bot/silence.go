package bot

import (
	"context"
	"time"
)

// silence is how long somebody must have been away from a form to be told where
// they were before their words are taken for an answer.
const silence = 30 * time.Minute

func (r *formRunner) silent(turn Turn) bool {
	return r.position.At > 0 && turn.Now.Sub(time.Unix(r.position.At, 0)) >= silence
}

// afterSilence tells somebody who comes back where they were. Only what is
// clearly an answer is taken for one: it has the shape that the question asks
// for, and asks for nothing else. Words that would answer a question to which
// nearly any words are an answer are offered as one. A fleeting question is
// forgotten instead, and the text is a new one: not handled.
func (r *formRunner) afterSilence(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, bool, error) {
	step := form.step(draft.Step)
	if step == nil {
		reply, err := r.whereWas(ctx, turn, form, draft)
		return reply, true, err
	}
	input := Input{Text: turn.In.Text, Contact: turn.In.Contact}
	wish, wished := r.wish(turn, form)
	var value string
	var err error
	if !step.Free || !form.Fleeting {
		value, err = r.read(ctx, turn, draft, step, input)
	}
	switch {
	case err != nil && !mendable(err):
		return Reply{}, true, err
	case err == nil && !step.Free && !wished:
		reply, err := r.take(ctx, turn, form, draft, step, value)
		if err == nil && r.position.Form != "" {
			reply = lead(reply, r.say("form.back_in", Fields{"form": r.say("form_name."+form.Name, nil)}))
		}
		return reply, true, err
	case form.Fleeting:
		r.position.Form = ""
		return Reply{}, false, nil
	}
	offered := err == nil && input.Text != ""
	if offered {
		draft.Answers[signOffered+step.Name] = input.Text
		if err := r.save(ctx, turn, form, draft); err != nil {
			return Reply{}, true, err
		}
	}
	reply, err := r.whereWas(ctx, turn, form, draft)
	if err != nil {
		return Reply{}, true, err
	}
	if wished {
		reply.Buttons = append([][]Button{Row(wish)}, reply.Buttons...)
	}
	if offered {
		reply.Text += "\n\n" + r.say("form.use_ask", Fields{"text": excerpt(input.Text)})
		reply.Buttons = append([][]Button{Row(Button{Label: r.say("form.use", nil), Action: Act(verbUse, form.Name, step.Name), Style: Positive})}, reply.Buttons...)
	}
	return reply, true, nil
}

// whereWas repeats the question after saying what it belongs to.
func (r *formRunner) whereWas(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, error) {
	reply, err := r.put(ctx, turn, form, draft, true)
	if err != nil {
		return Reply{}, err
	}
	key := "form.where"
	if draft.Step == Confirming {
		key = "form.where_confirming"
	}
	return lead(reply, r.say(key, Fields{"form": r.say("form_name."+form.Name, nil)})), nil
}

// notAnswered repeats what waits for an answer after words that are none: "ok"
// and "dạ vâng" decide nothing. A summary stands just above and is not repeated.
func (r *formRunner) notAnswered(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, error) {
	reply, err := r.put(ctx, turn, form, draft, true)
	if err != nil {
		return Reply{}, err
	}
	step := form.step(draft.Step)
	button, wished := r.wish(turn, form)
	switch {
	case step == nil && wished:
		return r.offer(Reply{Buttons: reply.Buttons}, button, "form.elsewhere_unsent"), nil
	case step == nil:
		return Reply{Text: r.say("form.press_send", nil), Buttons: reply.Buttons}, nil
	case step.Choices != nil && !step.Free:
		return lead(reply, r.say("form.press_choice", nil)), nil
	}
	return lead(reply, r.say("form.waiting", nil)), nil
}

// excerpt is enough of a text to know it again.
func excerpt(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}
