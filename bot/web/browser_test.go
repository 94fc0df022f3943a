package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"canbobot/bot"
	"canbobot/bot/web"
)

// browser opens a tab, or leaves the test out where there is no browser and
// nobody insists on one.
func browser(t *testing.T, width, height int64) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" || os.Getenv("BROWSER_TEST") == "1" {
			t.Fatal("chromium is not on PATH")
		}
		t.Skip("not run: chromium is not on PATH (BROWSER_TEST=1 makes this a failure)")
	}
	var watching sync.WaitGroup
	t.Cleanup(watching.Wait) // last: the tab is closed by then
	ctx, cancel := context.WithTimeout(context.Background(), 120*time.Second)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Env("LC_ALL=C.UTF-8"), chromedp.ExecPath(path),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil {
		t.Fatal(err)
	}
	thrown, logged := chromedp.Events(ctx, runtime.ExceptionThrown), chromedp.Events(ctx, browserlog.EntryAdded)
	watching.Go(func() {
		for problem, err := range thrown {
			if err != nil {
				return
			}
			t.Errorf("script failed: %s", problem.ExceptionDetails.Text)
		}
	})
	watching.Go(func() {
		for problem, err := range logged {
			if err != nil {
				return
			}
			if problem.Entry.Source == browserlog.EntrySourceSecurity {
				t.Errorf("against the page's own policy: %s", problem.Entry.Text)
			}
		}
	})
	return ctx
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	for i, step := range steps {
		if err := chromedp.Do(ctx, step); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
}

// until waits for a condition in the page.
func until(t *testing.T, ctx context.Context, condition string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](condition, chromedp.WithPollingInterval(20*time.Millisecond),
		chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		shown, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
		focus, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.activeElement.outerHTML`))
		t.Fatalf("never true: %s: %v\nfocus %s\npage:\n%s", condition, err, focus, shown)
	}
}

// says is the condition that a phone's chat shows a text.
func says(side, text string) string {
	return fmt.Sprintf(`document.querySelector('[data-phone=%s] .log').innerText.includes(%q)`, side, text)
}

func evaluate[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// key presses a key as a keyboard does: a default that is prevented types nothing.
func key(name string, code int64, modifiers int64) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		text := map[string]string{"Enter": "\r", " ": " "}[name]
		down := input.DispatchKeyEventTypeRawKeyDown
		if text != "" {
			down = input.DispatchKeyEventTypeKeyDown
		}
		for _, kind := range []input.DispatchKeyEventType{down, input.DispatchKeyEventTypeKeyUp} {
			if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, input.DispatchKeyEventParams{
				Type: kind, Key: name, Code: name, Text: text, Modifiers: modifiers,
				WindowsVirtualKeyCode: code, NativeVirtualKeyCode: code,
			}); err != nil {
				return err
			}
			text = ""
		}
		return nil
	})
}

var (
	enter    = key("Enter", 13, 0)
	tab      = key("Tab", 9, 0)
	shiftTab = key("Tab", 9, 8)
	right    = key("ArrowRight", 39, 0)
)

func typed(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}

// shoot keeps a picture where SCREENSHOTS says, for people to look at.
func shoot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	until(t, ctx, `document.getAnimations().every(a => a.playState !== 'running' || `+
		`a.effect.getTiming().iterations === Infinity)`)
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name), picture, 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

const bothReady = `document.querySelectorAll('[data-ready=true]').length === 2`

func TestBothPhonesAreLive(t *testing.T) {
	_, _, server := open(t)
	ctx := browser(t, 1280, 860)
	do(t, ctx, chromedp.Navigate(server.URL+"/try"))
	until(t, ctx, bothReady)
	if shown := evaluate[int](t, ctx,
		`[...document.querySelectorAll('.phone')].filter(p => p.offsetWidth > 300).length`); shown != 2 {
		t.Fatalf("%d phones in sight, want 2", shown)
	}
	do(t, ctx,
		chromedp.SendKeys(chromedp.CSS(`[data-phone=left] [data-testid=say]`), "Đề nghị thay cấp phó <b>"),
		chromedp.Click(chromedp.CSS(`[data-phone=left] [data-testid=send]`)))
	until(t, ctx, says("left", "Đề nghị thay cấp phó <b>"))
	until(t, ctx, says("left", "Đã gửi phường."))
	until(t, ctx, says("right", "Đề nghị số 214"))
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-phone=right] [data-action="approve:214"]`)))
	until(t, ctx, says("left", "Phường đã duyệt"))
	until(t, ctx, says("right", "Đã duyệt đề nghị số 214")+
		` && !document.querySelector('[data-phone=right] [data-action]')`)
	if bubbles := evaluate[int](t, ctx, `document.querySelectorAll('[data-phone=right] .log > *').length`); bubbles != 1 {
		t.Errorf("the clerk sees %d bubbles, want the one card redrawn", bubbles)
	}
}

