package app

import (
	"bytes"
	"compress/zlib"
	"context"
	"image"
	"image/color"
	"image/draw"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/confirmation"
	"canbobot/services/paper"
)

// desk is where papers are checked, over a house.
type desk struct {
	*door
	house *house
	words paper.Words
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{house: openHouse(t), door: &door{t: t, log: &bytes.Buffer{}}}
	d.words = paper.Words{Spell: texts.InWords, Say: func(key string, fields map[string]any) string {
		return d.house.counter.Texts.Say(key, fields)
	}}
	d.store = d.house.ward.Store
	mux := http.NewServeMux()
	confirmationRoutes(mux, d.house.ward.Confirms, d.house.counter.Texts, slog.New(slog.NewTextHandler(d.log,
		&slog.HandlerOptions{Level: slog.LevelDebug})))
	d.server = httptest.NewServer(mux)
	t.Cleanup(d.server.Close)
	return d
}

func (d *desk) actor(user string) services.Actor {
	d.t.Helper()
	known, err := d.house.ward.Identity.Identify(context.Background(), "web", user)
	if err != nil {
		d.t.Fatal(err)
	}
	return known.Actor
}

// office is the address on a paper about the posts of somebody.
func (d *desk) office(actor services.Actor) string {
	d.t.Helper()
	drawn, err := d.house.ward.Confirms.Office(context.Background(), actor, confirmationSite(d.server.URL), d.words)
	if err != nil {
		d.t.Fatal(err)
	}
	return scanned(d.t, drawn.Content)
}

// payment marks a line as paid, and is the address on a paper about it.
func (d *desk) payment(actor services.Actor) (address string, line models.PaymentLine) {
	d.t.Helper()
	if err := d.store.Where("person_id = ?", actor.Person).Order("id").First(&line).Error; err != nil {
		d.t.Fatal(err)
	}
	line.State, line.PaidOn = models.LinePaid, models.NewDate(2026, 4, 3)
	if err := d.store.Model(&line).Updates(map[string]any{"state": line.State, "paid_on": line.PaidOn}).Error; err != nil {
		d.t.Fatal(err)
	}
	drawn, err := d.house.ward.Confirms.Payment(context.Background(), actor, line.ID, confirmationSite(d.server.URL),
		d.words)
	if err != nil {
		d.t.Fatal(err)
	}
	return scanned(d.t, drawn.Content), line
}

var (
	streams    = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	rectangles = regexp.MustCompile(`(?m)^([\d.]+) ([\d.]+) ([\d.]+) (-?[\d.]+) re f$`)
)

// scanned is what a phone reads off the square of a paper: drawn from the
// rectangles of its page.
func scanned(t *testing.T, pdf []byte) string {
	t.Helper()
	for _, stream := range streams.FindAllSubmatch(pdf, -1) {
		reader, err := zlib.NewReader(bytes.NewReader(stream[1]))
		if err != nil {
			continue
		}
		content, _ := io.ReadAll(reader)
		found := rectangles.FindAllStringSubmatch(string(content), -1)
		if len(found) < 100 {
			continue
		}
		const scale = 5
		picture := image.NewGray(image.Rect(0, 0, 600*scale, 850*scale))
		draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
		for _, one := range found {
			var at [4]float64
			for i := range at {
				at[i], _ = strconv.ParseFloat(one[i+1], 64)
			}
			x, y, right, top := at[0]*scale, (842-at[1])*scale, (at[0]+at[2])*scale, (842-at[1]-at[3])*scale
			area := image.Rect(int(math.Round(x)), int(math.Round(y)), int(math.Round(right)), int(math.Round(top)))
			draw.Draw(picture, area, image.NewUniform(color.Black), image.Point{}, draw.Src)
		}
		bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
		if err != nil {
			t.Fatal(err)
		}
		read, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
		if err != nil {
			t.Fatal(err)
		}
		return read.GetText()
	}
	return ""
}

// A paper about an office: true while it is held, once true afterwards, unknown
// when it is revoked or too old; and nothing is said of anything else.
func TestConfirmationOfAnOffice(t *testing.T) {
	d := openDesk(t)
	officer := d.actor("truong-nong-dan")
	address := d.office(officer)
	if !strings.HasPrefix(address, d.server.URL+"/g/") {
		t.Fatalf("the square says %q", address)
	}
	for range 2 {
		page := d.asks("GET", address, nil)
		page.shows(t, http.StatusOK, "Giấy này đúng", "Phan Thanh Lý", "ngày 06/04/2026",
			"Giữ chức Chi hội trưởng, Chi hội Nông dân Tổ dân phố 1, từ ngày 14/04/2023.", "vẫn ghi như vậy")
		for _, secret := range []string{"1857", "862", "444", "1964", "Agribank", "200", "<form"} {
			if strings.Contains(string(page.body[bytes.Index(page.body, []byte("<body>")):]), secret) {
				t.Errorf("the page says %q", secret)
			}
		}
	}
	if err := d.store.Model(&models.Term{}).Where("person_id = ?", officer.Person).
		Updates(map[string]any{"to_date": models.NewDate(2026, 4, 5)}).Error; err != nil {
		t.Fatal(err)
	}
	d.asks("GET", address, nil).shows(t, http.StatusOK, "nay đã khác", "Phan Thanh Lý", "hỏi UBND")
	if _, err := d.house.ward.Confirms.Office(context.Background(), officer, "", d.words); services.CodeOf(err) != "term" {
		t.Errorf("who holds no post: %v", err)
	}
	d.silent(address)
}

