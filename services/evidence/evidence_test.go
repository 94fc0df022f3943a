package evidence_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/evidence"
	"canbobot/services/journal"
)

type house struct {
	*evidence.Service
	t             *testing.T
	ctx           context.Context
	store         *models.Store
	now           time.Time
	audit         *journal.Service
	ward, foreign models.Ward
	lan, hoa      services.Actor
	clerk, away   services.Actor
	change        int64 // proposed by lan
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), now: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)}
	clock := services.Clock(func() time.Time { return h.now })
	h.store = storetest.New(t, clock)
	h.store.SealedBy(storetest.Seals{})
	h.audit = journal.New(h.store, clock)
	h.Service = evidence.New(h.store, h.audit, clock)
	h.ward, h.foreign = models.Ward{Code: "bac", Name: "Bắc", Kind: "phường"},
		models.Ward{Code: "nam", Name: "Nam", Kind: "phường"}
	h.create(&h.ward)
	h.create(&h.foreign)
	person := func(name string) services.Actor {
		row := models.Person{WardID: h.ward.ID, Name: name, Folded: models.Fold(name), Version: 1}
		h.create(&row)
		return services.Actor{Role: services.Officer, Ward: h.ward.ID, Person: row.ID}
	}
	staff := func(ward models.Ward) services.Actor {
		row := models.Staff{WardID: ward.ID, Name: "Cán bộ", Role: "clerk", Active: true}
		h.create(&row)
		return services.Actor{Role: services.Clerk, Ward: ward.ID, Staff: row.ID}
	}
	h.lan, h.hoa, h.clerk, h.away = person("Trần Thị Lan"), person("Nguyễn Thị Hoa"), staff(h.ward), staff(h.foreign)
	request := models.ChangeRequest{
		WardID: h.ward.ID, Kind: "phone", State: models.ChangeSubmitted, Version: 1, Payload: "{}", Base: "{}",
		ProposerPersonID: &h.lan.Person, IdempotencyKey: "k1", SubmittedAt: h.now, CreatedAt: h.now, UpdatedAt: h.now,
	}
	h.create(&request)
	h.change = request.ID
	return h
}

func (h *house) create(row any) {
	h.t.Helper()
	if err := h.store.Create(row).Error; err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) keep(actor services.Actor, content []byte) int64 {
	h.t.Helper()
	id, err := h.Keep(h.ctx, actor, content, "")
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *house) attach(actor services.Actor, ids ...int64) error {
	_, err := h.attached(actor, ids...)
	return err
}

func (h *house) attached(actor services.Actor, ids ...int64) (n int, err error) {
	err = h.store.Transaction(func(tx *gorm.DB) error { n, err = h.Attach(tx, actor, h.change, ids); return err })
	return n, err
}

func wants(t *testing.T, err error, refusal string) {
	t.Helper()
	if got := string(services.KindOf(err)) + ": " + services.CodeOf(err); err == nil || got != refusal {
		t.Errorf("refused with %q (%v), want %q", got, err, refusal)
	}
}

// page is a picture, wider than high, with a red upper left corner.
func page(w, h int, shade uint8) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(color.RGBA{shade, shade, 220, 255}), image.Point{}, draw.Src)
	draw.Draw(picture, image.Rect(0, 0, w/4, h/4), image.NewUniform(color.RGBA{250, 10, 10, 255}), image.Point{}, draw.Src)
	return picture
}

func jpegOf(t testing.TB, picture image.Image) []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// withExif puts an Exif block into a JPEG: lying on its side, and where it was
// taken.
func withExif(content []byte) []byte {
	var tiff bytes.Buffer
	write := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&tiff, binary.BigEndian, v)
		}
	}
	write([]byte("MM\x00\x2a"), uint32(8), uint16(2))
	write(uint16(0x0112), uint16(3), uint32(1), uint16(6), uint16(0)) // orientation: turn right
	write(uint16(0x8825), uint16(4), uint32(1), uint32(38))           // GPS
	write(uint32(0), uint16(1))
	write(uint16(2), uint16(5), uint32(3), uint32(56), uint32(0))
	for _, v := range []uint32{18, 1, 31, 1, 4242, 100} { // 18° 31' 42.42"
		write(v)
	}
	body := append([]byte("Exif\x00\x00"), tiff.Bytes()...)
	head := []byte{0xff, 0xd8, 0xff, 0xe1, 0, 0}
	binary.BigEndian.PutUint16(head[4:], uint16(len(body)+2))
	return append(append(head, body...), content[2:]...)
}

