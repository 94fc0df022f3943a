package app

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
)

const sheetKind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

var payments = bot.File{Name: "Danh sách chi trả phụ cấp 4-2026 (Đợt 1).xlsx", MIME: sheetKind,
	Content: bytes.Repeat([]byte("PK\x03\x04"), 3100)}

func TestDownloadOfADocument(t *testing.T) {
	d := openDoor(t)
	address := d.offers(payments, false)
	for range 3 { // previews of chat apps, and scanners
		if head := d.asks("HEAD", address, nil); head.StatusCode != http.StatusOK || len(head.body) != 0 {
			t.Errorf("HEAD: %s, %d bytes", head.Status, len(head.body))
		}
		page := d.asks("GET", address, nil)
		page.shows(t, http.StatusOK, payments.Name, "12 KB", "Tải được đến 09:15, còn 15 phút.", "Chỉ tải được một lần.",
			`<form method="post">`, "Tải về máy")
		if bytes.Contains(page.body, []byte("PK\x03")) || page.Header.Get("Content-Disposition") != "" {
			t.Error("a preview got the file")
		}
	}
	file := d.asks("POST", address, nil)
	if file.StatusCode != http.StatusOK || !bytes.Equal(file.body, payments.Content) ||
		file.Header.Get("Content-Type") != sheetKind || file.ContentLength != int64(len(payments.Content)) {
		t.Errorf("%s, %s, %d bytes", file.Status, file.Header.Get("Content-Type"), len(file.body))
	}
	disposition := file.Header.Get("Content-Disposition")
	kind, fields, err := mime.ParseMediaType(disposition)
	if err != nil || kind != "attachment" || fields["filename"] != payments.Name {
		t.Errorf("disposition %q: %v", disposition, err)
	}
	if !strings.Contains(disposition, `filename="danh sach chi tra phu cap 4-2026 (dot 1).xlsx"`) {
		t.Errorf("nothing for old telephones: %q", disposition)
	}
	for _, method := range []string{"POST", "GET", "POST"} {
		d.asks(method, address, nil).shows(t, http.StatusNotFound, "Tệp này không tải được nữa", "xin lại tệp")
	}
	d.silent(address)
}

func TestDownloadOfAPicture(t *testing.T) {
	d := openDoor(t)
	picture := bot.File{Name: "Mã mời Tổ dân phố 5.png", MIME: "image/png", Content: []byte("\x89PNG\r\n\x1a\n")}
	address := d.offers(picture, true)
	taken := func() (count int64) {
		t.Helper()
		if err := d.store.Model(&models.AuditEntry{}).Where("action = 'file.taken'").Count(&count).Error; err != nil {
			t.Fatal(err)
		}
		return count
	}
	for _, method := range []string{"HEAD", "GET", "HEAD", "GET", "POST"} {
		before := taken()
		got := d.asks(method, address, nil)
		want := picture.Content
		if method == "HEAD" {
			want = nil
			if taken() != before {
				t.Error("HEAD counts as a fetch")
			}
		}
		if got.StatusCode != http.StatusOK || !bytes.Equal(got.body, want) ||
			got.Header.Get("Content-Type") != "image/png" || got.ContentLength != int64(len(picture.Content)) {
			t.Errorf("%s: %s, %s, %d bytes of %d", method, got.Status, got.Header.Get("Content-Type"), len(got.body),
				got.ContentLength)
		}
		if kind, fields, err := mime.ParseMediaType(got.Header.Get("Content-Disposition")); err != nil ||
			kind == "attachment" != (method == "POST") || fields["filename"] != picture.Name {
			t.Errorf("%s: disposition %q", method, got.Header.Get("Content-Disposition"))
		}
	}
	if taken() != 1 {
		t.Errorf("%d entries for one picture", taken())
	}
	d.pass(15 * time.Minute)
	d.asks("GET", address, nil).shows(t, http.StatusNotFound, "xin lại tệp")
}