func TestKeyboardAlone(t *testing.T) {
	_, _, server := open(t)
	ctx := browser(t, 1280, 860)
	do(t, ctx, chromedp.Navigate(server.URL+"/try"))
	until(t, ctx, bothReady)
	focused := func() string {
		return evaluate[string](t, ctx, `(() => { const e = document.activeElement; `+
			`return (e.closest('[data-phone]')?.dataset.phone ?? '') + ' ' + `+
			`(e.dataset.action ?? e.dataset.testid ?? e.id ?? e.tagName) })()`)
	}
	do(t, ctx, tab)
	if outline := evaluate[string](t, ctx, `getComputedStyle(document.activeElement).outlineStyle`); outline != "solid" {
		t.Errorf("focus is not seen: outline %q", outline)
	}
	do(t, ctx, enter) // the skip link
	if at := focused(); at != "left say" {
		t.Fatalf("the first skip link leads to %q", at)
	}
	do(t, ctx, typed("Đề nghị thay cấp phó"), key("Enter", 13, 8), typed("dòng hai"), enter)
	until(t, ctx, says("left", "Đề nghị thay cấp phó\ndòng hai"))
	if left := evaluate[string](t, ctx, `document.activeElement.value`); left != "" {
		t.Errorf("%q is left in the field", left)
	}
	until(t, ctx, says("right", "Đề nghị số 214"))
	// On from the left field to the clerk's card: attach, send, who, chat, approve.
	for range 5 {
		do(t, ctx, tab)
	}
	if at := focused(); at != "right approve:214" {
		t.Fatalf("five steps on is %q", at)
	}
	do(t, ctx, enter)
	until(t, ctx, says("left", "Phường đã duyệt"))
	until(t, ctx, `document.activeElement.id === 'say-right'`) // the pressed button is gone
	do(t, ctx, typed("một"), enter)
	until(t, ctx, says("right", "Nghe: một"))
	do(t, ctx, shiftTab)
	if at := focused(); at != "right link" {
		t.Errorf("one step back from the field is %q, want the last button", at)
	}
	do(t, ctx, shiftTab, enter)
	until(t, ctx, says("right", "Anh/chị đã bấm: look 1"))
	if at := focused(); at != "right look:1" {
		t.Errorf("after a press the keyboard is at %q", at)
	}
}

func TestOnePhoneOnANarrowScreen(t *testing.T) {
	_, _, server := open(t)
	ctx := browser(t, 390, 800)
	do(t, ctx, chromedp.Navigate(server.URL+"/try"))
	until(t, ctx, bothReady)
	do(t, ctx, chromedp.SendKeys(chromedp.CSS(`[data-phone=left] [data-testid=say]`), "Đề nghị thay cấp phó "+
		strings.Repeat("dài", 60)), enter)
	until(t, ctx, `document.querySelector('#tab-right .count').textContent === '1'`)
	shoot(t, ctx, "narrow-sent.png")
	if wide := evaluate[int](t, ctx, `document.documentElement.scrollWidth`); wide > 390 {
		t.Errorf("the page is %d px wide", wide)
	}
	do(t, ctx, chromedp.Focus(chromedp.ID("tab-left")), right)
	until(t, ctx, `document.querySelector('#phone-right').offsetWidth === 390 && `+
		`document.querySelector('#phone-left').offsetWidth === 0`)
	until(t, ctx, `document.querySelector('#tab-right .unread').hidden`)
	small := evaluate[[]string](t, ctx, `[...document.querySelectorAll('button, select, textarea, a.key')]
		.filter(e => e.offsetWidth && (e.offsetHeight < 44 || e.offsetWidth < 44)).map(e => e.outerHTML)`)
	if len(small) > 0 {
		t.Errorf("too small for a thumb: %q", small)
	}
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-phone=right] [data-action="approve:214"]`)))
	until(t, ctx, says("right", "Đã duyệt đề nghị số 214"))
	until(t, ctx, `document.querySelector('#tab-left .count').textContent === '1'`)
}

func TestAFailedMessageIsSentAgain(t *testing.T) {
	_, behind, server := open(t)
	ctx := browser(t, 1280, 860)
	do(t, ctx, chromedp.Navigate(server.URL+"/try"))
	until(t, ctx, bothReady)
	behind.set(1, nil)
	do(t, ctx, chromedp.SendKeys(chromedp.CSS(`[data-phone=left] [data-testid=say]`), "xin chào"), enter)
	until(t, ctx, `document.querySelector('[data-phone=left] [data-state=failed] [data-testid=retry]') !== null`)
	shoot(t, ctx, "failed.png")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-phone=left] [data-testid=retry]`)))
	until(t, ctx, says("left", "Nghe: xin chào"))
	until(t, ctx, `document.querySelectorAll('[data-phone=left] [data-testid=mine][data-state=sent]').length === 1`)
	behind.set(1, nil)
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-phone=left] [data-action="look:1"]`)))
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-phone=left] [data-testid=retry]`)))
	until(t, ctx, says("left", "Anh/chị đã bấm: look 1"))
	heard := behind.all()
	if len(heard) != 4 || heard[0].EventID != heard[1].EventID || heard[2].EventID != heard[3].EventID ||
		heard[1].EventID == heard[2].EventID {
		t.Errorf("heard %+v, want each of two events twice", heard)
	}
}

