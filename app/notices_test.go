package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
)

// A text that one message does not hold is shown in the parts in which it goes;
// one that was cut off on its way here is not taken for the whole.
func TestALongNoticeIsShownInItsParts(t *testing.T) {
	house := openHouse(t)
	stage := &webStage{house: house}
	events := 0
	does := func(in bot.Inbound) bot.Reply {
		t.Helper()
		events++
		house.advance(10 * time.Second)
		in.Channel, in.UserID, in.ChatID, in.Private, in.At = "web", "can-bo-1", "can-bo-1", true, house.clock()
		in.EventID = fmt.Sprint("long-", events)
		stage.shown(t, "can-bo-1")
		if err := house.counter.Dispatcher.Handle(ctxFor(t), in); err != nil {
			t.Fatal(err)
		}
		shown := stage.shown(t, "can-bo-1")
		return shown[len(shown)-1].reply
	}
	does(bot.Inbound{Action: "broadcast"})
	long := strings.TrimSpace(strings.Repeat("Mời họp tại nhà văn hoá\n", 125)) // 3,000 letters
	if cut := does(bot.Inbound{Text: long, Cut: true}); !strings.Contains(cut.Text, "Tin nhắn dài quá") || !strings.Contains(cut.Text, "Thông báo viết gì?") {
		t.Errorf("a text that was cut off: %q", cut.Text)
	}
	does(bot.Inbound{Text: long})
	does(bot.Inbound{Text: "chi hội trưởng phụ nữ tổ 6"})
	card := does(bot.Inbound{Text: "không cần"})
	for _, want := range []string{"(Tin 1/2)", "(Tin 2/2)"} {
		if !strings.Contains(card.Text, want) {
			t.Errorf("the preview has no %s:\n%s", want, card.Text)
		}
	}
	if n := strings.Count(card.Text, "Mời họp tại nhà văn hoá"); n != 125 {
		t.Errorf("the preview shows %d of 125 lines", n)
	}
}