// What leads nowhere looks the same, whatever it was.
func TestDownloadThatIsNotThere(t *testing.T) {
	d := openDoor(t)
	expired := d.offers(payments, false)
	d.pass(20 * time.Minute)
	taken := d.offers(payments, false)
	d.asks("POST", taken, nil)
	lost := d.offers(payments, false)
	if err := d.store.Model(&d.account).Update("unlinked_at", morning).Error; err != nil {
		t.Fatal(err)
	}
	var first []byte
	for name, address := range map[string]string{
		"expired": expired, "taken": taken, "unlinked": lost, "unknown": d.server.URL + "/d/" + strings.Repeat("a", 32),
		"short": d.server.URL + "/d/x", "foul": d.server.URL + "/d/%00%0d%0aX:%20y", "long": d.server.URL + "/d/" +
			strings.Repeat("a", 10_000),
		"markup": d.server.URL + "/d/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
	} {
		for _, method := range []string{"GET", "POST"} {
			got := d.asks(method, address, nil)
			got.shows(t, http.StatusNotFound, "Tệp này không tải được nữa", "Đường dẫn đã dùng rồi, hoặc đã hết hạn.")
			if first == nil {
				first = got.body
			}
			if !bytes.Equal(first, got.body) {
				t.Errorf("%s %s: another page than for others", method, name)
			}
		}
	}
	for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS"} {
		if got := d.asks(method, lost, nil); got.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %s", method, got.Status)
		}
	}
}

func TestDownloadSpendsNothingOnABadRequest(t *testing.T) {
	d := openDoor(t)
	address := d.offers(payments, false)
	if got := d.asks("POST", address, strings.NewReader(strings.Repeat("x",
		5000))); got.StatusCode != http.StatusRequestEntityTooLarge || bytes.Contains(got.body, []byte("PK")) {
		t.Errorf("a large body: %s", got.Status)
	}
	if got := d.asks("POST", address, strings.NewReader("a=b")); !bytes.Equal(got.body, payments.Content) {
		t.Errorf("after it: %s", got.Status)
	}
}

func TestDownloadWhileTheDatabaseIsAway(t *testing.T) {
	d := openDoor(t)
	address := d.offers(payments, false)
	d.store.SQL.Close()
	for _, method := range []string{"GET", "POST"} {
		got := d.asks(method, address, nil)
		got.shows(t, http.StatusServiceUnavailable, "Chưa tải được tệp", "mở lại đường dẫn")
		if got.Header.Get("Retry-After") == "" {
			t.Error("says not when to come back")
		}
	}
	if !strings.Contains(d.log.String(), "download failed") {
		t.Error("nobody learns of it")
	}
	d.silent(address)
}