func TestPicturesAreDrawnAnew(t *testing.T) {
	h := newHouse(t)
	taken := withExif(jpegOf(t, page(2400, 1200, 230)))
	if !bytes.Contains(taken, []byte("Exif")) {
		t.Fatal("the test's picture tells nothing")
	}
	if err := h.attach(h.lan, h.keep(h.lan, taken)); err != nil {
		t.Fatal(err)
	}
	files, err := h.Open(h.ctx, h.clerk, h.change)
	if err != nil || len(files) != 1 || files[0].ContentType != "image/jpeg" {
		t.Fatalf("%+v, %v", files, err)
	}
	kept := files[0].Content
	if bytes.Contains(kept, []byte("Exif")) || bytes.Contains(kept, []byte{0, 0, 0, 18, 0, 0, 0, 1}) {
		t.Error("it still tells where it was taken")
	}
	picture, err := jpeg.Decode(bytes.NewReader(kept))
	if err != nil || picture.Bounds().Dx() != 800 || picture.Bounds().Dy() != 1600 {
		t.Fatalf("drawn %v, %v", picture.Bounds(), err)
	}
	if r, _, b, _ := picture.At(790, 10).RGBA(); r>>8 < 200 || b>>8 > 80 { // the corner went right with the turn
		t.Error("it does not stand upright")
	}
}

// withSquare prints a square code, on white, upon a picture.
func withSquare(t *testing.T, picture draw.Image, says string) draw.Image {
	t.Helper()
	square, err := qr.Encode(says, qr.M, qr.Unicode)
	if err == nil {
		square, err = barcode.Scale(square, 280, 280)
	}
	if err != nil {
		t.Fatal(err)
	}
	draw.Draw(picture, image.Rect(820, 40, 1160, 380), image.White, image.Point{}, draw.Src)
	draw.Draw(picture, image.Rect(850, 70, 1130, 350), square, image.Point{}, draw.Src)
	return picture
}

func TestKindsAreToldByContent(t *testing.T) {
	h := newHouse(t)
	var asPNG, asGIF bytes.Buffer
	if err := png.Encode(&asPNG, page(40, 30, 200)); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&asGIF, page(40, 30, 100), nil); err != nil {
		t.Fatal(err)
	}
	card := withSquare(t, page(1200, 750, 210), "042168001234|183456789|Nguyễn Thị Hoa|02051968|Nữ|TDP 5|01012022")
	stamped := withSquare(t, page(1200, 750, 211), "https://example.org/quyet-dinh/12")
	head := []byte("IHDR\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x02\x00\x00\x00") // says 100,000 x 100,000
	huge := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	huge = binary.BigEndian.AppendUint32(huge, crc32.ChecksumIEEE(head))
	huge = append(huge, "\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e"...)
	pdf := "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
	for name, c := range map[string]struct {
		content []byte
		caption string
		want    string
	}{
		"png":                     {asPNG.Bytes(), "ảnh.exe", ""},
		"gif":                     {asGIF.Bytes(), "", ""},
		"pdf":                     {[]byte(pdf), "quyết định 12.pdf", ""},
		"another square":          {jpegOf(t, stamped), "", ""},
		"nothing":                 {nil, "", "invalid: file_kind"},
		"a sheet named .jpg":      {[]byte("PK\x03\x04 and so on"), "anh.jpg", "invalid: file_kind"},
		"a page named .jpg":       {[]byte("<html><script>alert(1)</script>"), "anh.jpg", "invalid: file_kind"},
		"half a picture":          {jpegOf(t, page(400, 300, 9))[:900], "", "invalid: file_damaged"},
		"an iPhone's":             {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1"), "", "invalid: file_heic"},
		"a picture that explodes": {huge, "", "invalid: file_pixels"},
		"ten megabytes":           {make([]byte, evidence.MaxFile+1), "", "invalid: file_large"},
		"half a pdf":              {[]byte(pdf[:30]), "", "invalid: file_damaged"},
		"a pdf with a password": {[]byte(strings.Replace(pdf, "trailer<<", "trailer<</Encrypt 5 0 R", 1)), "",
			"invalid: file_locked"},
		"a large pdf":             {[]byte(pdf + strings.Repeat(" ", evidence.MaxKept) + "%%EOF"), "", "invalid: file_large"},
		"a citizen's card":        {jpegOf(t, card), "", "invalid: identity_card"},
		"a card by its caption":   {asPNG.Bytes(), "căn cước của tôi đây", "invalid: identity_card"},
		"a card by its file name": {asPNG.Bytes(), "CCCD_mat_truoc.png", "invalid: identity_card"},
		"minutes about somebody":  {jpegOf(t, page(50, 50, 77)), "biên bản họp chi hội", ""},
	} {
		t.Run(name, func(t *testing.T) {
			before := h.rows()
			id, err := h.Keep(h.ctx, h.hoaOf(name), c.content, c.caption)
			if c.want == "" {
				if err != nil || id == 0 {
					t.Errorf("refused: %v", err)
				}
				return
			}
			wants(t, err, c.want)
			if h.rows() != before {
				t.Error("something of it was kept")
			}
		})
	}
}

