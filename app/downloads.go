package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/downloads"
)

// shelf keeps what a channel cannot carry under an address of this server.
type shelf struct {
	service   *downloads.Service
	publicURL string
}

var _ bot.Shelf = shelf{}

func (s shelf) Offer(ctx context.Context, channel, chatID string, file bot.File, picture bool) (address string,
	err error) {
	if s.publicURL == "" {
		return "", errors.New("PUBLIC_URL is not set: there is no address at which a file could be opened")
	}
	token, err := s.service.Offer(ctx, channel, chatID,
		downloads.File{Name: file.Name, MIME: file.MIME, Content: file.Content}, picture)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(s.publicURL, "/") + "/d/" + token, nil
}

const (
	maxButtonBody = 1 << 10 // bytes: pressing the button sends none
	// writeWithin bounds how long a slow telephone may take over a file.
	writeWithin = 10 * time.Minute
)

const office = "application/vnd.openxmlformats-officedocument."

// servedAs are the types that a file may have, and what is said besides; any
// other is bytes to keep. None of them runs in a browser.
var servedAs = map[string]string{
	"application/pdf":                    "",
	office + "spreadsheetml.sheet":       "",
	office + "wordprocessingml.document": "",
	"text/csv":                           "; charset=utf-8",
	"text/plain":                         "; charset=utf-8",
	"image/png":                          "",
	"image/jpeg":                         "",
	"image/webp":                         "",
}

var (
	//go:embed download.html
	downloadPage string
	//go:embed download.css
	downloadStyle string

	downloadTemplate = template.Must(template.New("download").Parse(downloadPage))
	downloadPolicy   = "default-src 'none'; style-src 'sha256-" + digest(downloadStyle) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// downloadRoutes serve the links of the shelf: a picture at once, for a document
// a page with one button. Nothing is asked of the visitor but the token, which
// therefore stands in no log.
func downloadRoutes(mux *http.ServeMux, service *downloads.Service, words *texts.Texts, logger *slog.Logger) {
	d := &downloadDoor{service: service, words: words, logger: logger}
	mux.HandleFunc("GET /d/{token}", d.look)
	mux.HandleFunc("POST /d/{token}", d.take)
}

type downloadDoor struct {
	service *downloads.Service
	words   *texts.Texts
	logger  *slog.Logger
}

// look answers GET and HEAD. Chat apps draw a preview of every link, and virus
// scanners open it: a document's GET shows a page and spends nothing, or its
// owner would come second. A picture is served, since fetching it is how the
// platform gets it; HEAD tells of it without counting as a fetch.
func (d *downloadDoor) look(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	view, err := d.service.Look(r.Context(), token)
	switch {
	case err != nil:
		d.refuse(w, r, err)
	case !view.Picture:
		d.page(w, r, http.StatusOK, d.offer(view))
	case r.Method == http.MethodHead:
		fileHeader(w, "inline", view.Name, view.MIME, view.Size)
	default:
		d.serve(w, r, token, "inline")
	}
}

// take answers the button. It needs no proof of where it was pressed: there is
// no cookie that another page could make use of.
func (d *downloadDoor) take(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxButtonBody)); err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	d.serve(w, r, r.PathValue("token"), "attachment")
}

func (d *downloadDoor) serve(w http.ResponseWriter, r *http.Request, token, disposition string) {
	file, err := d.service.Take(r.Context(), token)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeWithin)) // not every writer has one
	fileHeader(w, disposition, file.Name, file.MIME, int64(len(file.Content)))
	if _, err := w.Write(file.Content); err != nil {
		d.logger.InfoContext(r.Context(), "download broke off", "error", err)
	}
}

// shownPage is what download.html draws.
type shownPage struct {
	Title  string
	Style  template.CSS
	File   *shownFile
	Lines  []string
	Field  string // what is to be typed before the button is pressed; "" for nothing
	Button string
	Small  string
}

type shownFile struct{ Name, Size string }

func (d *downloadDoor) offer(view downloads.View) shownPage {
	return shownPage{
		Title: d.words.Say("download.title", nil),
		File:  &shownFile{view.Name, fileSize(view.Size)},
		Lines: []string{
			d.words.Say("download.valid", bot.Fields{"until": view.ExpiresAt.In(services.Zone).Format("15:04"),
				"left": view.Left}),
			d.words.Say("download.once", nil),
		},
		Button: d.words.Say("download.button", nil),
		Small:  d.words.Say("download.private", nil),
	}
}

// refuse says what to do next. Why a link leads nowhere is not told: it would
// tell a stranger which links there were.
func (d *downloadDoor) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if services.KindOf(err) == services.KindNotFound {
		d.page(w, r, http.StatusNotFound, shownPage{
			Title: d.words.Say("download.gone_title", nil),
			Lines: []string{d.words.Say("download.gone", nil), d.words.Say("download.gone_next", nil)},
			Small: d.words.Say("download.gone_where", nil),
		})
		return
	}
	if r.Context().Err() == nil { // otherwise they left
		d.logger.ErrorContext(r.Context(), "download failed", "error", err)
	}
	w.Header().Set("Retry-After", "60")
	d.page(w, r, http.StatusServiceUnavailable, shownPage{
		Title: d.words.Say("download.trouble_title", nil), Lines: []string{d.words.Say("download.trouble", nil)},
	})
}

func (d *downloadDoor) page(w http.ResponseWriter, r *http.Request, status int, shown shownPage) {
	drawPage(w, r, d.logger, status, shown)
}

func drawPage(w http.ResponseWriter, r *http.Request, logger *slog.Logger, status int, shown shownPage) {
	shown.Style = template.CSS(downloadStyle)
	var body bytes.Buffer
	if err := downloadTemplate.Execute(&body, shown); err != nil {
		logger.ErrorContext(r.Context(), "page not drawn", "page", "download", "error", err)
		http.Error(w, "page", http.StatusInternalServerError)
		return
	}
	privateHeader(w, "text/html; charset=utf-8", downloadPolicy)
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	w.Write(body.Bytes())
}

// privateHeader says that an answer is for this visitor alone: it is neither
// kept nor indexed, and its address is told to nobody.
func privateHeader(w http.ResponseWriter, kind, policy string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

func fileHeader(w http.ResponseWriter, disposition, name, kind string, size int64) {
	base, _, err := mime.ParseMediaType(kind)
	said, ok := servedAs[base]
	if err != nil || !ok {
		base = "application/octet-stream"
	}
	privateHeader(w, base+said, "default-src 'none'; sandbox")
	w.Header().Set("Content-Disposition", contentDisposition(disposition, name))
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
}

// contentDisposition gives a name in full (RFC 6266, RFC 5987) and, for the
// browsers inside old telephones' apps, without accents: they would otherwise
// save the file under the token.
func contentDisposition(disposition, name string) string {
	stem, extension := name, path.Ext(name)
	stem = strings.TrimSuffix(stem, extension)
	plain := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || strings.ContainsRune(`"\%/`, r) || unicode.IsControl(r) {
			return '_'
		}
		return r
	}, models.Fold(stem)+extension)
	return mime.FormatMediaType(disposition, map[string]string{
		"filename":  plain,
		"filename*": "UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20"),
	})
}

// fileSize is a size as people read it: 812 B, 14 KB, 1,2 MB.
func fileSize(bytes int64) string {
	switch {
	case bytes < 1000:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 999_500:
		return fmt.Sprintf("%d KB", (bytes+500)/1000)
	}
	tenths := (bytes + 50_000) / 100_000
	return fmt.Sprintf("%d,%d MB", tenths/10, tenths%10)
}
