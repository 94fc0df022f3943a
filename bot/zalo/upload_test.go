package zalo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

const (
	sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	wordType  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

// ledge is a shelf that notes what lies on it.
type ledge struct {
	lies  []string
	fault error
}

func (l *ledge) Offer(_ context.Context, channel, chatID string, file bot.File, picture bool) (string, error) {
	if l.fault != nil {
		return "", l.fault
	}
	l.lies = append(l.lies, fmt.Sprint(channel, " ", chatID, " ", file.Name, " ", picture))
	return fmt.Sprintf("https://bot.example.vn/f/%d", len(l.lies)), nil
}

func pdf(name string, size int) bot.File {
	return bot.File{Name: name, MIME: "application/pdf", Content: []byte("%PDF" + strings.Repeat("x", size-4))}
}

func png(name string, size int) bot.File {
	return bot.File{Name: name, MIME: "image/png",
		Content: append(slices.Clone(onePixel), make([]byte, size-len(onePixel))...)}
}

// Which way a file goes, and under which name.
func TestFilesGoTheirWay(t *testing.T) {
	long := strings.Repeat("ắ", 250)
	for name, test := range map[string]struct {
		file     bot.File
		path     string // "" for the shelf
		filename string
	}{
		"png":             {png("mã mời.png", 100), imageUpload, "mã mời.png"},
		"largest png":     {png("a.png", maxImage), imageUpload, "a.png"},
		"too large a png": {png("a.png", maxImage+1), "", ""},
		"jpeg": {bot.File{Name: "a.JPG", MIME: "image/jpeg", Content: []byte("\xff\xd8\xff\xe0 jfif")},
			imageUpload, "a.JPG"},
		"png without extension": {png("mã", 100), imageUpload, "mã.png"},
		"png without a name":    {png("", 100), imageUpload, "file.png"},
		"png of another name":   {png("a.pdf", 100), imageUpload, "a.pdf.png"},
		"png only by name":      {bot.File{Name: "a.png", MIME: "image/png", Content: []byte("none")}, "", ""},
		"pdf":                   {pdf(norm.NFD.String("Quyết định.pdf"), 9), documentUpload, "Quyết định.pdf"},
		"largest pdf":           {pdf("a.pdf", maxFile), documentUpload, "a.pdf"},
		"too large a pdf":       {pdf("a.pdf", maxFile+1), "", ""},
		"pdf without extension": {pdf("Số 258/QĐ.2026", 9), documentUpload, "Số 258_QĐ.2026.pdf"},
		"a long name":           {pdf(long+".pdf", 9), documentUpload, strings.Repeat("ắ", 196) + ".pdf"},
		"an evil name":          {pdf("../a\"\r\nX: y\\.pdf", 9), documentUpload, ".._a___X: y_.pdf"},
		"docx":                  {bot.File{Name: "a.docx", MIME: wordType, Content: []byte("PK")}, documentUpload, "a.docx"},
		"doc by name":           {bot.File{Name: "a.DOC", Content: []byte("x")}, documentUpload, "a.DOC"},
		"csv": {bot.File{Name: "a.csv", MIME: "text/csv; charset=utf-8", Content: []byte("a,b")},
			documentUpload, "a.csv"},
		"sheet":   {bot.File{Name: "a.xlsx", MIME: sheetType, Content: []byte("PK")}, "", ""},
		"empty":   {bot.File{Name: "a.pdf", MIME: "application/pdf"}, "", ""},
		"unknown": {bot.File{Name: "a", Content: []byte("x")}, "", ""},
	} {
		shelf := &ledge{}
		s, channel := newStandIn(t, func(c *Config) { c.Shelf = shelf })
		ref, err := channel.Send(t.Context(), someone, bot.Reply{Files: []bot.File{test.file}})
		if err != nil || ref == "" {
			t.Errorf("%s: %q, %v", name, ref, err)
			continue
		}
		all := s.all()
		if test.path == "" {
			want := fmt.Sprintf(`{"recipient":{"user_id":"%s"},"message":{"text":"Mở %s:\nhttps://bot.example.vn/f/1"}}`,
				someone, test.file.Name)
			if len(all) != 1 || all[0].body != want ||
				!slices.Equal(shelf.lies, []string{"zalo " + someone + " " + test.file.Name + " false"}) {
				t.Errorf("%s: %+v, on the shelf %q", name, all, shelf.lies)
			}
			continue
		}
		if len(all) != 2 || all[0].path != "/"+test.path || all[0].file != test.filename ||
			all[0].body != string(test.file.Content) || len(shelf.lies) != 0 {
			t.Errorf("%s: %s as %q, want %q", name, all[0].path, all[0].file, test.filename)
		}
	}
}

// What the upload refuses, its reader fetches.
func TestAFileThatIsRefusedIsALink(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter, heard){
		"upload refused":      func(w http.ResponseWriter, _ heard) { tell(w, 200, no(-201)) },
		"success and nothing": func(w http.ResponseWriter, _ heard) { tell(w, 200, `{"error":0,"message":"Success"}`) },
		"nothing in data":     func(w http.ResponseWriter, _ heard) { tell(w, 200, `{"error":0,"data":{}}`) },
		"too large":           func(w http.ResponseWriter, _ heard) { tell(w, 413, `<html>`) },
	} {
		for _, file := range []bot.File{pdf("a.pdf", 9), png("a.png", 100)} {
			shelf := &ledge{}
			s, channel := newStandIn(t, func(c *Config) { c.Shelf = shelf })
			s.answers(func(w http.ResponseWriter, h heard) {
				if h.file != "" {
					answer(w, h)
					return
				}
				tell(w, 200, `{"data":{"message_id":"m"},"error":0}`)
			})
			ref, err := channel.Send(t.Context(), someone, bot.Reply{Files: []bot.File{file}})
			if all := s.all(); err != nil || ref != "m" || len(all) != 2 ||
				!strings.Contains(all[1].body, "https://bot.example.vn/f/1") || len(shelf.lies) != 1 {
				t.Errorf("%s: %q, %v, %+v", name, ref, err, all)
			}
		}
	}
}

