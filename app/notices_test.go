package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
	"canbobot/services/outbox"
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
		house.Advance(10 * time.Second)
		in.Channel, in.UserID, in.ChatID, in.Private, in.At = "web", "can-bo-1", "can-bo-1", true, house.clock()
		in.EventID = fmt.Sprint("long-", events)
		stage.shown(t, "can-bo-1")
		if err := house.counter.Dispatcher.Handle(ctxFor(t), in); err != nil {
			t.Fatal(err)
		}
		shown := stage.shown(t, "can-bo-1")
		return shown[len(shown)-1].Reply
	}
	does(bot.Inbound{Action: "broadcast"})
	long := strings.TrimSpace(strings.Repeat("Mời họp tại nhà văn hoá\n", 125)) // 3,000 letters
	if cut := does(bot.Inbound{Text: long, Cut: true}); !strings.Contains(cut.Text, "Tin nhắn dài quá") ||
		!strings.Contains(cut.Text, "Thông báo viết gì?") {
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

// What is drawn for many at once is what each would have been sent alone; a
// notice that is paused or given up is drawn for nobody, and one that says so is
// not repeated.
func TestDrawnForManyAsForOne(t *testing.T) {
	house := openHouse(t)
	ctx := ctxFor(t)
	known, err := house.ward.Identity.Holder(ctx, "web", "can-bo-1")
	if err != nil {
		t.Fatal(err)
	}
	clerk := known.Actor
	audience := notice.Audience{Organizations: []string{"women"}, Roles: []models.TermRole{models.Head}}
	for _, compose := range []notice.Compose{
		{Text: "Mời họp bàn việc đắp đê", Audience: audience, NeedsConfirm: true, Once: true},
		{Text: "Kính gửi {ten}, {chuc_danh}: tháng {thang} được {so_tien}.", Audience: audience},
	} {
		progress, err := house.ward.Notices.Send(ctx, clerk, compose)
		if err != nil {
			t.Fatal(err)
		}
		house.settle(t)
		var rows []models.Delivery
		if err := house.ward.Store.Where("subject_id = ? AND kind = ?", progress.Notice.ID,
			outbox.NoticeSent).Order("id").Find(&rows).Error; err != nil || len(rows) < 5 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		readers := make([]services.Actor, len(rows))
		for i, row := range rows {
			readers[i] = services.Actor{Role: services.Officer, Ward: row.WardID, Person: *row.PersonID}
		}
		replies, failures := house.counter.Screens.Notifications(ctx, readers, rows)
		different := map[string]bool{}
		for i, row := range rows {
			alone, err := house.counter.Screens.Notification(ctx, readers[i], row)
			if err != nil || failures[i] != nil {
				t.Fatalf("%v, %v", err, failures[i])
			}
			if fmt.Sprintf("%+v", replies[i]) != fmt.Sprintf("%+v", alone) {
				t.Errorf("among many %+v, alone %+v", replies[i], alone)
			}
			different[replies[i].Text] = true
		}
		if gaps := strings.Contains(compose.Text, "{"); gaps != (len(different) > 1) {
			t.Errorf("%d different texts of %q", len(different), compose.Text)
		}
		if repeats, err := house.counter.Screens.Repeats(ctx, rows[0]); err != nil || repeats == compose.Once {
			t.Errorf("repeats %v, %v", repeats, err)
		}
		for state, code := range map[models.NoticeState]string{models.NoticePaused: "paused",
			models.NoticeCancelled: "cancelled"} {
			if err := house.ward.Store.Exec("UPDATE notices SET state = ? WHERE id = ?", state,
				progress.Notice.ID).Error; err != nil {
				t.Fatal(err)
			}
			_, failures := house.counter.Screens.Notifications(ctx, readers, rows)
			if _, err := house.counter.Screens.Notification(ctx, readers[0], rows[0]); services.CodeOf(err) != code ||
				services.CodeOf(failures[1]) != code {
				t.Errorf("%s: drawn alone with %v, among many with %v", state, err, failures[1])
			}
		}
	}
}
