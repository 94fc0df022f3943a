package kit

import (
	"context"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// maxSentence bounds what is typed for a person to read: a reason, a question.
const maxSentence = 500

// ReadSentence keeps free words for a person, within bounds.
func ReadSentence(input bot.Input) (string, error) {
	text := strings.TrimSpace(input.Text)
	switch runes := []rune(text); {
	case len(runes) < 2:
		return "", services.Invalid("sentence")
	case len(runes) > maxSentence:
		return "", services.Invalid("sentence_long").With("max", maxSentence)
	}
	return text, nil
}

// ReadName reads a full name: what the payment list prints. The word by which a
// person is called is not part of it, and words that ask for something are none.
func ReadName(_ context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	words := strings.Fields(understand.WithoutCall(input.Text))
	name, err := roster.CleanName(strings.Join(words, " "))
	if err != nil {
		return "", err
	}
	asks := turn.Meaning.Confidence >= 0.8 && turn.Meaning.Slots.Name == "" && turn.Meaning.Intent != bot.Unknown
	switch {
	case len(words) < 2:
		return "", services.Invalid("name_short")
	case input.Text == turn.In.Text && asks, !understand.MayBeName(name):
		return "", services.Invalid("name")
	}
	return name, nil
}

// ReadPhone reads a number, or the one that a sentence names.
func ReadPhone(_ context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	if input.Contact != nil {
		return vn.ParsePhone(input.Contact.Phone)
	}
	number, err := vn.ParsePhone(input.Text)
	if said := turn.Meaning.Slots.Phone; err != nil && said != "" && input.Text == turn.In.Text {
		if found, foundErr := vn.ParsePhone(said); foundErr == nil {
			return found, nil
		}
	}
	return number, err
}

// ReadDay reads a day that people type or choose; it is kept as yyyy-mm-dd.
func (k Kit) ReadDay(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	if input.Choice != "" {
		day, err := models.ParseDate(input.Choice)
		if err != nil {
			return "", services.Invalid("date").Because(err)
		}
		return day.String(), nil
	}
	day, err := roster.ParseDate(input.Text, k.Today())
	if err != nil {
		return "", err
	}
	return day.String(), nil
}

// DayChoices offers the days that are usually meant.
func (k Kit) DayChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	today := k.Today()
	first := today.MonthOf().First()
	return [][]bot.Button{bot.Row(
		Choice(k.Say("day.today", "date", ShortDate(today)), today.String()),
		Choice(k.Say("day.first", "date", ShortDate(first)), first.String()),
	)}, nil
}

func ShortDate(d models.Date) string {
	return strings.TrimSuffix(texts.Date(d), "/"+ID(int64(d.Year)))
}

// DaySaid finds the day that a sentence names, and whether something begins on it.
func (k Kit) DaySaid(text string) (day models.Date, begins, ok bool) {
	at, begins, ok := understand.ReadDay(text, k.Today().Time())
	return models.DateOf(at), begins, ok
}

// Called reports whether people call somebody so: by the whole name or its last
// words.
func Called(folded, said string) bool {
	said = models.Fold(said)
	return said != "" && (folded == said || strings.HasSuffix(folded, " "+said))
}

// OneOf reads a choice out of a fixed list.
func OneOf(values ...string) Reading {
	return func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
		if slices.Contains(values, input.Choice) {
			return input.Choice, nil
		}
		return "", services.Invalid("choice")
	}
}

// DayOf reads a day that a form kept; a damaged one is no day.
func DayOf(kept string) models.Date {
	day, _ := models.ParseDate(kept)
	return day
}

// Sentence makes a step take a sentence, kept as it was typed.
func Sentence(step bot.Step) bot.Step {
	step.Show, step.Free = AsKept(step.Name), true
	step.Read = func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
		return ReadSentence(input)
	}
	return step
}

// AsKept shows an answer that is kept as it was typed.
func AsKept(step string) Showing { return shown(step, func(kept string) string { return kept }) }

// OrNone shows an answer that may be passed over.
func (k Kit) OrNone(step string, show func(step string) Showing) Showing {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
		return Passed(step, strings.ToLower(k.Say("button.none")), show)(ctx, turn, answers)
	}
}

func ShowPhone(step string) Showing { return shown(step, vn.FormatPhone) }

func ShowDayOf(step string) Showing {
	return shown(step, func(kept string) string { return texts.Date(DayOf(kept)) })
}

// ShowChoice shows a choice by its label.
func ShowChoice(step string, choices Choices) Showing {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
		button, err := find(ctx, turn, answers, choices, answers[step])
		return button.Label, err
	}
}

const None = "none"

func (k Kit) NoneChoice(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return [][]bot.Button{bot.Row(Choice(k.Say("button.none"), None))}, nil
}

// NoneOr lets a question be passed over.
func NoneOr(read Reading) Reading {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
		if input.Choice == None || understand.Unanswered(input.Text) {
			return None, nil
		}
		return read(ctx, turn, answers, input)
	}
}

// ReadPast reads the day of a term however long ago it was.
func (k Kit) ReadPast(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	day, err := roster.ParsePast(input.Text, k.Today())
	return day.String(), err
}

// ReadChoice reads one of the choices that a question offers, by its button.
func ReadChoice(choices Choices) Reading {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
		button, err := find(ctx, turn, answers, choices, input.Choice)
		if err == nil && button.Label == "" {
			err = services.Invalid("choice")
		}
		return button.Action.Value(), err
	}
}

func shown(step string, as func(kept string) string) Showing {
	return func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
		return as(answers[step]), nil
	}
}

// find is the choice of a value; without a label there is none.
func find(ctx context.Context, turn bot.Turn, answers bot.Answers, choices Choices, value string) (bot.Button, error) {
	rows, err := choices(ctx, turn, answers)
	for _, button := range slices.Concat(rows...) {
		if button.Action.Value() == value {
			return button, err
		}
	}
	return bot.Button{}, err
}

// Passed shows an answer, or words where its question was passed over.
func Passed(step, words string, show func(step string) Showing) Showing {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
		if answers[step] == None {
			return words, nil
		}
		return show(step)(ctx, turn, answers)
	}
}
