package kit

import (
	"context"
	"slices"

	"canbobot/bot"
	"canbobot/services"
)

// What a step of a form is made of.
type (
	Reading = func(context.Context, bot.Turn, bot.Answers, bot.Input) (string, error)
	Choices = func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error)
	Showing = func(context.Context, bot.Turn, bot.Answers) (string, error)
	Skip    = func(bot.Turn, bot.Answers) bool
)

// Begin is the screen that begins a form about nobody in particular.
func Begin(form string) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		return turn.Begin(ctx, form, bot.Answers{})
	}
}

// About is the screen that begins a form about what a button names: its
// arguments, ids and versions, are the answers of these names. It is kept from
// whoever may not read the first of them.
func About[V any](read func(ctx context.Context, actor services.Actor, id int64) (V, error), form string,
	names ...string) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		if _, err := read(ctx, turn.Speaker.Actor, Number(turn.Arg(0))); err != nil {
			return bot.Reply{}, err
		}
		known := bot.Answers{}
		for i, name := range names {
			known[name] = ID(Number(turn.Arg(i)))
		}
		return turn.Begin(ctx, form, known)
	}
}

// With hands a form's answers on as what they mean.
func With[A any](do func(context.Context, bot.Turn, A) (bot.Reply, error)) func(context.Context, bot.Turn,
	bot.Answers) (bot.Reply, error) {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
		return do(ctx, turn, Typed[A](answers))
	}
}

// Given are choices that are always the same.
func Given(rows ...[]bot.Button) Choices {
	return func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) { return rows, nil }
}

// Only asks a question after one of some answers to an earlier one.
func Only(step string, answers ...string) Skip {
	return func(_ bot.Turn, given bot.Answers) bool { return !slices.Contains(answers, given[step]) }
}

// ConfirmWords asks whether to send, in a text that repeats answers.
func (k Kit) ConfirmWords(key string, steps ...string) func(context.Context, bot.Turn, bot.Answers) (bot.Reply, error) {
	return func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
		filled := bot.Fields{}
		for _, step := range steps {
			filled[step] = answers[step]
		}
		return bot.Reply{Text: k.Texts.Say(key, filled)}, nil
	}
}
