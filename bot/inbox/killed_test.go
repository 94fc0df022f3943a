package inbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"canbobot/bot"
)

// fill is the child's whole life: it acknowledges events of a poll while the
// database is away, says so, and gets killed.
func fill(dir string) {
	w := &world{dir: dir, inbounds: map[string]bot.Inbound{}, counts: map[string]int{}}
	w.down.Store(true)
	box, err := New(w.config())
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	handler := box.Handler(false)
	for i := 0; ; i++ {
		id := fmt.Sprintf("%c%d", 'a'+i%3, i)
		if err := handler.Handle(context.Background(), said(id)); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println(id)
	}
}

// Whatever was acknowledged before a kill is handled after it, one person's
// events in order.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(program)
	child.Env = append(os.Environ(), "INBOX_TEST_CHILD="+dir)
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if acknowledged = append(acknowledged, lines.Text()); len(acknowledged) == 40 {
			child.Process.Kill()
		}
	}
	if err := child.Wait(); err == nil || len(acknowledged) < 40 {
		t.Fatalf("child ended with %v after %q", err, acknowledged)
	}
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, dir: dir, inbounds: map[string]bot.Inbound{}, counts: map[string]int{}}
		w.open()
		defer w.box.Close()
		w.run()
		pass(time.Minute)
		w.expectWaiting(0)
		per := map[string][]string{}
		for _, id := range w.handled {
			per[id[:1]] = append(per[id[:1]], id)
		}
		for person, got := range per {
			var want []string
			for _, id := range acknowledged {
				if id[:1] == person {
					want = append(want, id)
				}
			}
			// One more may have been on the disk already.
			if len(got) > len(want)+1 || !strings.HasPrefix(strings.Join(got, " ")+" ", strings.Join(want, " ")+" ") {
				t.Errorf("handled %q, acknowledged %q", got, want)
			}
		}
		if len(per) != 3 {
			t.Errorf("events of %d people", len(per))
		}
	})
}

// A process that lives keeps the folder.
func TestLockedByAnother(t *testing.T) {
	w := newWorld(t)
	if _, err := New(w.config()); err == nil {
		t.Error("two inboxes on one spool")
	}
	other := w.config()
	other.Name = "zalobot"
	box, err := New(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(box.Close(), box.Close()); err != nil {
		t.Error(err)
	}
	w.reopen()
}
