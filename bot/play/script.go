// Package play runs a written dialogue against the bot: who speaks over which
// account, then lines, and under each what anybody's phone shows after it.
package play

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"
)

// Script is a play as it is written.
//
//	# a remark
//	actor officer = truong-phu-nu        who plays: an account of the sample
//	actor guest = someone-new            or anybody else
//	officer> phụ cấp tháng này           they type
//	officer* Xem cách tính               they press a button by its label
//	officer+ own 0912 345 678            they share their own number by the button
//	officer+ 0912 345 678                they share somebody else's contact
//	officer@ $CODE                       they open the chat by a link with a code
//	officer? photo                       they send a photo, voice, sticker ...
//	desk can-bo-1 front                  seats a ward user before the play
//	rules can-bo-1 front-first.yaml      gives their ward the rules of docs
//	wait 24h                             moves the clock; what falls due is sent
//	away pho-phu-nu                      no message gets through to them, until
//	back pho-phu-nu
//	twin pho-phu-nu                      enters the same human a second time
//	let CODE = invite truong-phu-nu      a code for $CODE, hidden in what is printed
//	let TOTP = totp can-bo-1
//
// Lines that begin with four spaces are what anybody's phone shows after that,
// in the order of the actors. What the same play has shown before is named by
// its first line: "[as before: *Đề nghị số 4*]".
type Script struct {
	Path  string
	Lines []string
}

// Misread is a line that is no line of a play, or names what the house has not.
type Misread struct {
	Path  string
	Line  int
	Cause error
}

func (m *Misread) Error() string { return fmt.Sprintf("%s:%d: %v", m.Path, m.Line, m.Cause) }
func (m *Misread) Unwrap() error { return m.Cause }

// Read reads a play.
func Read(path string) (Script, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Script{}, fmt.Errorf("read play: %w", err)
	}
	return Script{Path: path, Lines: strings.Split(strings.TrimRight(string(content), "\n"), "\n")}, nil
}

// Text is the play as it stands in its file.
func (s Script) Text() string { return strings.Join(s.Lines, "\n") + "\n" }

// Stage is a channel as a play sees it.
type Stage interface {
	// Act does one thing as a user and returns when the bot has answered it.
	Act(ctx context.Context, user string, what rune, text string) error
	// Shown returns what a user's phone shows that was not returned before:
	// messages sent or redrawn, oldest first.
	Shown(user string) []Message
	// Settle waits until nobody is left to be told anything.
	Settle(ctx context.Context) error
}

// House is the ward behind the stage.
type House interface {
	// Advance moves the clock.
	Advance(by time.Duration)
	// Due does what the clock brings about and reports whether anybody was told.
	Due(ctx context.Context) (told bool, err error)
	// Secret makes a code of somebody's: totp, invite, phone.
	Secret(ctx context.Context, kind, who string) (string, error)
	Seat(ctx context.Context, who, desk string) error
	SetRules(ctx context.Context, who, file string) error
	Twin(ctx context.Context, who string) error
	Away(who string, away bool)
}

var spoken = regexp.MustCompile(`^([a-z0-9]+)([>*+@?]) ?(.*)$`)

// performance is a play that is running.
type performance struct {
	stage   Stage
	house   House
	out     strings.Builder
	actors  []string
	users   map[string]string
	secrets map[string]string
	begun   bool
	names   names
}

// Play runs a script and returns it with what was answered; where it stops
// short, with what was played until then.
func (s Script) Play(ctx context.Context, stage Stage, house House) (string, error) {
	p := &performance{stage: stage, house: house, users: map[string]string{}, secrets: map[string]string{}}
	for number, line := range s.Lines {
		if strings.HasPrefix(line, "    ") {
			continue
		}
		p.out.WriteString(line + "\n")
		if err := p.line(ctx, line); err != nil {
			return p.out.String(), &Misread{s.Path, number + 1, err}
		}
	}
	return p.out.String(), nil
}

