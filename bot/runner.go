package bot

import (
	"context"
	"strconv"
	"strings"

	"canbobot/services"
)

// formRunner drives forms for one turn.
type formRunner struct {
	dispatcher *Dispatcher
	position   *Position
}

func (r *formRunner) say(key string, fields Fields) string {
	return r.dispatcher.Speech.Say(key, fields)
}

func (r *formRunner) load(ctx context.Context, turn Turn) (Draft, bool, error) {
	return r.dispatcher.Drafts.Load(ctx, turn.Speaker.Actor, turn.In.Channel, turn.In.UserID)
}

func (r *formRunner) save(ctx context.Context, turn Turn, form *Form, draft Draft) error {
	r.position.Form = form.Name
	if form.Fleeting {
		return nil
	}
	draft.Event = turn.Speaker.Actor.Event
	return r.dispatcher.Drafts.Save(ctx, turn.Speaker.Actor, turn.In.Channel, turn.In.UserID, draft)
}

// current is the form that the person is in: the fleeting one, else the draft.
func (r *formRunner) current(ctx context.Context, turn Turn) (*Form, Draft, bool, error) {
	if form := r.dispatcher.Book.Forms[r.position.Form]; form != nil && form.Fleeting {
		return form, Draft{Form: form.Name, Step: form.Steps[0].Name, Answers: Answers{}}, true, nil
	}
	draft, exists, err := r.load(ctx, turn)
	form := r.dispatcher.Book.Forms[draft.Form]
	return form, draft, exists && form != nil, err
}

func (r *formRunner) drop(ctx context.Context, turn Turn) error {
	form := r.dispatcher.Book.Forms[r.position.Form]
	r.position.Form = ""
	if form != nil && form.Fleeting {
		return nil
	}
	return r.dispatcher.Drafts.Delete(ctx, turn.Speaker.Actor, turn.In.Channel, turn.In.UserID)
}

func (r *formRunner) begin(ctx context.Context, turn Turn, name string, known Answers) (Reply, error) {
	form := r.dispatcher.Book.Forms[name]
	if form == nil || (!form.Open && !turn.Speaker.Linked()) {
		return Reply{}, services.Denied("form")
	}
	if known == nil {
		known = Answers{}
	}
	return r.advance(ctx, turn, form, Draft{Form: name, Answers: known})
}

func (r *formRunner) beginWith(ctx context.Context, turn Turn, name string, first Input) (Reply, error) {
	if _, err := r.begin(ctx, turn, name, nil); err != nil {
		return Reply{}, err
	}
	form := r.dispatcher.Book.Forms[name]
	return r.answer(ctx, turn, form, Draft{Form: name, Step: form.Steps[0].Name, Answers: Answers{}}, first)
}

// advance goes to the first open question, keeps the draft and asks; with none
// left it shows the summary, or sends where the form has no summary. What was
// said before answers its question, and is told back.
func (r *formRunner) advance(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, error) {
	draft.Step = Confirming
	var heard []string
	mentioned := ""
	for i := range form.Steps {
		step := &form.Steps[i]
		if _, answered := draft.Answers[step.Name]; answered || step.skipped(turn, draft.Answers) {
			continue
		}
		input, said := draft.Answers.said(step.Name)
		if !said {
			draft.Step = step.Name
			break
		}
		delete(draft.Answers, signSaid+step.Name)
		value, err := r.read(ctx, turn, draft, step, input)
		if err != nil && !mendable(err) {
			return Reply{}, err
		}
		if err != nil {
			draft.Step, mentioned = step.Name, input.Text
			break
		}
		draft.Answers[step.Name] = value
		if shown, err := show(ctx, turn, step, draft.Answers); err != nil {
			return Reply{}, err
		} else if shown != "" {
			heard = append(heard, shown)
		}
	}
	if draft.Step == Confirming && form.Confirm == nil {
		return r.finish(ctx, turn, form, draft)
	}
	if err := r.save(ctx, turn, form, draft); err != nil {
		return Reply{}, err
	}
	reply, err := r.ask(ctx, turn, form, draft)
	if err != nil || draft.Step == Confirming {
		return reply, err
	}
	if mentioned != "" {
		reply.Text = r.say("form.mentioned", Fields{"text": mentioned}) + "\n\n" + reply.Text
	}
	if len(heard) > 0 {
		reply.Text = r.say("form.heard", Fields{"answers": strings.Join(heard, "; ")}) + "\n\n" + reply.Text
	}
	return reply, nil
}

// mendable reports whether another answer can mend a refusal.
func mendable(err error) bool {
	kind := services.KindOf(err)
	return kind == services.KindInvalid || kind == services.KindTooMany
}

