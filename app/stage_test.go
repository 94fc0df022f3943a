package app

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"canbobot/bot"
	"canbobot/bot/play"
	"canbobot/bot/texts"
	"canbobot/models"
)

// handset is a person's phone on a fake platform, as a play needs it.
type handset interface {
	Say(text string)
	// Press presses the newest button, or says the number of the newest line,
	// with this label.
	Press(label string) error
	// Shown lists what the bot has said there, the oldest first.
	Shown() []bot.Reply
}

// platformStage plays over a fake platform whose messages cannot be redrawn.
type platformStage struct {
	house   *house
	channel string
	phones  map[string]handset
	seen    map[string]int
	handled chan struct{}
}

func newPlatformStage(h *house, channel string) *platformStage {
	return &platformStage{house: h, channel: channel, phones: map[string]handset{}, seen: map[string]int{},
		handled: make(chan struct{}, 1000)}
}

// move takes a member of the cast from the page to the platform, where they are
// known by id.
func (s *platformStage) move(t *testing.T, externalID, id string, phone handset) {
	t.Helper()
	s.phones[externalID] = phone
	store := s.house.ward.Store
	err := store.Model(&models.Account{}).Where("channel = 'web' AND external_id = ?", externalID).
		Updates(map[string]any{"channel": s.channel, "external_id": id, "chat_id": id, "last_seen_at": s.house.clock()}).Error
	if err != nil {
		t.Fatal(err)
	}
	// What the sample put before them on the page stays there.
	err = store.Model(&models.Delivery{}).Where("chat_id = ?", externalID).Updates(map[string]any{"message_ref": ""}).Error
	if err != nil {
		t.Fatal(err)
	}
}

// handler counts what has been handled.
func (s *platformStage) handler() bot.Handler { return counted{s.house.counter.Dispatcher, s.handled} }

func (s *platformStage) act(t *testing.T, user string, what rune, text string) {
	t.Helper()
	phone := s.phones[user]
	switch what {
	case '>':
		phone.Say(text)
	case '*':
		if err := phone.Press(text); err != nil {
			t.Fatal(err)
		}
	default:
		t.Fatalf("%c is not played over %s", what, s.channel)
	}
	select {
	case <-s.handled:
	case <-ctxFor(t).Done():
		t.Fatalf("%s %c %s was not handled", user, what, text)
	}
}

func (s *platformStage) settle(t *testing.T) { s.house.settle(t) }

func (s *platformStage) shown(_ *testing.T, user string) []play.Message {
	var fresh []play.Message
	all := s.phones[user].Shown()
	for i := s.seen[user]; i < len(all); i++ {
		fresh = append(fresh, play.Message{Ref: fmt.Sprint(i), Reply: all[i]})
	}
	s.seen[user] = len(all)
	return fresh
}

func loadWords(t *testing.T) *texts.Texts {
	t.Helper()
	words, err := texts.Load(func(problem string) { t.Error(problem) })
	if err != nil {
		t.Fatal(err)
	}
	return words
}

// playAlike plays the main path over a platform, keeps what its phones showed as
// the channel's own transcript, and wants the same words as everywhere else.
func playAlike(t *testing.T, house *house, stage *platformStage, channel, name string) {
	t.Helper()
	script, got := playOver(t, house, stage, channel, name)
	hint := loadWords(t).Say("numbered.hint", bot.Fields{"example": "{"})
	if want, got := words(play.Expand(script.Text()), hint), words(play.Expand(got), hint); want != got {
		t.Errorf("the words over %s differ from those on the page:\n%s", channel, play.Difference(want, got))
	}
}

// playOver plays a transcript of the page on another channel, against that
// channel's own.
func playOver(t *testing.T, house *house, stage *platformStage, channel, name string) (script play.Script, got string) {
	t.Helper()
	script = readPlay(t, "../bot/page/testdata/"+name+".chat")
	got = perform(t, script, stage, house)
	own := play.Script{Path: "../bot/page/testdata/" + channel + "/" + name + ".chat"}
	if content, err := os.ReadFile(own.Path); err == nil {
		own.Lines = strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	} else if !*update {
		t.Fatal(err)
	}
	compare(t, own, got)
	return script, got
}

var (
	numberedLine = regexp.MustCompile(`^[A-Z]?[0-9]{1,2}\. `)
	buttonLine   = regexp.MustCompile(`^\[.*\]$`)
)

// words of a play are what people read in it, whatever the channel draws: the
// lines of each phone without buttons, numbers, bold type and redrawing. What
// is only redrawn where others are told anew counts once.
func words(play, hint string) string {
	var out []string
	who := ""
	for _, line := range strings.Split(play, "\n") {
		body, shown := strings.CutPrefix(line, "    ")
		if !shown {
			out = append(out, line)
			who = ""
			continue
		}
		if text, ok := strings.CutPrefix(body, "|"); ok {
			body = strings.TrimPrefix(text, " ")
		} else if head, text, ok := strings.Cut(body, "< "); ok && !strings.Contains(head, " ") {
			who, body = head, text
		} else if head, text, ok := strings.Cut(body, "~ "); ok && !strings.Contains(head, " ") {
			who, body = head, text
		}
		body = strings.Trim(body, "*")
		hinted, _, _ := strings.Cut(hint, "{")
		switch {
		case body == "", buttonLine.MatchString(body), numberedLine.MatchString(body), strings.HasPrefix(body, hinted):
			continue
		}
		out = append(out, "    "+who+": "+body)
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}
