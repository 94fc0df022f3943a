package app

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/zalo"
	"canbobot/bot/zalo/zalotest"
	"canbobot/config"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/channels"
	"canbobot/services/notice"
)

// accountPhone is a phone with the Official Account on it.
type accountPhone struct{ *zalotest.User }

func (p accountPhone) Say(text string) { p.User.Say(text) }

// Press presses the newest button of this label; where the newest message lists
// choices by number, it types what a person would.
func (p accountPhone) Press(label string) error {
	messages := p.Messages()
	var texts []string
	for _, message := range messages {
		texts = append(texts, message.Text)
	}
	for i := len(messages) - 1; i >= 0; i-- {
		if slices.Contains(messages[i].Buttons, label) {
			return p.User.Press(label)
		}
		if listedChoice.MatchString(lastLines(messages[i].Text)) && typed(texts[:i+1], label) != label {
			p.User.Say(typed(texts[:i+1], label))
			return nil
		}
	}
	p.User.Say(label)
	return nil
}

// lastLines is the first numbered line of a text, if any.
func lastLines(text string) string {
	for _, line := range strings.Split(text, "\n") {
		if listedChoice.MatchString(line) {
			return line
		}
	}
	return ""
}

func (p accountPhone) Shown() []bot.Reply {
	var all []bot.Reply
	for _, message := range p.Messages() {
		reply := bot.Reply{Text: message.Text}
		for _, button := range message.Buttons {
			reply.Buttons = append(reply.Buttons, []bot.Button{{Label: button}})
		}
		all = append(all, reply)
	}
	return all
}

// account is the Official Account as serve runs it, over a fake of Zalo: tokens
// in the database, the inbox before the dispatcher, a webhook that Zalo pushes to.
type account struct {
	server  *zalotest.Server
	channel *zalo.Channel
	tokens  *channels.Tokens
	house   *house
	stage   *platformStage
}

