package app

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"canbobot/services"
)

// browser opens a tab; without Chromium the test is left out, unless CI or
// BROWSER_TEST insists on it.
func browser(t *testing.T, width, height int64) (ctx context.Context, ok bool) {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" || os.Getenv("BROWSER_TEST") == "1" {
			t.Fatal("chromium is not on PATH")
		}
		t.Log("not run: chromium is not on PATH (BROWSER_TEST=1 makes this a failure)")
		return nil, false
	}
	chromium.once.Do(func() { chromium.start(path) })
	if chromium.failed != nil {
		t.Fatal(chromium.failed)
	}
	var watching sync.WaitGroup
	t.Cleanup(watching.Wait) // last: the tab is closed by then
	ctx, cancel := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 150*time.Second)
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
	return ctx, true
}

// chromium is the one browser of all tests: each has a tab of its own, which
// shares nothing with the others.
var chromium sharedBrowser

type sharedBrowser struct {
	once   sync.Once
	ctx    context.Context
	failed error
	close  func()
}

func (b *sharedBrowser) start(path string) {
	folder, err := os.MkdirTemp("", "chromium-")
	if err != nil {
		b.failed = err
		return
	}
	ctx, end := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Env("LC_ALL=C.UTF-8"), chromedp.ExecPath(path),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(folder),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true))...)
	ctx, leave := chromedp.NewContext(ctx)
	b.ctx = ctx
	b.failed = chromedp.Do(ctx, chromedp.Navigate("about:blank"))
	b.close = func() {
		leave()
		end()
		os.RemoveAll(folder)
	}
}

// end closes the browser, where any test has opened it.
func (b *sharedBrowser) end() {
	if b.close != nil {
		b.close()
	}
}

// tab is the demo's page as a person has it before them.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// openPage starts the demo, on a clock that begins in the morning of the plays,
// and opens its page.
func openPage(t *testing.T, query string, width, height int64) (*tab, bool) {
	t.Helper()
	ctx, ok := browser(t, width, height)
	if !ok {
		return nil, false
	}
	begun := time.Now()
	clock := services.Clock(func() time.Time { return morning.Add(time.Since(begun)) })
	d, err := OpenDemo(context.Background(), "127.0.0.1:0", clock, silent())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	if err := d.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	p := &tab{t, ctx}
	p.do(chromedp.Navigate(d.URL() + "/try" + query))
	return p, true
}

func (p *tab) do(step chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, step); err != nil {
		p.t.Fatal(err)
	}
}

// until waits for a condition from outside the page: one that is asked while the
// page goes elsewhere is asked again there.
func (p *tab) until(condition string) {
	p.t.Helper()
	late := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		so, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](condition))
		if err == nil && so {
			return
		}
		select {
		case <-tick.C:
		case <-p.ctx.Done():
			p.t.Fatalf("never true: %s: %v", condition, p.ctx.Err())
		case <-late:
			shown, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
			p.t.Fatalf("never true: %s: %v\npage:\n%s", condition, err, shown)
		}
	}
}

// click presses what a script finds, once; the page may be gone before it has
// answered.
func (p *tab) click(element string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](
		`(setTimeout(() => `+element+`.click(), 0), true)`)); err != nil {
		p.t.Fatal(err)
	}
}

