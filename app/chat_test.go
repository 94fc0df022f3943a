package app

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
)

var update = flag.Bool("update", false, "rewrite the transcripts with what the bot answers")

// A transcript is a play: who speaks over which account, then lines.
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
// in the order of the actors; -update writes them.
type transcript struct {
	path  string
	lines []string
}

// stage is a channel as a transcript sees it.
type stage interface {
	// act does one thing as a user and returns when the bot has answered it.
	act(t *testing.T, user string, what rune, text string)
	// shown returns what a user's phone shows that was not returned before:
	// messages sent or redrawn, oldest first.
	shown(t *testing.T, user string) []shownMessage
	// settle waits until nobody is left to be told anything.
	settle(t *testing.T)
}

type shownMessage struct {
	ref     string
	redrawn bool
	reply   bot.Reply
}

// inOrder puts what a phone shows in the one order that does not hang on which
// job ran first: new messages, then what was redrawn, each as it ended up.
func inOrder(messages []shownMessage) []shownMessage {
	var fresh, redrawn []shownMessage
	for _, message := range messages {
		if !message.redrawn {
			fresh = append(fresh, message)
			continue
		}
		redrawn = slices.DeleteFunc(redrawn, func(earlier shownMessage) bool { return earlier.ref == message.ref })
		redrawn = append(redrawn, message)
	}
	slices.SortStableFunc(redrawn, func(a, b shownMessage) int { return strings.Compare(draw("", a), draw("", b)) })
	return append(fresh, redrawn...)
}

func transcripts(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../bot/page/testdata/*.chat")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	sort.Strings(paths)
	return paths
}

func readTranscript(t *testing.T, path string) transcript {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return transcript{path: path, lines: strings.Split(strings.TrimRight(string(content), "\n"), "\n")}
}

var spoken = regexp.MustCompile(`^([a-z0-9]+)([>*+@?]) ?(.*)$`)

// play runs a transcript on a stage and returns it with what was answered.
func (script transcript) play(t *testing.T, on stage, house *house) string {
	t.Helper()
	var out strings.Builder
	defer func() {
		if t.Failed() {
			t.Logf("played so far:\n%s", out.String())
		}
	}()
	actors := []string{}
	users := map[string]string{}
	secrets := map[string]string{}
	fill := func(text string) string {
		for name, value := range secrets {
			text = strings.ReplaceAll(text, "$"+name, value)
		}
		return text
	}
	hide := func(text string) string {
		for name, value := range secrets {
			text = strings.ReplaceAll(text, value, "$"+name)
		}
		return text
	}
	begun := false
	show := func() {
		on.settle(t)
		for _, actor := range actors {
			for _, message := range inOrder(on.shown(t, users[actor])) {
				out.WriteString(hide(draw(actor, message)))
			}
		}
	}
	for number, line := range script.lines {
		if strings.HasPrefix(line, "    ") {
			continue
		}
		out.WriteString(line + "\n")
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || strings.HasPrefix(line, "#"):
		case fields[0] == "actor" && len(fields) == 4:
			actors = append(actors, fields[1])
			users[fields[1]] = fields[3]
		case fields[0] == "let" && len(fields) == 5:
			secrets[fields[1]] = house.secret(t, fields[3], fields[4])
		case fields[0] == "desk" && len(fields) == 3:
			house.seat(t, fields[1], fields[2])
		case (fields[0] == "away" || fields[0] == "back") && len(fields) == 2:
			house.page.isAway(fields[1], fields[0] == "away")
		case fields[0] == "twin" && len(fields) == 2:
			house.twin(t, fields[1])
		case fields[0] == "rules" && len(fields) == 3:
			house.setRules(t, fields[1], "../docs/"+fields[2])
		case fields[0] == "wait" && len(fields) == 2:
			pause, err := time.ParseDuration(fields[1])
			if err != nil {
				t.Fatalf("%s:%d: %v", script.path, number+1, err)
			}
			house.advance(pause)
			// What the clock brings about in the meantime.
			if sent, err := house.ward.Notices.Due(ctxFor(t)); err != nil {
				t.Fatal(err)
			} else if sent > 0 && begun {
				show()
			}
		default:
			match := spoken.FindStringSubmatch(line)
			if match == nil || users[match[1]] == "" {
				t.Fatalf("%s:%d: cannot read %q", script.path, number+1, line)
			}
			if !begun { // what the sample has told before is not part of the play
				for _, actor := range actors {
					on.shown(t, users[actor])
				}
				begun = true
			}
			house.advance(time.Second)
			on.act(t, users[match[1]], []rune(match[2])[0], fill(match[3]))
			show()
		}
	}
	return out.String()
}

// draw writes a message as a transcript shows it.
func draw(actor string, message shownMessage) string {
	var b strings.Builder
	mark := "<"
	if message.redrawn {
		mark = "~"
	}
	first := true
	line := func(text string) {
		if first {
			fmt.Fprintf(&b, "    %s%s %s\n", actor, mark, text)
			first = false
			return
		}
		b.WriteString(strings.TrimRight("    | "+text, " ") + "\n")
	}
	if message.reply.Title != "" {
		line("*" + message.reply.Title + "*")
	}
	if message.reply.Text != "" {
		for _, text := range strings.Split(message.reply.Text, "\n") {
			line(text)
		}
	}
	for _, file := range message.reply.Files {
		line("(" + file.Name + ")")
	}
	for _, row := range message.reply.Buttons {
		var labels []string
		for _, button := range row {
			labels = append(labels, "["+button.Label+"]")
		}
		line(strings.Join(labels, " "))
	}
	if message.reply.AskContact != "" {
		line("[[" + message.reply.AskContact + "]]")
	}
	return b.String()
}

// TestTranscripts plays every dialogue over the try-it page's channel.
func TestTranscripts(t *testing.T) {
	for _, path := range transcripts(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".chat"), func(t *testing.T) {
			t.Parallel()
			script := readTranscript(t, path)
			house := openHouse(t)
			got := script.play(t, house.webStage(t), house)
			compare(t, script, got)
		})
	}
}

func compare(t *testing.T, script transcript, got string) {
	t.Helper()
	want := strings.Join(script.lines, "\n") + "\n"
	if got == want {
		return
	}
	if *update {
		if err := os.WriteFile(script.path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s differs (-update rewrites it):\n%s", script.path, firstDifference(want, got))
}

// firstDifference shows where two texts part, with the lines around.
func firstDifference(want, got string) string {
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

// ctxFor bounds whatever a test waits for.
func ctxFor(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}