// openAccount opens a house whose Official Account is served by a fake.
func openAccount(t *testing.T, client *http.Client) *account {
	t.Helper()
	a := &account{server: zalotest.New(t)}
	late := &lateTokens{}
	a.channel = zalo.New(zalo.Config{
		AppID: a.server.AppID, AppSecret: a.server.AppSecret, OASecret: a.server.OASecret, APIURL: a.server.URL,
		BusinessURL: a.server.URL,
		Tokens:      late, TextLimit: 2000, ButtonLimit: 5, FormImage: "https://bot.example.vn/form.png",
		Words: zalo.Words{Numbers: numbersHint(loadWords(t)), Link: fileLink(loadWords(t)), FormTitle: "Gửi số",
			FormText: "Bấm để gửi"},
		Client: client, Clock: func() time.Time { return a.server.Clock() }, Logger: slog.New(slog.DiscardHandler),
	})
	a.house = openHouse(t, a.channel)
	a.server.Clock = a.house.clock
	access1, refresh := a.server.Issue()
	a.tokens = a.replica(t, t.TempDir())
	if err := a.tokens.Seed(ctxFor(t), channels.Pair{Access: access1, Refresh: refresh}); err != nil {
		t.Fatal(err)
	}
	late.Tokens = ZaloAccess{a.tokens}
	a.stage = newPlatformStage(a.house, zalo.Name)
	settings := config.Config{DataDir: t.TempDir()}
	box, err := OpenInbox(settings, a.house.ward, zalo.Name, a.stage.handler(), func(string) {},
		slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	a.house.counter.inboxes[zalo.Name] = box
	web := httptest.NewServer(a.channel.WebhookHandler(box.Handler(true)))
	t.Cleanup(web.Close)
	if err := a.server.SetWebhook(web.URL + "/webhooks/zalo"); err != nil {
		t.Fatal(err)
	}
	if named, err := a.channel.Account(ctxFor(t)); err != nil || named.ID != a.server.OAID {
		t.Fatalf("the account: %+v, %v", named, err)
	}
	return a
}

// lateTokens stand for the tokens of a house that is built after its channel.
type lateTokens struct{ zalo.Tokens }

// replica keeps the pair as another process of the same installation would.
func (a *account) replica(t *testing.T, dir string) *channels.Tokens {
	t.Helper()
	settings := config.Config{ZaloAppID: a.server.AppID, ZaloAppSecret: config.Secret(a.server.AppSecret),
		ZaloOAuthURL: a.server.URL, DataDir: dir}
	return closing(t, ZaloTokens(settings, a.house.ward, slog.New(slog.DiscardHandler)))
}

func (a *account) phone(t *testing.T, externalID string) *zalotest.User {
	t.Helper()
	user := a.server.Known(fmt.Sprintf("24684588352919%04d", len(a.stage.phones)+1), externalID)
	a.stage.move(t, externalID, user.ID, accountPhone{user})
	return user
}

// The main path with buttons, and with numbers where buttons do not suffice.
func TestMainPathOverZalo(t *testing.T) {
	t.Parallel()
	a := openAccount(t, nil)
	for _, externalID := range []string{"truong-phu-nu", "can-bo-1", "can-bo-2"} {
		a.phone(t, externalID)
	}
	playAlike(t, a.house, a.stage, "zalo", "main_path")
	if a.server.Billed() != 0 || a.server.Refreshes() != 0 {
		t.Errorf("billed %d, renewed %d times", a.server.Billed(), a.server.Refreshes())
	}
}

// Somebody follows the account, types the code of their invite and the last four
// digits of the roster's number. A number that they fill into Zalo's form is
// typed by them, and proves nothing.
func TestLinkingOverZalo(t *testing.T) {
	t.Parallel()
	a := openAccount(t, nil)
	who := a.house.character(t, "chua-lien-ket")
	user := a.server.User("246845883529190001", "ai đó")
	a.stage.phones["guest"] = accountPhone{user}
	last := func() string {
		t.Helper()
		messages := user.Messages()
		return messages[len(messages)-1].Text
	}
	wait := func() { <-a.stage.handled }
	code, _, err := a.house.ward.Identity.Invite(ctxFor(t), services.SystemActor(who.Ward), who.Person)
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		do   func() int
		want string
	}{
		{user.Follow, "mã mời"},
		{func() int { return user.Say(strings.ToLower(code)) }, "Tôi đồng ý"},
		{func() int { return user.Say("đồng ý") }, "4 số cuối"},
		// typed: no proof
		{func() int { return user.ShareInfo("Tên khác", strings.TrimPrefix(who.Phone, "+")) }, "4 số cuối"},
		{func() int { return user.Say("0000") }, "4 số cuối"},
		{func() int { return user.Say(who.Phone[len(who.Phone)-4:]) }, who.Name},
		{func() int { return user.Say("phu cap thang nay") }, "Tháng 4/2026"},
	}
	for i, step := range steps {
		a.house.Advance(time.Second)
		if status := step.do(); status != http.StatusOK {
			t.Fatalf("step %d: status %d", i, status)
		}
		wait()
		a.house.settle(t)
		shown := last() + strings.Join(user.Messages()[len(user.Messages())-1].Buttons, " ")
		if !strings.Contains(shown, step.want) {
			t.Fatalf("step %d: %q, want %q", i, shown, step.want)
		}
	}
	// Leaving is noted, and the clerk sees it; coming back mends it.
	user.Unfollow()
	wait()
	var row models.Account
	find := func() {
		t.Helper()
		if err := a.house.ward.Store.Where("channel = ? AND external_id = ?", zalo.Name,
			user.ID).Take(&row).Error; err != nil {
			t.Fatal(err)
		}
	}
	if find(); row.UnreachableAt == nil || row.UnreachableWhy != bot.WhyLeft {
		t.Errorf("after leaving: %+v", row)
	}
	user.Follow()
	wait()
	row = models.Account{}
	if find(); row.UnreachableAt != nil {
		t.Errorf("after coming back: %+v", row)
	}
	// And they may have it all forgotten, in Zalo's own settings.
	user.Withdraw()
	wait()
	if known, err := a.house.ward.Identity.Holder(ctxFor(t), zalo.Name, user.ID); err != nil || known.Actor.Account != 0 {
		t.Errorf("after withdrawing: %+v, %v", known, err)
	}
}