// sees waits until a phone shows a text, however its lines are broken.
func (p *tab) sees(side, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector('[data-phone=%s] .log').innerText.replace(/\s+/g, ' ').includes(%q)`,
		side, text))
}

// says types into a phone and presses Enter.
func (p *tab) says(side, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector('[data-phone=%s]').dataset.ready === 'true'`, side))
	p.until(fmt.Sprintf(`(document.querySelector('#say-%s').focus(), document.activeElement.id === 'say-%[1]s')`, side))
	p.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
	p.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown,
			input.DispatchKeyEventTypeKeyUp} {
			letter := ""
			if kind == input.DispatchKeyEventTypeKeyDown {
				letter = "\r"
			}
			if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, input.DispatchKeyEventParams{
				Type: kind, Key: "Enter", Code: "Enter", Text: letter, WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13,
			}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// presses clicks the newest button with a label.
func (p *tab) presses(side, label string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll('[data-phone=%s] [data-testid=button]')].filter(
			b => b.innerText.trim() === %q && !b.disabled)
		if (all.length === 0) return false
		all[all.length - 1].click()
		return true
	})()`, side, label))
}

func (p *tab) shoot(path string) {
	p.t.Helper()
	p.until(`document.getAnimations().every(a => a.playState !== 'running' || ` +
		`a.effect.getTiming().iterations === Infinity)`)
	shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, shot, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// What the officer sends appears on the clerk's phone, and the clerk's tap on
// the officer's, without anybody reloading anything.
func TestOfficerToClerkToOfficerInTheBrowser(t *testing.T) {
	p, ok := openPage(t, "?left=truong-phu-nu&right=can-bo-1", 1280, 860)
	if !ok {
		return
	}
	p.says("left", "phụ cấp tháng này có chưa")
	p.sees("left", "Tháng 4/2026: 200.000 đ, chưa chuyển. Phường đang lập danh sách.")
	p.says("left", "thay chi hội phó")
	p.sees("left", "Họ và tên đầy đủ của người mới là gì?")
	p.says("left", "Nguyễn Thị Minh Tâm")
	p.sees("left", "Số điện thoại của người mới")
	p.says("left", "0912 345 679")
	p.presses("left", "Đầu tháng (01/04)")
	p.sees("left", "Quyết định công nhận số bao nhiêu?")
	p.says("left", "15/QĐ-HPN")
	p.presses("left", "Gửi đi")
	p.sees("left", "Đã gửi đề nghị số 4")
	p.sees("right", "Dương Thị Anh → Nguyễn Thị Minh Tâm")
	p.presses("right", "Duyệt")
	p.sees("right", "người duyệt Phan Thị Thu Hà")
	p.sees("left", "người duyệt Phan Thị Thu Hà")
	if *update {
		p.shoot("../docs/try.png")
	}
}

// One phone at a time on a narrow screen, by keyboard.
func TestNarrowScreenInTheBrowser(t *testing.T) {
	p, ok := openPage(t, "?left=truong-nong-dan&right=can-bo-1", 390, 800)
	if !ok {
		return
	}
	p.says("left", "thang 2 chua nhan duoc tien")
	p.presses("left", "Gửi đi")
	p.sees("left", "Đã gửi cán bộ phường")
	p.until(`document.documentElement.scrollWidth <= 390`)
	p.until(`(document.querySelector('[data-testid=tab-right]').click(), ` +
		`document.querySelector('#say-right').offsetParent !== null)`)
	p.sees("right", "Tôi chưa nhận được tiền.")
	p.presses("right", "Trả lời")
	p.sees("right", "Anh/chị trả lời thế nào?")
	p.says("right", "Phường chuyển lại cùng tháng 3 ạ.")
	p.presses("right", "Gửi đi")
	p.sees("right", "Đã gửi câu trả lời.")
	p.until(`document.querySelector("[data-phone=left] .log").textContent.includes("Phường chuyển lại cùng tháng 3 ạ.")`)
}

// The card of a notice draws itself anew while people answer, on a phone that
// nobody touches.
func TestProgressOfANoticeInTheBrowser(t *testing.T) {
	p, ok := openPage(t, "?left=truong-phu-nu&right=can-bo-1", 1280, 860)
	if !ok {
		return
	}
	p.says("right", "soạn thông báo")
	p.sees("right", "Thông báo viết gì?")
	p.says("right", "Mời họp 8h thứ Bảy")
	p.sees("right", "Gửi cho ai?")
	p.says("right", "trưởng, phó chi hội phụ nữ tổ 6")
	p.presses("right", "Tham gia hay vắng")
	p.presses("right", "Không có hạn")
	p.sees("right", "2 người, ai cũng nhắn được.")
	p.presses("right", "Gửi ngay")
	p.sees("right", "Đã gửi: 2/2 người")
	p.sees("right", "Tham gia: 0, vắng: 0")
	p.presses("left", "Tham gia")
	p.sees("left", "Anh/chị đã báo tham gia.")
	p.sees("right", "Tham gia: 1, vắng: 0")
	p.presses("right", "Xem biểu đồ") // a picture, on the phone
	p.until(`(() => { const picture = document.querySelector('[data-phone=right] .log img'); ` +
		`return picture !== null && picture.naturalWidth > 500 })()`)
}