// A file is served as what cannot run, whatever it says that it is; and its name
// is text, whatever is in it.
func TestDownloadOfAStrangeFile(t *testing.T) {
	d := openDoor(t)
	for given, want := range map[string]string{
		"text/html": "application/octet-stream", "image/svg+xml": "application/octet-stream",
		"application/javascript": "application/octet-stream",
		"":                       "application/octet-stream", "text/csv": "text/csv; charset=utf-8",
		"TEXT/CSV; charset=windows-1258": "text/csv; charset=utf-8", "image/jpeg": "image/jpeg",
	} {
		for _, picture := range []bool{true, false} {
			method := map[bool]string{true: "GET", false: "POST"}[picture]
			got := d.asks(method, d.offers(bot.File{Name: "a.b", MIME: given, Content: []byte("<script>")}, picture), nil)
			if got.Header.Get("Content-Type") != want ||
				got.Header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
				t.Errorf("%q is served as %q", given, got.Header.Get("Content-Type"))
			}
		}
	}
	for _, name := range []string{`<img src=x onerror=alert(1)>.xlsx`, `a"b;c=d\e.xlsx`, "50% & 100%.csv",
		"Đơn xin nghỉ – bản cuối “1”.docx", strings.Repeat("ề", 116) + ".pdf", "không đuôi", "tệp.đuôi"} {
		address := d.offers(bot.File{Name: name, MIME: "text/csv", Content: []byte("x")}, false)
		kept := name[strings.LastIndexAny(name, `/\`)+1:]
		page := d.asks("GET", address, nil)
		page.shows(t, http.StatusOK, kept)
		if bytes.Contains(page.body, []byte("<img")) {
			t.Error("a name is markup")
		}
		header := d.asks("POST", address, nil).Header.Get("Content-Disposition")
		if _, fields, err := mime.ParseMediaType(header); err != nil || fields["filename"] != kept ||
			strings.ContainsFunc(header, func(r rune) bool { return r > 126 || r < ' ' }) {
			t.Errorf("%q: disposition %q, %v", name, header, err)
		}
	}
}

func TestShelf(t *testing.T) {
	d := openDoor(t)
	nowhere := shelf{service: d.service}
	if address, err := nowhere.Offer(context.Background(), "zalo", "chat", payments, false); err == nil ||
		!strings.Contains(err.Error(), "PUBLIC_URL") || address != "" {
		t.Errorf("without an address of its own: %q, %v", address, err)
	}
	if _, err := d.Offer(context.Background(), "zalo", "nobody", payments, false); services.CodeOf(err) != "account" {
		t.Errorf("to nobody: %v", err)
	}
	d.publicURL = "https://bot.example.gov.vn/"
	if address := d.offers(payments, false); !strings.HasPrefix(address, "https://bot.example.gov.vn/d/") ||
		len(address) != len("https://bot.example.gov.vn/d/")+32 {
		t.Error("an address of another shape")
	}
	var rows int64
	if err := d.store.Model(&models.Download{}).Count(&rows).Error; err != nil || rows != 1 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

func TestFileSize(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1 KB", 12_499: "12 KB", 999_499: "999 KB",
		999_500: "1,0 MB", 1_000_000: "1,0 MB", 1_250_000: "1,3 MB", 8 << 20: "8,4 MB"} {
		if got := fileSize(bytes); got != want {
			t.Errorf("%d: %q, want %q", bytes, got, want)
		}
	}
}

// The pages on a small telephone: nothing sticks out, the button is for a thumb
// and works, and the page's own policy lets its look through.
func TestDownloadPagesInTheBrowser(t *testing.T) {
	ctx, ok := browser(t, 360, 740)
	if !ok {
		return
	}
	p, d := &tab{t, ctx}, openDoor(t)
	long := d.offers(bot.File{Name: strings.Repeat("Danhsáchchitrảphụcấp", 5) + ".xlsx", MIME: sheetKind,
		Content: make([]byte, 3<<20)}, false)
	document := d.offers(payments, false)
	for _, address := range []string{long, d.server.URL + "/d/" + strings.Repeat("a", 32), document} {
		p.do(chromedp.Navigate(address))
		p.until(`document.documentElement.scrollWidth <= 360`)
		p.until(`getComputedStyle(document.body).fontSize === '20px'`)
		p.until(`[...document.querySelectorAll('button')].every(b => (r => r.height >= 60 && r.width >= 300 && ` +
			`r.bottom <= 740)(b.getBoundingClientRect()))`)
	}
	p.click(`document.querySelector('button')`)
	select {
	case got := <-d.pressed:
		if got != len(payments.Content) {
			t.Errorf("the button brought %d bytes", got)
		}
	case <-ctx.Done():
		t.Fatal("the button did nothing")
	}
	// Until the file that was asked for is on the disk, going elsewhere is refused.
	for {
		err := chromedp.Do(ctx, chromedp.Navigate(document))
		if err == nil {
			break
		}
		if ctx.Err() != nil || !strings.Contains(err.Error(), "ERR_ABORTED") {
			t.Fatal(err)
		}
	}
	p.until(`document.querySelector('h1').innerText === 'Tệp này không tải được nữa'`)
}
