package app

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Strangers who try codes out are slowed; the administrator reads of it once, and
// whoever holds a right code links all the same, after seconds.
func TestStrangersWhoTryCodesOutStopNobody(t *testing.T) {
	t.Parallel()
	house := openHouse(t)
	stage := house.webStage(t)
	says := func(user string) string {
		t.Helper()
		var text strings.Builder
		for _, message := range stage.shown(t, user) {
			text.WriteString(message.Draw(user))
		}
		return text.String()
	}
	says("quan-tri")
	for i := range 30 {
		for range 6 {
			stage.act(t, fmt.Sprint("do-ma-", i), '>', "CFHJK-23456")
		}
	}
	if said := says("do-ma-0"); !strings.Contains(said, "phút rồi thử lại") {
		t.Errorf("who tries codes out reads:\n%s", said)
	}
	stage.settle(t)
	if said := says("quan-tri"); strings.Count(said, "Có người dò mã") != 1 {
		t.Errorf("the administrator reads:\n%s", said)
	}
	code, err := house.Secret(ctxFor(t), "invite", "truong-phu-nu")
	if err != nil {
		t.Fatal(err)
	}
	began, said := time.Now(), ""
	for again := time.NewTicker(500 * time.Millisecond); !strings.Contains(said, "Trước khi dùng"); <-again.C {
		stage.act(t, "khach-1", '>', code)
		said = says("khach-1")
		if time.Since(began) > 20*time.Second {
			t.Fatalf("who holds a code is kept out:\n%s", said)
		}
	}
}