// labelled is the choice whose label a text repeats; empty for none.
func labelled(choices []Button, text string) string {
	for _, choice := range choices {
		if typed := fold(text); typed != "" && typed == fold(choice.Label) {
			return choice.Action.Value()
		}
	}
	return ""
}

// repeatsChoice reports whether a text is the label of an offered choice:
// "Không cần" is then no wish to give up.
func (r *formRunner) repeatsChoice(ctx context.Context, turn Turn, form *Form, draft Draft) (bool, error) {
	step := form.step(draft.Step)
	if step == nil {
		return false, nil
	}
	rows, err := r.choices(ctx, turn, draft, step)
	for _, row := range rows {
		if labelled(row, turn.In.Text) != "" {
			return true, err
		}
	}
	return false, err
}

// read is the step's own reading; a text that repeats a choice's label, or
// stands for its number, is the choice.
func (r *formRunner) read(ctx context.Context, turn Turn, draft Draft, step *Step, input Input) (string, error) {
	var choices []Button
	if input.Text != "" {
		rows, err := r.choices(ctx, turn, draft, step)
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			choices = append(choices, row...)
		}
	}
	if choice := labelled(choices, input.Text); choice != "" {
		return step.Read(ctx, turn, draft.Answers, Input{Choice: choice})
	}
	if step.Pick {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(input.Text), "."))
		if err == nil && n >= 1 && n <= len(choices) {
			return step.Read(ctx, turn, draft.Answers, Input{Choice: choices[n-1].Action.Value()})
		}
	}
	return step.Read(ctx, turn, draft.Answers, input)
}

// answer feeds what the person did to the current question.
func (r *formRunner) answer(ctx context.Context, turn Turn, form *Form, draft Draft, input Input) (Reply, error) {
	step := form.step(draft.Step)
	if step == nil { // waiting for the send button, or rebuilt
		return r.ask(ctx, turn, form, draft)
	}
	value, err := r.read(ctx, turn, draft, step, input)
	if err != nil {
		return r.again(ctx, turn, form, draft, err)
	}
	return r.take(ctx, turn, form, draft, step, value)
}

// take keeps an answer, and those after it that still hold.
func (r *formRunner) take(ctx context.Context, turn Turn, form *Form, draft Draft, step *Step, value string) (Reply, error) {
	delete(draft.Answers, signOffered+step.Name)
	old, had := draft.Answers[step.Name]
	draft.Answers[step.Name] = value
	if !had || old != value {
		if err := r.reread(ctx, turn, form, draft, step); err != nil {
			return Reply{}, err
		}
	}
	return r.advance(ctx, turn, form, draft)
}

// reread drops the answers after a step that do not hold any more.
func (r *formRunner) reread(ctx context.Context, turn Turn, form *Form, draft Draft, changed *Step) error {
	after := false
	for i := range form.Steps {
		step := &form.Steps[i]
		kept, answered := draft.Answers[step.Name]
		switch {
		case step == changed:
			after = true
		case !after || !answered:
		case step.skipped(turn, draft.Answers):
			delete(draft.Answers, step.Name)
		case step.Follows:
			delete(draft.Answers, step.Name)
			value, err := step.Read(ctx, turn, draft.Answers, Input{Choice: kept})
			if err != nil && !mendable(err) {
				return err
			}
			if err == nil {
				draft.Answers[step.Name] = value
			}
		}
	}
	return nil
}

// finish does what the form is for. A refusal leaves the draft, so that nothing
// typed is lost, and asks again what can mend it.
func (r *formRunner) finish(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, error) {
	reply, err := form.Done(ctx, turn, draft.Answers)
	if err != nil {
		if services.IsRepeated(err) {
			return Reply{}, firstError(r.drop(ctx, turn), err)
		}
		if form.Confirm == nil {
			return Reply{}, err
		}
		return r.reopen(ctx, turn, form, draft, err)
	}
	r.position.Ended = turn.Speaker.Actor.Event
	return reply, r.drop(ctx, turn)
}

// back opens the question before the current one again. The answers after it
// are kept: take drops those that do not hold any more.
func (r *formRunner) back(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, error) {
	last := form.before(draft.Step, turn, draft.Answers)
	if last == nil {
		reply, err := r.ask(ctx, turn, form, draft)
		return lead(reply, r.say("form.first", nil)), err
	}
	draft.Step = last.Name
	if err := r.save(ctx, turn, form, draft); err != nil {
		return Reply{}, err
	}
	return r.ask(ctx, turn, form, draft)
}

func (r *formRunner) cancel(ctx context.Context, turn Turn) (Reply, error) {
	if err := r.drop(ctx, turn); err != nil {
		return Reply{}, err
	}
	return Reply{
		Text:    r.say("form.cancelled", nil),
		Buttons: [][]Button{Row(Button{Label: r.say("button.menu", nil), Action: Act("menu")})},
	}, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
