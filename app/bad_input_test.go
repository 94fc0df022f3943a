package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/models"
)

// Whatever comes in gets a sentence with the next step, and changes nothing.
func TestBadInput(t *testing.T) {
	house := openHouse(t)
	stage := &webStage{house: house}
	rows := func() string {
		var parts []string
		for _, model := range []any{&models.Person{}, &models.Term{}, &models.ChangeRequest{}, &models.PaymentLine{},
			&models.Case{}, &models.Notice{}, &models.LinkRequest{}, &models.Invite{}} {
			var n int64
			house.ward.Store.Model(model).Count(&n)
			parts = append(parts, fmt.Sprint(n))
		}
		var versions int64
		house.ward.Store.Model(&models.ChangeRequest{}).Select("COALESCE(SUM(version), 0)").Scan(&versions)
		return strings.Join(append(parts, fmt.Sprint(versions)), " ")
	}
	before := rows()
	var run models.PaymentRun
	if err := house.ward.Store.Where("ward_id = 1").Order("id").Take(&run).Error; err != nil {
		t.Fatal(err)
	}
	inputs := map[string]bot.Inbound{
		"100 kB, cut":        {Text: strings.Repeat("phụ cấp ", 500), Cut: true},
		"control characters": {Text: "\x01\x02\x7f"},
		"emoji only":         {Text: "👍👍🎉"},
		"broken UTF-8":       {Text: "ph\xff\xfe c\xc3"},
		"a contact":          {Contact: &bot.Contact{Phone: "0900000000"}},
		"a photo":            {Attachment: &bot.Attachment{Kind: bot.Photo, ID: "x"}},
		"an unknown button":  {Action: "zz"},
		"colons":             {Action: ":::::"},
		"junk":               {Action: strings.Repeat("~", 64)},
		"a form that ended":  {Action: "a:phone:phone:x"},
		"sending nothing":    {Action: "fs:officer"},
		"a used code":        {Start: "CFHJK-23456"},
	}
	for _, verb := range []string{"card", "ok", "ret", "no", "case", "caseans", "caseclose", "linkcard", "linkyes",
		"linkno", "linkback", "run", "approve", "export", "submit", "settle", "close",
		"line", "linepaid", "lines", "person", "invite", "unlinkperson", "confirm", "request", "withdraw", "redo", "mycase",
		"branch", "change", "leave"} {
		for _, args := range []string{"", ":-1:-1", ":99999999999999999999:1", fmt.Sprintf(":%d:1", run.ID), ":1:1"} {
			inputs[verb+args] = bot.Inbound{Action: verb + args}
		}
	}
	users := []string{"truong-nam", "can-bo-nam", "nobody-knows"} // another ward's officer and clerk, and a stranger
	n := 0
	for name, in := range inputs {
		for _, user := range users {
			if user == "can-bo-nam" && (strings.HasPrefix(name, "person") || strings.HasPrefix(name, "invite")) &&
				!strings.Contains(name, "9999") {
				continue // may be of their own ward
			}
			n++
			house.sessions.Prefix = fmt.Sprintf("bad-%d:%d:", time.Now().UnixNano(), n) // nobody goes too fast here
			in.Channel, in.EventID, in.UserID, in.ChatID, in.Private = "web", fmt.Sprintf("bad-%d", n), user, user, true
			if err := house.counter.Dispatcher.Handle(ctxFor(t), in); err != nil {
				t.Errorf("%s, %s: %v", user, name, err)
				continue
			}
			shown := stage.shown(t, user)
			if len(shown) == 0 {
				t.Errorf("%s, %s: no answer", user, name)
				continue
			}
			reply := shown[len(shown)-1].Reply
			if reply.Empty() || len(reply.Buttons) == 0 {
				t.Errorf("%s, %s: a dead end: %q", user, name, reply.Text)
			}
			if strings.Contains(reply.Text, house.counter.Texts.Say("errors.internal", nil)) {
				t.Errorf("%s, %s: failed inside", user, name)
			}
		}
	}
	if after := rows(); after != before {
		t.Errorf("rows were %s, are %s", before, after)
	}
}