// What leads to no paper looks the same, whatever it was.
func TestConfirmationThatIsNotThere(t *testing.T) {
	d := openDesk(t)
	officer, clerk := d.actor("truong-nong-dan"), d.actor("can-bo-1")
	revoked := d.office(officer)
	if count, err := d.house.ward.Confirms.Revoke(context.Background(), clerk, officer.Person); err != nil || count != 1 {
		t.Fatal(count, err)
	}
	old := d.office(d.actor("truong-phu-nu"))
	if err := d.store.Model(&models.Confirmation{}).Where("revoked_at IS NULL").
		Update("expires_at", morning.Add(-time.Second).UTC()).Error; err != nil {
		t.Fatal(err)
	}
	var first []byte
	for name, address := range map[string]string{
		"revoked": revoked, "old": old, "unknown": d.server.URL + "/g/" + strings.Repeat("a", 32),
		"short": d.server.URL + "/g/x", "foul": d.server.URL + "/g/%00%0d%0aX:%20y",
		"long": d.server.URL + "/g/" + strings.Repeat("a", 10_000), "markup": d.server.URL + "/g/%3Cscript%3E",
	} {
		got := d.asks("GET", address, nil)
		got.shows(t, http.StatusNotFound, "Không có giấy này")
		if first == nil {
			first = got.body
		}
		if !bytes.Equal(first, got.body) {
			t.Errorf("%s: another page than for others", name)
		}
	}
	gone, err := confirmation.Purge.Run(d.store.DB, morning.UTC())
	if err != nil || gone != 1 {
		t.Errorf("%d papers are forgotten, %v", gone, err)
	}
}

// A paper about a payment: its page names no amount, and says yes or no to one;
// when the money came back it says so.
func TestConfirmationOfAPayment(t *testing.T) {
	d := openDesk(t)
	address, line := d.payment(d.actor("truong-nong-dan"))
	page := d.asks("GET", address, nil)
	page.shows(t, http.StatusOK, "Giấy này đúng", "Phan Thanh Lý", "ngày 03/04/2026", "Số tiền ghi trên giấy")
	if strings.Contains(string(page.body[bytes.Index(page.body, []byte("<body>")):]), "000") {
		t.Error("the page names the amount")
	}
	for amount, says := range map[string]string{
		strconv.FormatInt(line.Amount, 10): "Số tiền vừa gõ đúng với sổ", "200.000 đ": "Số tiền vừa gõ đúng với sổ",
		"2.000.000": "không đúng với sổ", "": "không đúng với sổ", "-": "không đúng với sổ",
		"<b>": "không đúng với sổ",
	} {
		d.sends(address, amount).shows(t, http.StatusOK, says)
	}
	if got := d.sends(address, strings.Repeat("1", 5000)); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: %s", got.Status)
	}
	if err := d.store.Model(&line).Update("state", models.LineReturned).Error; err != nil {
		t.Fatal(err)
	}
	d.asks("GET", address, nil).shows(t, http.StatusOK, "nay đã khác")
	if _, err := d.house.ward.Confirms.Payment(context.Background(), d.actor("truong-nong-dan"), line.ID, "",
		d.words); services.CodeOf(err) != "confirm_unpaid" {
		t.Errorf("money that came back: %v", err)
	}
	if _, err := d.house.ward.Confirms.Payment(context.Background(), d.actor("truong-phu-nu"), line.ID, "",
		d.words); services.CodeOf(err) != "line" {
		t.Errorf("somebody else's money: %v", err)
	}
	d.silent(address)
}

func (d *desk) sends(address, amount string) answer {
	d.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), "POST", address,
		strings.NewReader(url.Values{"amount": {amount}}.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer{response, content}
}

// Where there is no address of ours a paper has no square, and says whom to ask.
func TestConfirmationWithoutAPage(t *testing.T) {
	d := openDesk(t)
	drawn, err := d.house.ward.Confirms.Office(context.Background(), d.actor("truong-nong-dan"), confirmationSite(""),
		d.words)
	if err != nil {
		t.Fatal(err)
	}
	if address := scanned(t, drawn.Content); address != "" {
		t.Errorf("a square says %q", address)
	}
	var row models.Confirmation
	if err := d.store.Take(&row).Error; err != nil || row.TokenHash != nil {
		t.Errorf("%v, %x", err, row.TokenHash)
	}
}

func TestConfirmationWhileTheDatabaseIsAway(t *testing.T) {
	d := openDesk(t)
	address := d.office(d.actor("truong-nong-dan"))
	d.store.SQL.Close()
	if got := d.asks("GET", address, nil); got.Header.Get("Retry-After") == "" {
		t.Error("says not when to come back")
	} else {
		got.shows(t, http.StatusServiceUnavailable, "Chưa kiểm tra được")
	}
	d.silent(address)
}