// Three replicas, a thousand messages, and the token refused in the middle: one
// of them renews it, once, and no message fails.
func TestOneOfThreeReplicasRenews(t *testing.T) {
	t.Parallel()
	a := openAccount(t, nil)
	user := a.server.Known("246845883529197922", "Lan")
	const replicas, messages = 3, 1000
	var lines [replicas]*zalo.Channel
	for i := range lines {
		lines[i] = zalo.New(zalo.Config{
			AppID: a.server.AppID, AppSecret: a.server.AppSecret, APIURL: a.server.URL, BusinessURL: a.server.URL,
			Tokens: ZaloAccess{a.replica(t, t.TempDir())}, TextLimit: 2000, ButtonLimit: 5, Clock: a.house.clock,
		})
	}
	var wait sync.WaitGroup
	work := make(chan int)
	for worker := range 4 * replicas {
		wait.Go(func() {
			for i := range work {
				if i == messages/2 {
					a.server.ExpireAccess()
				}
				if _, err := lines[worker%replicas].Send(ctxFor(t), user.ID, bot.Reply{Text: fmt.Sprint("tin ", i)}); err != nil {
					t.Errorf("message %d: %v", i, err)
				}
			}
		})
	}
	for i := range messages {
		work <- i
	}
	close(work)
	wait.Wait()
	if got := a.server.Refreshes(); got != 1 {
		t.Errorf("renewed %d times", got)
	}
	if got := a.server.Sent(); got != messages {
		t.Errorf("%d messages arrived of %d", got, messages)
	}
}

// Past the seven days a notice goes by the ward's template; without one the
// person is on the list of those to be telephoned, and their card says why.
func TestPastTheWindowOverZalo(t *testing.T) {
	t.Parallel()
	a := openAccount(t, nil)
	ctx := ctxFor(t)
	crew := a.house.crew(t, 2)
	phone := a.phone(t, crew[0])
	known, err := a.house.ward.Identity.Holder(ctx, zalo.Name, phone.ID)
	if err != nil {
		t.Fatal(err)
	}
	a.house.Advance(8 * 24 * time.Hour)
	access1, refresh := a.server.Issue() // the former is too old
	if err := a.tokens.Restore(ctx, channels.Pair{Access: access1, Refresh: refresh}); err != nil {
		t.Fatal(err)
	}
	notify(t, a.house, "Họp chi hội tối nay")
	a.house.settle(t)
	if got := phone.Messages(); len(got) != 0 {
		t.Fatalf("a message got through: %+v", got)
	}
	clerk := func(action string) string {
		t.Helper()
		in := bot.Inbound{Channel: "web", EventID: "window-" + action, UserID: "can-bo-1", ChatID: "can-bo-1", Private: true,
			Action: action}
		if err := a.house.counter.Dispatcher.Handle(ctx, in); err != nil {
			t.Fatal(err)
		}
		var text string
		for _, message := range a.house.webStage(t).shown(t, "can-bo-1") {
			text += message.Reply.Text
		}
		return text
	}
	if card := clerk(fmt.Sprint("person:", known.Actor.Person)); !strings.Contains(card, "Zalo: quá lâu chưa nhắn") {
		t.Errorf("the clerk's card says %q", card)
	}
	calls, _, err := a.house.ward.Notices.Outcomes.Calls(ctx, services.Actor{Role: services.Clerk, Ward: known.Actor.Ward,
		Staff: 1}, 50)
	if err != nil || !slices.ContainsFunc(calls, func(call notice.Call) bool {
		return call.Person == known.Actor.Person && call.Why == bot.WhyWindow
	}) {
		t.Errorf("not on the list of those to be telephoned: %+v, %v", calls, err)
	}

	a.server.AddTemplate("418234", "ten_can_bo", "noi_dung")
	err = a.house.ward.Channels.SetTemplate(ctx, services.SystemActor(known.Actor.Ward), zalo.Name, "notice", "418234",
		map[string]string{"ten_can_bo": "ten", "noi_dung": "noi_dung:20"})
	if err != nil {
		t.Fatal(err)
	}
	a.house.Advance(time.Minute) // past what is remembered of templates
	notify(t, a.house, "Họp chi hội tối mai tại nhà văn hoá")
	a.house.settle(t)
	got := phone.Messages()
	if len(got) != 1 || !got[0].Template || got[0].Text != "418234 ten_can_bo="+known.Name+
		"; noi_dung=Họp chi hội tối mai" {
		t.Errorf("shown %+v", got)
	}
}