// Nobody has seen what was uploaded and not heard of: it may be sent again, and
// is not laid on the shelf beside.
func TestAnUploadThatIsNotHeardOf(t *testing.T) {
	shelf := &ledge{}
	s, channel := newStandIn(t, func(c *Config) { c.Shelf = shelf })
	for _, test := range []struct {
		status int
		body   string
		want   bot.Fate
		why    string
	}{
		{502, "<html>", bot.Retry, ""}, {200, no(-32), bot.Retry, ""}, {200, no(-224), bot.Broken, bot.WhyPlan},
	} {
		s.says(test.status, test.body)
		_, err := channel.Send(t.Context(), someone, bot.Reply{Files: []bot.File{pdf("kín-7431.pdf", 9)}})
		wantFate(t, err, test.want, test.why)
	}
	if len(shelf.lies) != 0 {
		t.Errorf("on the shelf: %q", shelf.lies)
	}
}

// Some clients read a token where others read an id.
func TestUploadAnswers(t *testing.T) {
	s, channel := newStandIn(t, nil)
	for data, want := range map[string]string{`{"token":"T"}`: "T", `{"attachment_id":"A"}`: "A",
		`{"attachment_id":123456789012345678901}`: "123456789012345678901"} {
		s.says(200, `{"error":0,"data":`+data+`}`)
		found, _ := carrierOf(png("a.png", 100))
		if id, err := channel.upload(t.Context(), found, png("a.png", 100)); id != want || err != nil {
			t.Errorf("%s: %q, %v", data, id, err)
		}
	}
}

// What died between upload and message is uploaded once more.
func TestAnExpiredUpload(t *testing.T) {
	for name, alive := range map[string]int{"once": 2, "for good": 99} {
		s, channel := newStandIn(t, nil)
		uploads := 0
		s.answers(func(w http.ResponseWriter, h heard) {
			switch {
			case h.file != "":
				uploads++
				tell(w, 200, fmt.Sprintf(`{"data":{"token":"T%d"},"error":0}`, uploads))
			case uploads < alive:
				tell(w, 200, no(-100))
			default:
				tell(w, 200, `{"data":{"message_id":"m"},"error":0}`)
			}
		})
		_, err := channel.Send(t.Context(), someone, bot.Reply{Files: []bot.File{pdf("a.pdf", 9)}})
		if alive == 2 && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if alive == 99 {
			wantFate(t, err, bot.Retry, "")
		}
		if uploads != 2 {
			t.Errorf("%s: %d uploads", name, uploads)
		}
	}
}

func TestFilesThatCannotBeLaidDown(t *testing.T) {
	reply := bot.Reply{Text: "Đây ạ", Files: []bot.File{{Name: "kín-7431.xlsx", MIME: sheetType, Content: []byte("PK")}}}
	t.Run("no shelf", func(t *testing.T) {
		_, channel := newStandIn(t, nil)
		ref, err := channel.Send(t.Context(), someone, reply)
		wantFate(t, err, bot.Refused, "")
		if ref == "" {
			t.Error("the text was sent, and has no reference")
		}
	})
	t.Run("no shelf for what was refused", func(t *testing.T) {
		s, channel := newStandIn(t, nil)
		s.says(200, no(-201))
		_, err := channel.Send(t.Context(), someone, bot.Reply{Files: []bot.File{pdf("a.pdf", 9)}})
		wantFate(t, err, bot.Refused, "")
		if !saidCode(err, -201) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
	t.Run("shelf away", func(t *testing.T) {
		away := errors.New("away")
		_, channel := newStandIn(t, func(c *Config) { c.Shelf = &ledge{fault: away} })
		_, err := channel.Send(t.Context(), someone, reply)
		wantFate(t, err, bot.Refused, "")
		if !errors.Is(err, away) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
	t.Run("told to stop", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		_, channel := newStandIn(t, func(c *Config) { c.Shelf = &ledge{fault: context.Canceled} })
		cancel()
		_, err := channel.Send(ctx, someone, bot.Reply{Files: reply.Files})
		wantFate(t, err, bot.Retry, "")
	})
}
