package app

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/zalobot"
	"canbobot/bot/zalobot/zalobottest"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/cases"
)

// A person linked on two channels is one: the form begun on one is offered on
// the other, and what they are told goes where they were last, or else to the
// other.
func TestOnePersonOnTwoChannels(t *testing.T) {
	t.Parallel()
	server := zalobottest.New(t)
	channel := zalobot.New(zalobot.Config{Token: server.Token, APIURL: server.URL,
		Words:  zalobot.Words{Numbers: numbersHint(loadWords(t)), Link: fileLink(loadWords(t))},
		Logger: slog.New(slog.DiscardHandler)})
	house := openHouse(t, channel)
	ctx := ctxFor(t)
	who := house.character(t, "truong-phu-nu")
	user := server.Known(zalobottest.ID("user", 1), "Thu")

	// The second channel is linked like the first: a code, then what only she has.
	number := 0
	says := func(channel, id string, in bot.Inbound) string {
		t.Helper()
		number++
		house.Advance(time.Minute)
		in.Channel, in.UserID, in.ChatID, in.Private = channel, id, id, true
		in.EventID, in.At = fmt.Sprint("two-", number), house.clock()
		before := len(user.Messages())
		if err := house.counter.Dispatcher.Handle(ctx, in); err != nil {
			t.Fatal(err)
		}
		house.settle(t)
		if messages := user.Messages(); len(messages) > before {
			return messages[len(messages)-1].Text
		}
		return ""
	}
	code, _, err := house.ward.Identity.Invite(ctx, services.SystemActor(who.Ward), who.Person)
	if err != nil {
		t.Fatal(err)
	}
	says("zalobot", user.ID, bot.Inbound{Text: code})
	says("zalobot", user.ID, bot.Inbound{Text: "đồng ý"})
	if linked := says("zalobot", user.ID, bot.Inbound{Text: who.Phone[len(who.Phone)-4:]}); !strings.Contains(linked,
		"Cao Thị Thu") {
		t.Fatalf("not linked: %q", linked)
	}
	var accounts int64
	if err := house.ward.Store.Model(&models.Account{}).Where("person_id = ? AND unlinked_at IS NULL",
		who.Person).Count(&accounts).Error; err != nil || accounts != 2 {
		t.Fatalf("%d accounts, %v", accounts, err)
	}

	says("web", "truong-phu-nu", bot.Inbound{Action: "phone"})
	if menu := says("zalobot", user.ID, bot.Inbound{Text: "menu"}); !strings.Contains(menu, "Anh/chị đang làm dở") ||
		!strings.Contains(menu, "1. Làm tiếp") {
		t.Errorf("the form begun on the page is not offered: %q", menu)
	}
	if resumed := says("zalobot", user.ID, bot.Inbound{Text: "1"}); !strings.Contains(resumed,
		"Đổi số điện thoại của ai?") {
		t.Errorf("the form does not go on: %q", resumed)
	}

	// She was last on the bot; a question of hers is answered there.
	clerk, err := house.ward.Identity.Identify(ctx, "web", "can-bo-1")
	if err != nil {
		t.Fatal(err)
	}
	told := func() (bottom string, page int) {
		t.Helper()
		messages := user.Messages()
		for _, one := range house.page.Told() {
			if one.ChatID == "truong-phu-nu" {
				page++
			}
		}
		return messages[len(messages)-1].Text, page
	}
	answer := func(text string) {
		t.Helper()
		officer, err := house.ward.Identity.Holder(ctx, "web", "truong-phu-nu")
		if err != nil {
			t.Fatal(err)
		}
		number++
		officer.Actor.Event = fmt.Sprint("ask-", number)
		opened, err := house.ward.Cases.Open(ctx, officer.Actor, cases.Opening{Kind: models.CaseQuestion, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		by := clerk.Actor
		by.Event = fmt.Sprint("answer-", number)
		if _, err := house.ward.Cases.Answer(context.Background(), by, opened.Case.ID, "Dạ "+text); err != nil {
			t.Fatal(err)
		}
		house.settle(t)
	}
	_, before := told()
	answer("bao giờ họp ạ")
	if last, page := told(); !strings.Contains(last, "Dạ bao giờ họp ạ") || page != before {
		t.Errorf("told %q, and %d on the page", last, page-before)
	}
	user.Block()
	answer("họp ở đâu ạ")
	if last, page := told(); strings.Contains(last, "họp ở đâu") || page != before+1 {
		t.Errorf("blocked there, told %q, and %d on the page", last, page-before)
	}
}

// Where the ward takes no account number an officer is led on: to a channel where it
// does, to its telephone and to its clerks, whichever way they ask.
func TestAnAccountThatMayNotBeTypedHereIsLedElsewhere(t *testing.T) {
	t.Parallel()
	server := zalobottest.New(t)
	house := openHouse(t, zalobot.New(zalobot.Config{Token: server.Token, APIURL: server.URL,
		Words:  zalobot.Words{Numbers: numbersHint(loadWords(t)), Link: fileLink(loadWords(t))},
		Logger: slog.New(slog.DiscardHandler)}))
	ctx, who := ctxFor(t), house.character(t, "truong-phu-nu")
	user, db := server.Known(zalobottest.ID("user", 1), "Thu"), house.ward.Store
	var account models.Account
	if err := db.Where("person_id = ?", who.Person).Take(&account).Error; err != nil {
		t.Fatal(err)
	}
	var consent models.Consent
	if err := db.Where("account_id = ?", account.ID).Take(&consent).Error; err != nil {
		t.Fatal(err)
	}
	account.ID, account.Channel, account.ExternalID, account.ChatID = 0, "zalobot", user.ID, user.ID
	if err := db.Create(&account).Error; err != nil {
		t.Fatal(err)
	}
	consent.ID, consent.AccountID = 0, account.ID
	if err := db.Create(&consent).Error; err != nil {
		t.Fatal(err)
	}
	err := house.ward.Privacy.SetAccountsNotOn(ctx, services.SystemActor(who.Ward), []string{"zalobot"})
	if err != nil {
		t.Fatal(err)
	}
	for i, said := range []bot.Inbound{{Action: "bank"}, {Text: "đổi tài khoản"},
		{Text: "em đổi sang tài khoản Agribank 3706205999888"}} {
		said.Channel, said.UserID, said.ChatID, said.Private = "zalobot", user.ID, user.ID, true
		said.EventID, said.At = fmt.Sprint("led-", i), house.clock()
		if err := house.counter.Dispatcher.Handle(ctx, said); err != nil {
			t.Fatal(err)
		}
		messages := user.Messages()
		shown := messages[len(messages)-1].Text
		for _, way := range []string{"Phường không nhận số tài khoản qua kênh này.", "Phường nghe máy số ",
			"Mở Trang dùng thử", "http://127.0.0.1/try", "Hỏi cán bộ phường"} {
			if !strings.Contains(shown, way) {
				t.Errorf("%+v is not led to %q: %s", said, way, shown)
			}
		}
	}
}

// A chat that is linked on another channel is told of in the first, drawn with the
// button that cuts it off; pressed, whoever decides reads of it.
func TestANewLinkElsewhereIsCutOffFromTheFirstChat(t *testing.T) {
	t.Parallel()
	server := zalobottest.New(t)
	house := openHouse(t, zalobot.New(zalobot.Config{Token: server.Token, APIURL: server.URL,
		Words:  zalobot.Words{Numbers: numbersHint(loadWords(t)), Link: fileLink(loadWords(t))},
		Logger: slog.New(slog.DiscardHandler)}))
	ctx, who, user := ctxFor(t), house.character(t, "truong-phu-nu"), server.Known(zalobottest.ID("user", 1), "Thu")
	code, _, err := house.ward.Identity.Invite(ctx, services.SystemActor(who.Ward), who.Person)
	if err != nil {
		t.Fatal(err)
	}
	for i, in := range []bot.Inbound{{Text: code}, {Text: "đồng ý"}, {Text: who.Phone[len(who.Phone)-4:]}} {
		in.Channel, in.UserID, in.ChatID, in.Private = "zalobot", user.ID, user.ID, true
		in.EventID, in.At = fmt.Sprint("new-", i), house.clock()
		if err := house.counter.Dispatcher.Handle(ctx, in); err != nil {
			t.Fatal(err)
		}
	}
	last := func(chat, begins string) bot.Reply {
		t.Helper()
		house.settle(t)
		for _, one := range house.page.Told() {
			if one.ChatID == chat && strings.HasPrefix(one.Reply.Text, begins) {
				return one.Reply
			}
		}
		t.Fatalf("%s is told nothing that begins with %q", chat, begins)
		return bot.Reply{}
	}
	told := last("truong-phu-nu", "Vừa có thêm một máy liên kết với tên anh/chị trên Zalo Bot, lúc 09:00 06/04/2026.")
	button := told.Buttons[0][0]
	if button.Label != "Báo không phải tôi" {
		t.Fatalf("the first button says %q", button.Label)
	}
	press := bot.Inbound{Channel: "web", UserID: "truong-phu-nu", ChatID: "truong-phu-nu", Private: true, EventID: "cut",
		At: house.clock(), Action: button.Action.String()}
	if err := house.counter.Dispatcher.Handle(ctx, press); err != nil {
		t.Fatal(err)
	}
	for _, chat := range []string{"can-bo-1", "lanh-dao"} {
		last(chat, "Cao Thị Thu báo máy liên kết trên Zalo Bot lúc 09:00 06/04/2026 không phải của mình.")
	}
	if cut, err := house.ward.Identity.Identify(ctx, "zalobot", user.ID); err != nil || cut.Actor.Account != 0 {
		t.Errorf("still linked as %+v, %v", cut.Actor, err)
	}
}
