package app

import (
	"canbobot/bot/play"
	"canbobot/models/storetest"
	"context"
	"flag"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the transcripts with what the bot answers")

// stage is a channel as a transcript sees it.
type stage interface {
	// act does one thing as a user and returns when the bot has answered it.
	act(t *testing.T, user string, what rune, text string)
	// shown returns what a user's phone shows that was not returned before:
	// messages sent or redrawn, oldest first.
	shown(t *testing.T, user string) []play.Message
	// settle waits until nobody is left to be told anything.
	settle(t *testing.T)
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

func readPlay(t *testing.T, path string) play.Script {
	t.Helper()
	script, err := play.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

// castOf are the accounts that play.
func castOf(script play.Script) (accounts []string) {
	for _, line := range script.Lines {
		if fields := strings.Fields(line); len(fields) == 4 && fields[0] == "actor" {
			accounts = append(accounts, fields[3])
		}
	}
	return accounts
}

// perform runs a play on a stage and returns it with what was answered.
func perform(t *testing.T, script play.Script, on stage, house *house) string {
	t.Helper()
	played, err := script.Play(ctxFor(t), tested{t, on}, house)
	if err != nil {
		t.Fatalf("%v\nplayed so far:\n%s", err, played)
	}
	return played
}

// tested lets a test's own stage be played on.
type tested struct {
	t  *testing.T
	on stage
}

func (s tested) Act(_ context.Context, user string, what rune, text string) error {
	s.on.act(s.t, user, what, text)
	return nil
}

func (s tested) Shown(user string) []play.Message { return s.on.shown(s.t, user) }

func (s tested) Settle(context.Context) error {
	s.on.settle(s.t)
	return nil
}

// TestTranscripts plays every dialogue over the try-it page's channel.
func TestTranscripts(t *testing.T) {
	for i, path := range transcripts(t) {
		if (testing.Short() || storetest.Watched) && i%3 > 0 {
			continue // every third tells most; all are played unwatched on both databases
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".chat"), func(t *testing.T) {
			t.Parallel()
			script := readPlay(t, path)
			house := openHouse(t)
			got := perform(t, script, house.webStage(t), house)
			compare(t, script, got)
			// Every play is a part of what a ward does in a month.
			house.sessionsKeepToThemselves(t)
			if !storetest.Watched { // rows are the same on both, and to search them costs a quarter of all plays
				house.keepsToItself(t)
			}
		})
	}
}

func compare(t *testing.T, script play.Script, got string) {
	t.Helper()
	want := script.Text()
	if got == want {
		return
	}
	if *update {
		if err := os.WriteFile(script.Path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s differs (-update rewrites it):\n%s", script.Path, play.Difference(want, got))
}

// ctxFor bounds whatever a test waits for.
func ctxFor(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}
