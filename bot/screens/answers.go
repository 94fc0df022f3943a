package screens

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/phone"
	"canbobot/services/roster"
)

// maxSentence bounds what is typed for a person to read: a reason, a question.
const maxSentence = 500

// readSentence keeps free words for a person, within bounds.
func readSentence(input bot.Input) (string, error) {
	text := strings.TrimSpace(input.Text)
	switch runes := []rune(text); {
	case len(runes) < 2:
		return "", services.Invalid("sentence")
	case len(runes) > maxSentence:
		return "", services.Invalid("sentence_long").With("max", maxSentence)
	}
	return text, nil
}

func readSentenceStep(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	return readSentence(input)
}

func readName(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	return roster.CleanName(input.Text)
}

func readPhone(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	if input.Contact != nil {
		return phone.Parse(input.Contact.Phone)
	}
	return phone.Parse(input.Text)
}

// readDay reads a day that people type or choose; it is kept as yyyy-mm-dd.
func (s *Screens) readDay(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	if input.Choice != "" {
		day, err := models.ParseDate(input.Choice)
		if err != nil {
			return "", services.Invalid("date").Because(err)
		}
		return day.String(), nil
	}
	day, err := roster.ParseDate(input.Text, s.today())
	if err != nil {
		return "", err
	}
	return day.String(), nil
}

// dayChoices offers the days that are usually meant.
func (s *Screens) dayChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	today := s.today()
	first := today.MonthOf().First()
	return [][]bot.Button{bot.Row(
		bot.Button{Label: s.say("day.today", "date", shortDate(today)), Action: today.String()},
		bot.Button{Label: s.say("day.first", "date", shortDate(first)), Action: first.String()},
	)}, nil
}

func shortDate(d models.Date) string {
	return strings.TrimSuffix(texts.Date(d), "/"+id(int64(d.Year)))
}

// oneOf reads a choice out of a fixed list.
func oneOf(values ...string) func(context.Context, bot.Turn, bot.Answers, bot.Input) (string, error) {
	return func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
		for _, value := range values {
			if input.Choice == value {
				return value, nil
			}
		}
		return "", services.Invalid("choice")
	}
}

// dayOf reads a day that a form kept; a damaged one is no day.
func dayOf(kept string) models.Date {
	day, err := models.ParseDate(kept)
	if err != nil {
		return models.Date{}
	}
	return day
}