// direction is a line that nobody speaks, by its first word and how many it has.
type direction struct {
	words int
	do    func(p *performance, ctx context.Context, word []string) error
}

var directions = map[string]direction{
	"actor": {4, func(p *performance, _ context.Context, word []string) error {
		p.actors = append(p.actors, word[1])
		p.users[word[1]] = word[3]
		return nil
	}},
	"let": {5, func(p *performance, ctx context.Context, word []string) (err error) {
		p.secrets[word[1]], err = p.house.Secret(ctx, word[3], word[4])
		return err
	}},
	"desk": {3, func(p *performance, ctx context.Context, word []string) error {
		return p.house.Seat(ctx, word[1], word[2])
	}},
	"rules": {3, func(p *performance, ctx context.Context, word []string) error {
		return p.house.SetRules(ctx, word[1], word[2])
	}},
	"twin": {2, func(p *performance, ctx context.Context, word []string) error { return p.house.Twin(ctx, word[1]) }},
	"away": {2, func(p *performance, _ context.Context, word []string) error {
		p.house.Away(word[1], true)
		return nil
	}},
	"back": {2, func(p *performance, _ context.Context, word []string) error {
		p.house.Away(word[1], false)
		return nil
	}},
	"wait": {2, (*performance).wait},
}

func (p *performance) line(ctx context.Context, line string) error {
	words := strings.Fields(line)
	if len(words) == 0 || strings.HasPrefix(line, "#") {
		return nil
	}
	if direction, is := directions[words[0]]; is && len(words) == direction.words {
		return direction.do(p, ctx, words)
	}
	match := spoken.FindStringSubmatch(line)
	if match == nil || p.users[match[1]] == "" {
		return fmt.Errorf("cannot read %q", line)
	}
	if !p.begun { // what the sample has told before is not part of the play
		for _, actor := range p.actors {
			p.stage.Shown(p.users[actor])
		}
		p.begun = true
	}
	p.house.Advance(time.Second)
	if err := p.stage.Act(ctx, p.users[match[1]], []rune(match[2])[0], p.fill(match[3])); err != nil {
		return err
	}
	return p.show(ctx)
}

// wait moves the clock, and shows what it brought about in the meantime.
func (p *performance) wait(ctx context.Context, words []string) error {
	pause, err := time.ParseDuration(words[1])
	if err != nil {
		return err
	}
	p.house.Advance(pause)
	if told, err := p.house.Due(ctx); err != nil || !told || !p.begun {
		return err
	}
	return p.show(ctx)
}

func (p *performance) show(ctx context.Context) error {
	if err := p.stage.Settle(ctx); err != nil {
		return err
	}
	for _, actor := range p.actors {
		for _, message := range inOrder(p.stage.Shown(p.users[actor])) {
			for _, block := range blocks(p.hide(message.Draw(actor))) {
				p.out.WriteString(p.names.short(block))
			}
		}
	}
	return nil
}

// fill puts secrets in the place of their names, hide the names in theirs.
func (p *performance) fill(text string) string {
	for name, value := range p.secrets {
		text = strings.ReplaceAll(text, "$"+name, value)
	}
	return text
}

func (p *performance) hide(text string) string {
	for name, value := range p.secrets {
		text = strings.ReplaceAll(text, value, "$"+name)
	}
	return text
}

// Difference shows where two plays part, with the lines around; empty where
// they are alike.
func Difference(want, got string) string {
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(wants), len(gots)) {
		if i < len(wants) && i < len(gots) && wants[i] == gots[i] {
			continue
		}
		around := func(lines []string) string {
			return strings.Join(lines[min(max(0, i-3), len(lines)):min(len(lines), i+8)], "\n")
		}
		return fmt.Sprintf("line %d\n--- want\n%s\n--- got\n%s", i+1, around(wants), around(gots))
	}
	return ""
}
