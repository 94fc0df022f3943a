package channeltest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot"
)

func checkEdit(t *testing.T, s *suite) {
	editor, ok := s.Channel().(bot.Editor)
	if !ok {
		return // such a channel sends anew, and callers ask first
	}
	chat := s.Chat(1)
	ctx := t.Context()
	ref := s.send(chat, bot.Reply{Title: "Đề nghị 12", Text: "Chờ duyệt", Buttons: offer})
	if ref == "" {
		t.Fatal("a message with buttons has no reference")
	}
	before := s.send(chat, bot.Reply{Text: "khác"})
	if before == ref {
		t.Fatalf("two messages share the reference %q", ref)
	}
	decided := bot.Reply{Title: "Đề nghị 12", Text: "Đã duyệt"}
	for range 2 { // the second changes nothing, which is success
		if err := editor.Edit(ctx, chat, ref, decided); err != nil {
			t.Fatalf("edit: %v", err)
		}
		shown := s.shown(chat, 2)
		if len(shown[0].Buttons) != 0 || !strings.Contains(shown[0].Text, "Đã duyệt") ||
			strings.Contains(shown[0].Text, "Chờ duyệt") {
			t.Errorf("redrawn as %+v", shown[0])
		}
		if shown[1].Text != "khác" {
			t.Errorf("another message was redrawn: %+v", shown[1])
		}
	}
	if err := editor.Edit(ctx, chat, ref, bot.Reply{Text: "Xin chọn lại", Buttons: offer}); err != nil {
		t.Fatalf("edit: %v", err)
	}
	s.checkOffered(s.shown(chat, 2)[0])

	// Of a split text the reference is that of the part with the buttons.
	other := s.Chat(2)
	long := s.send(other, bot.Reply{Text: strings.Join(lines(200), "\n"), Buttons: offer})
	parts := len(s.Shown(other))
	if err := editor.Edit(ctx, other, long, bot.Reply{Text: "Xong"}); err != nil {
		t.Fatalf("edit: %v", err)
	}
	if shown := s.shown(other, parts); shown[parts-1].Text != "Xong" || len(shown[parts-1].Buttons) != 0 {
		t.Errorf("the last part is %+v", shown[parts-1])
	}
}

// What cannot be redrawn is told, so that the caller can send anew.
func checkEditMissing(t *testing.T, s *suite) {
	editor, ok := s.Channel().(bot.Editor)
	if !ok {
		return
	}
	chat := s.Chat(1)
	for _, ref := range []string{"", "999999", "nonsense " + canary, "-1"} {
		failed := s.failure(editor.Edit(t.Context(), chat, ref, bot.Reply{Text: canary}))
		if failed.Fate != bot.Refused {
			t.Errorf("editing %q: %s", ref, failed.Fate)
		}
	}
	if shown := s.Shown(chat); len(shown) != 0 {
		t.Errorf("shown %+v", shown)
	}
}

func checkNobody(t *testing.T, s *suite) {
	nobody := s.nobody
	if nobody == nil {
		nobody = []string{"nobody", "@everybody"}
	}
	for _, chat := range append([]string{""}, nobody...) {
		_, err := s.Channel().Send(t.Context(), chat, bot.Reply{Text: canary})
		if fate := s.failure(err).Fate; fate != bot.Refused && fate != bot.Unreachable {
			t.Errorf("sending to %q: %s", chat, fate)
		}
	}
}

func checkFates(t *testing.T, s *suite) {
	for i, test := range []struct {
		trouble Trouble
		want    bot.Fate
	}{
		{TooMany, bot.Retry},
		{Away, bot.Retry},
		{Blocked, bot.Unreachable},
		{Refusal, bot.Refused},
		{Silence, bot.Uncertain},
		{Gateway, bot.Uncertain},
		{Shut, bot.Broken},
	} {
		for what, reply := range map[string]bot.Reply{
			"text": {Title: "a", Text: canary, Buttons: offer},
			"file": {Files: []bot.File{{Name: canary + ".pdf", MIME: "application/pdf", Content: []byte(canary)}}},
		} {
			chat := s.Chat(10 + i)
			mend, known := s.Fail(chat, test.trouble)
			if !known {
				continue
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			_, err := s.Channel().Send(ctx, chat, reply)
			cancel()
			mend()
			failed := s.failure(err)
			if failed.Fate != test.want {
				t.Errorf("%s, %s: %s, want %s: %v", test.trouble, what, failed.Fate, test.want, err)
			}
			if test.trouble == TooMany && failed.RetryAt.IsZero() {
				t.Errorf("%s: the platform said when, and RetryAt is zero", test.trouble)
			}
			if test.trouble == TooMany || test.trouble == Away { // nothing had arrived, and the next try works
				already := len(s.Shown(chat))
				s.send(chat, bot.Reply{Text: "lần nữa"})
				s.shown(chat, already+1)
			}
		}
	}
}

// A call ends with its context, and what was not asked is not uncertain.
func checkCancelled(t *testing.T, s *suite) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	chat := s.Chat(1)
	for what, reply := range map[string]bot.Reply{
		"text": {Text: canary},
		"file": {Files: []bot.File{{Name: "a.pdf", MIME: "application/pdf", Content: []byte(canary)}}},
	} {
		_, err := s.Channel().Send(ctx, chat, reply)
		if fate := s.failure(err).Fate; fate != bot.Retry {
			t.Errorf("%s: %s", what, fate)
		}
	}
	if shown := s.Shown(chat); len(shown) != 0 {
		t.Errorf("shown %+v", shown)
	}
}

func checkConcurrent(t *testing.T, s *suite) {
	const chats, each = 8, 6
	var all sync.WaitGroup
	errs := make(chan error, chats*each)
	for n := range chats {
		chat := s.Chat(n)
		for i := range each {
			all.Go(func() {
				ref, err := s.Channel().Send(t.Context(), chat,
					bot.Reply{Title: fmt.Sprint("người ", n), Text: fmt.Sprint("tin ", i), Buttons: offer})
				if err == nil {
					if editor, ok := s.Channel().(bot.Editor); ok {
						err = editor.Edit(t.Context(), chat, ref, bot.Reply{Title: fmt.Sprint("người ", n), Text: fmt.Sprint("xong ", i)})
					}
				}
				errs <- err
			})
		}
	}
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	for n := range chats {
		for _, message := range s.shown(s.Chat(n), each) {
			if !strings.Contains(message.Text, fmt.Sprint("người ", n)) {
				t.Errorf("person %d reads %q", n, message.Text)
			}
		}
	}
}