func (h *house) rows() int64 {
	h.t.Helper()
	var n int64
	if err := h.store.Model(&models.Evidence{}).Count(&n).Error; err != nil {
		h.t.Fatal(err)
	}
	return n
}

// hoaOf is somebody of the ward who gave nothing yet.
func (h *house) hoaOf(name string) services.Actor {
	h.t.Helper()
	row := models.Person{WardID: h.ward.ID, Name: name, Folded: name, Version: 1}
	h.create(&row)
	return services.Actor{Role: services.Officer, Ward: h.ward.ID, Person: row.ID}
}

func TestFilesAreBoundedAndOnes(t *testing.T) {
	h := newHouse(t)
	first := h.keep(h.lan, jpegOf(t, page(60, 40, 1)))
	if again := h.keep(h.lan, jpegOf(t, page(60, 40, 1))); again != first {
		t.Errorf("the same file is %d and %d", first, again)
	}
	ids := []int64{first}
	for i := range evidence.MaxAtOnce - 1 {
		ids = append(ids, h.keep(h.lan, jpegOf(t, page(60+i, 40, 99))))
	}
	for name, c := range map[string]struct {
		actor services.Actor
		id    int64
	}{"another's": {h.hoa, first}, "of another ward": {h.away, first}, "gone": {h.lan, 9999}} {
		if n, err := h.attached(c.actor, c.id); n != 0 || err != nil {
			t.Errorf("%s: %d attached, %v", name, n, err)
		}
	}
	if n, err := h.attached(h.lan, append(ids, 9999)...); n != evidence.MaxAtOnce || err != nil {
		t.Fatalf("%d attached, %v", n, err)
	}
	if n, err := h.attached(h.lan, ids...); n != 0 || err != nil { // sent again with the same
		t.Fatalf("%d attached again, %v", n, err)
	}
	files, err := h.Open(h.ctx, h.lan, h.change)
	if err != nil || len(files) != evidence.MaxAtOnce || files[0].Name != fmt.Sprintf("giay-to-%d-1.jpg", h.change) {
		t.Errorf("%d files, %v", len(files), err)
	}
	// Of six that wait the oldest gives way; a request takes ten.
	ids = nil
	for i := range evidence.MaxAtOnce + 1 {
		ids = append(ids, h.keep(h.lan, jpegOf(t, page(70+i, 40, 9))))
	}
	if n, err := h.attached(h.lan, ids...); n != evidence.MaxAtOnce || err != nil {
		t.Fatalf("%d attached, %v", n, err)
	}
	wants(t, h.attach(h.lan, h.keep(h.lan, jpegOf(t, page(90, 90, 3)))), "too_many: files")
	// Nobody gives more than twenty a day.
	for i := range 20 {
		_, err = h.Keep(h.ctx, h.clerk, []byte(fmt.Sprintf("%%PDF-1.4 %d\n%%%%EOF", i)), "")
		if err != nil {
			break
		}
		if err := h.store.Exec("UPDATE evidence SET change_id = ? WHERE staff_id = ? AND change_id IS NULL", h.change,
			h.clerk.Staff).Error; err != nil {
			t.Fatal(err)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Keep(h.ctx, h.clerk, []byte("%PDF-1.4 more\n%%EOF"), "")
	wants(t, err, "too_many: files_today")
}

// What is refused costs too: all that somebody gives is counted, at once as well.
func TestRefusedFilesCount(t *testing.T) {
	h := newHouse(t)
	var crowd sync.WaitGroup
	codes := make(chan string, 70)
	for range cap(codes) {
		crowd.Go(func() {
			_, err := h.Keep(h.ctx, h.lan, []byte("%PDF-1.4, and no end"), "")
			codes <- services.CodeOf(err)
		})
	}
	crowd.Wait()
	close(codes)
	got := map[string]int{}
	for code := range codes {
		got[code]++
	}
	for got["file_damaged"] < 60 { // of those who came together fewer may pass, never more
		_, err := h.Keep(h.ctx, h.lan, []byte("%PDF-1.4, and no end"), "")
		wants(t, err, "invalid: file_damaged")
		got["file_damaged"]++
	}
	if got["file_damaged"] > 60 || got["files_today"] == 0 || len(got) != 2 {
		t.Errorf("%v", got)
	}
	_, err := h.Keep(h.ctx, h.lan, jpegOf(t, page(60, 40, 1)), "")
	wants(t, err, "too_many: files_today")
	h.keep(h.hoa, jpegOf(t, page(60, 40, 1)))
	h.now = h.now.Add(25 * time.Hour)
	h.keep(h.lan, jpegOf(t, page(60, 40, 1)))
}

// An event that comes a third time has brought the program down, or kept it too
// long, twice.
func TestAFileIsTriedTwice(t *testing.T) {
	h := newHouse(t)
	h.lan.Event = "zalo:1"
	for range 2 {
		h.keep(h.lan, jpegOf(t, page(60, 40, 1)))
	}
	_, err := h.Keep(h.ctx, h.lan, jpegOf(t, page(60, 40, 1)), "")
	wants(t, err, "invalid: file_costly")
	h.lan.Event = "zalo:2"
	h.keep(h.lan, jpegOf(t, page(60, 40, 1)))
}

func TestNamesOfCards(t *testing.T) {
	for name, card := range map[string]bool{
		"cccd1.jpg": true, "CMND_2.png": true, "cancuoc.jpg": true, "AnhCCCD.jpg": true, "hochieu.pdf": true,
		"ảnh cmt của em": true, "chung-minh-thu.jpg": true,
		"biên bản chứng minh đã họp": false, "quyet dinh 12.pdf": false, "IMG_20260406_1.jpg": false, "": false,
	} {
		_, _, err := evidence.Read(t.Context(), []byte("%PDF-1.4\n%%EOF"), name)
		if got := services.CodeOf(err) == "identity_card"; got != card {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestWhoMayLook(t *testing.T) {
	h := newHouse(t)
	if err := h.attach(h.lan, h.keep(h.lan, jpegOf(t, page(60, 40, 1)))); err != nil {
		t.Fatal(err)
	}
	for _, actor := range []services.Actor{h.hoa, h.away, {}, {Role: services.Viewer, Ward: h.foreign.ID, Staff: 9}} {
		files, err := h.Open(h.ctx, actor, h.change)
		if kind := services.KindOf(err); len(files) != 0 || (kind != services.KindNotFound && kind != services.KindDenied) {
			t.Errorf("%+v: %d files, %v", actor, len(files), err)
		}
	}
	_, err := h.Keep(h.ctx, services.Actor{Role: services.Viewer, Ward: h.ward.ID, Staff: h.clerk.Staff},
		jpegOf(t, page(9, 9, 9)), "")
	wants(t, err, "denied: role")
	if _, err := h.Open(h.ctx, h.clerk, h.change); err != nil {
		t.Fatal(err)
	}
	entries, err := h.audit.Of(h.ctx, h.clerk, fmt.Sprintf("change:%d", h.change))
	if err != nil || len(entries) != 1 || entries[0].Action != "evidence.opened" {
		t.Errorf("journal %+v, %v", entries, err)
	}
	// What was changed behind the service's back is not shown as what was given.
	if err := h.store.Exec("UPDATE evidence SET content = ?", []byte("other")).Error; err != nil {
		t.Fatal(err)
	}
	if _, err := h.Open(h.ctx, h.clerk, h.change); err == nil {
		t.Error("a changed file is shown")
	}
}

func TestFilesOfNoRequestAreForgotten(t *testing.T) {
	h := newHouse(t)
	if err := h.attach(h.lan, h.keep(h.lan, jpegOf(t, page(60, 40, 1)))); err != nil {
		t.Fatal(err)
	}
	h.keep(h.lan, jpegOf(t, page(61, 40, 1)))
	h.now = h.now.Add(8 * 24 * time.Hour)
	h.keep(h.lan, jpegOf(t, page(62, 40, 1)))
	if _, err := evidence.Purge.Run(h.store.DB, h.now); err != nil || h.rows() != 2 {
		t.Errorf("%d rows left, %v", h.rows(), err)
	}
}
