// Package kit is what the pages of all matters have in common: their words and
// buttons, how typed answers are read, who may open what, and the book in which
// they register their screens, forms and messages.
package kit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
)

// Kit is embedded in every matter's page.
type Kit struct {
	Texts *texts.Texts
	Clock services.Clock
	Book  *Book
	// Links tells the addresses that open a chat with the bot, as far as they
	// are known at the moment: a channel may not have answered yet.
	Links func() []Link
}

// Link opens a chat on one channel by Chat, and hands the bot an invite code by
// Pattern, in which %s stands for it.
type Link struct {
	Channel, Chat, Pattern string
}

// Lower begins with a small letter: within a sentence.
func Lower(text string) string {
	letters := []rune(text)
	if len(letters) > 0 {
		letters[0] = unicode.ToLower(letters[0])
	}
	return string(letters)
}

// ResumeRow offers to go on with a half-filled form.
func (k Kit) ResumeRow(ctx context.Context, turn bot.Turn, lines *Lines) error {
	_, unfinished, err := turn.Draft(ctx)
	lines.RowIf(unfinished, k.Button("resume", bot.Resume()))
	return err
}

// Say finds the words for a key; the rest are names and values of its gaps.
func (k Kit) Say(key string, fields ...any) string {
	filled := make(bot.Fields, len(fields)/2)
	for i := 0; i+1 < len(fields); i += 2 {
		filled[fields[i].(string)] = fields[i+1]
	}
	return k.Texts.Say(key, filled)
}

// Button is a choice labelled by button.<label>.
func (k Kit) Button(label, verb string, args ...any) bot.Button {
	button := Act(k.Texts.Say("button."+label, nil), verb, args...)
	button.Key = label
	return button
}

// Act is a button that opens a screen: ids, versions and words are its arguments.
func Act(label, verb string, args ...any) bot.Button {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = fmt.Sprint(arg)
	}
	return bot.Button{Label: label, Action: bot.Act(verb, words...)}
}

// Choice is a button that answers a form's question.
func Choice(label, value string) bot.Button {
	return bot.Button{Label: label, Action: bot.Choice(value)}
}

func Positive(b bot.Button) bot.Button { b.Style = bot.Positive; return b }

func Negative(b bot.Button) bot.Button { b.Style = bot.Negative; return b }

// MenuRow ends a reply: with the menu, after where else one may go.
func (k Kit) MenuRow(before ...bot.Button) []bot.Button {
	return append(before, k.Button("menu", "menu"))
}

// Today is the day where people are.
func (k Kit) Today() models.Date { return models.DateOf(k.Clock.Local()) }

func ID(n int64) string { return strconv.FormatInt(n, 10) }

// Number reads an id from a button; a forged one finds nothing.
func Number(arg string) int64 {
	n, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func Version(arg string) int { return int(Number(arg)) }

func OrDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// Listed is how many rows a list shows with a button each.
const Listed = 8

// Rows are those that have a button.
func Rows(all ...[]bot.Button) [][]bot.Button {
	return slices.DeleteFunc(all, func(row []bot.Button) bool { return len(row) == 0 })
}

// Capital begins a line with a capital letter.
func Capital(text string) string {
	runes := []rune(text)
	if len(runes) == 0 {
		return text
	}
	return strings.ToUpper(string(runes[0])) + string(runes[1:])
}

// Refusal is what a service says when it says no, in words.
func (k Kit) Refusal(err error) string {
	refusal := (*services.Error)(nil)
	if !errors.As(err, &refusal) {
		return k.Say("errors.internal")
	}
	return k.Texts.Say("errors."+string(refusal.Kind)+"."+refusal.Code, bot.Fields(refusal.Fields))
}

// GivenName is what people call each other by: the last word of a name.
func GivenName(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "–"
	}
	given := words[len(words)-1]
	if runes := []rune(given); len(runes) > 10 {
		return string(runes[:10])
	}
	return given
}

func Cut(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

func SheetFile(name string, content []byte) bot.File {
	return bot.File{Name: name, MIME: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		Content: content}
}

// SheetWords finds the words that a sheet carries.
func (k Kit) SheetWords(key string, fields map[string]any) string {
	return k.Texts.Say(key, bot.Fields(fields))
}

func FirstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if runes := []rune(line); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return line
}

// StoryButton offers the story to those who may have it.
func (k Kit) StoryButton(actor services.Actor, kind string, subject int64) []bot.Button {
	switch actor.Role {
	case services.Clerk, services.Leader, services.Admin:
		return bot.Row(k.Button("story", "story", kind, subject))
	}
	return nil
}