func TestAStrangerOpensAnInvite(t *testing.T) {
	_, behind, server := open(t)
	ctx := browser(t, 1280, 860)
	do(t, ctx, chromedp.Navigate(server.URL+"/try?start=ABC-123"))
	until(t, ctx, says("left", "Mã mời: ABC-123"))
	if address := evaluate[string](t, ctx, `location.search`); strings.Contains(address, "start") ||
		!strings.Contains(address, "left=guest-1") {
		t.Errorf("address %q would open the invite again", address)
	}
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-phone=left] [data-testid=contact]`)))
	until(t, ctx, `document.activeElement.id === 'number-left'`)
	shoot(t, ctx, "number.png")
	do(t, ctx, typed("không"), enter)
	until(t, ctx, `!document.querySelector('[data-phone=left] [data-testid=note]').hidden`)
	do(t, ctx, chromedp.SetValue(chromedp.ID("number-left"), "0987 654 321"), enter)
	until(t, ctx, says("left", "Số 0987 654 321, chính chủ: true"))
	if heard := behind.all(); len(heard) != 2 || heard[0].UserID != "guest-1" || heard[0].Start != "ABC-123" {
		t.Errorf("heard %+v", heard)
	}
}

func TestAPhoneChangesHandsAndHeals(t *testing.T) {
	channel, _, server := open(t)
	ctx := browser(t, 1280, 860)
	if _, err := channel.Send(ctx, "leader-1", bot.Reply{Text: "Bảng chi trả chờ duyệt"}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(server.URL+"/try"))
	until(t, ctx, bothReady)
	do(t, ctx, chromedp.SetValue(chromedp.ID("who-right"), "leader-1"),
		chromedp.Evaluate[chromedp.Void](`document.getElementById('who-right').dispatchEvent(new Event('change'))`))
	until(t, ctx, says("right", "Bảng chi trả chờ duyệt"))
	server.CloseClientConnections()
	until(t, ctx, `!document.querySelector('[data-testid=offline]').hidden`)
	if _, err := channel.Send(ctx, "leader-1", bot.Reply{Text: "tin trong lúc mất mạng"}); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, says("right", "tin trong lúc mất mạng")+` && document.querySelector('[data-testid=offline]').hidden`)
}

func TestTypingSign(t *testing.T) {
	_, behind, server := open(t)
	ctx := browser(t, 1280, 860)
	do(t, ctx, chromedp.Navigate(server.URL+"/try"))
	until(t, ctx, bothReady)
	hold := make(chan struct{})
	behind.set(0, hold)
	do(t, ctx, chromedp.SendKeys(chromedp.CSS(`[data-phone=left] [data-testid=say]`), "xin chào"), enter)
	until(t, ctx, `!document.querySelector('[data-phone=left] [data-testid=typing]').hidden`)
	shoot(t, ctx, "typing.png")
	close(hold)
	until(t, ctx, says("left", "Nghe: xin chào")+
		` && document.querySelector('[data-phone=left] [data-testid=typing]').hidden`)
}

func TestAPhotoIsSent(t *testing.T) {
	_, behind, server := open(t)
	ctx := browser(t, 1280, 860)
	photo := filepath.Join(t.TempDir(), "quyết định.png")
	if err := os.WriteFile(photo, chart(t), 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(server.URL+"/try"))
	until(t, ctx, bothReady)
	do(t, ctx, chromedp.SetUploadFiles(chromedp.CSS(`[data-phone=left] [data-testid=pick]`), []string{photo}))
	until(t, ctx, says("left", "photo quyết định.png"))
	until(t, ctx, `document.querySelector('[data-phone=left] .mine img').naturalWidth === 480`)

	text := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(text, []byte("chữ"), 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.SetUploadFiles(chromedp.CSS(`[data-phone=left] [data-testid=pick]`), []string{text}))
	until(t, ctx, fmt.Sprintf(`document.querySelector('[data-phone=left] [data-testid=note]').innerText === %q`,
		words["wrong_type"]))
	if heard := behind.all(); len(heard) != 1 {
		t.Errorf("heard %+v", heard)
	}
}

func TestThePageOutlivesARestart(t *testing.T) {
	var current atomic.Pointer[http.Handler]
	start := func() *web.Channel {
		channel := web.New(config())
		routes := channel.Routes(&echo{channel: channel})
		current.Store(&routes)
		return channel
	}
	old := start()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter,
		r *http.Request) {
		(*current.Load()).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	ctx := browser(t, 1280, 860)
	do(t, ctx, chromedp.Navigate(server.URL+"/try"))
	until(t, ctx, bothReady)
	do(t, ctx, chromedp.SendKeys(chromedp.CSS(`[data-phone=left] [data-testid=say]`), "trước"), enter)
	until(t, ctx, says("left", "Nghe: trước"))
	t.Cleanup(start().Close)
	old.Close()
	until(t, ctx, `document.querySelector('[data-phone=left] .log').childElementCount === 0`)
	do(t, ctx, chromedp.SendKeys(chromedp.CSS(`[data-phone=left] [data-testid=say]`), "sau"), enter)
	until(t, ctx, says("left", "Nghe: sau"))
}
