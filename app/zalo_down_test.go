package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/zalo/zalotest"
	"canbobot/models"
	"canbobot/services/notice"
)

// Zalo is down: it hangs, answers 502 or refuses connections. Everybody else is
// told and answered meanwhile; what was due to Zalo goes out afterwards, once.
func TestZaloDownHoldsUpNobody(t *testing.T) {
	for name, trouble := range map[string]func(s *zalotest.Server, away *atomic.Bool){
		"hangs": func(s *zalotest.Server, _ *atomic.Bool) { s.Fail(zalotest.Fault{Hang: time.Hour}) },
		"answers 502": func(s *zalotest.Server, _ *atomic.Bool) {
			s.Fail(zalotest.Fault{Status: 502, Body: "<html>Bad Gateway</html>"})
		},
		"refuses": func(_ *zalotest.Server, away *atomic.Bool) { away.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var away atomic.Bool
			transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if away.Load() {
					return nil, errors.New("connection refused")
				}
				return (&net.Dialer{}).DialContext(ctx, network, address)
			}}
			defer transport.CloseIdleConnections()
			a := openAccount(t, &http.Client{Transport: transport})
			crew := a.house.crew(t, 40)
			onZalo, onPage := crew[:30], crew[30:]
			var phones []*zalotest.User
			for _, externalID := range onZalo {
				phones = append(phones, a.phone(t, externalID))
			}
			trouble(a.server, &away)
			transport.CloseIdleConnections()
			notify(t, a.house, "Mời họp lúc 8 giờ")

			// Those on the page are told, and answered, while Zalo says nothing.
			ctx := ctxFor(t)
			waitFor(ctx, t, "everybody on the page to be told", func() bool {
				for _, user := range onPage {
					if !toldOnPage(a.house, user, "Mời họp lúc 8 giờ") {
						return false
					}
				}
				return true
			})
			in := bot.Inbound{Channel: "web", EventID: "meanwhile-" + name, UserID: onPage[0], ChatID: onPage[0], Private: true,
				Text: "menu"}
			if err := a.house.counter.Dispatcher.Handle(ctx, in); err != nil ||
				!toldOnPage(a.house, onPage[0], "Anh/chị cần việc gì") {
				t.Errorf("the page is not answered: %v", err)
			}
			if sent := a.server.Sent(); sent != 0 {
				t.Fatalf("%d messages got through", sent)
			}

			away.Store(false)
			a.server.Recover()
			waitFor(ctx, t, "everybody on Zalo to be told", func() bool {
				a.house.Advance(time.Minute) // past what the line is left alone for
				err := a.house.ward.Store.WithContext(ctx).Exec(
					`UPDATE river_job SET scheduled_at = ?, state = 'available' WHERE state IN ('scheduled', 'retryable')`,
					time.Now().UTC().Add(-time.Second)).Error
				if err != nil {
					t.Fatal(err)
				}
				for _, phone := range phones {
					if len(phone.Messages()) == 0 {
						return false
					}
				}
				return true
			})
			a.house.settle(t)
			for i, phone := range phones {
				told := 0
				for _, message := range phone.Messages() {
					if strings.Contains(message.Text, "Mời họp lúc 8 giờ") {
						told++
					}
				}
				if told != 1 {
					t.Errorf("%s was told %d times", onZalo[i], told)
				}
			}
		})
	}
}

// notify sends a notice to everybody in post, by a clerk who gave a code.
func notify(t *testing.T, h *house, text string) {
	t.Helper()
	known, err := h.ward.Identity.Identify(context.Background(), "web", "can-bo-1")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.ward.Store.Model(&models.Account{}).Where("id = ?", known.Actor.Account).Update("stepped_up_until",
		h.clock().UTC().Add(time.Hour)).Error; err != nil {
		t.Fatal(err)
	}
	known.Actor.Event = "notify:" + strconv.FormatInt(h.clock().UnixNano(), 36)
	if _, err := h.ward.Notices.Send(context.Background(), known.Actor, notice.Compose{Text: text}); err != nil {
		t.Fatal(err)
	}
}

func toldOnPage(h *house, user, text string) bool {
	for _, message := range h.page.Told() {
		if message.ChatID == user && strings.Contains(fmt.Sprint(message.Reply.Title, message.Reply.Text), text) {
			return true
		}
	}
	return false
}

// waitFor looks again and again until it is so.
func waitFor(ctx context.Context, t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}
