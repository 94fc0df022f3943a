package app

import (
	_ "embed"
	"html/template"
	"log/slog"
	"net/http"

	"canbobot/bot/texts"
)

var (
	//go:embed join.html
	joinPage string
	//go:embed join.css
	joinStyle []byte
	//go:embed join.js
	joinScript []byte
)

// way is an app in which an invite can be redeemed.
type way struct {
	Label   string
	Address string // opens the chat
	Start   string // followed by the code it also hands the code over; empty where the platform takes none
}

// joinRoutes serve the page that an invite's QR code opens: the code in large
// letters, what to do with it, and the apps. A Zalo chat cannot be opened with
// something typed already, so one square leads everybody here. The code stands
// behind the # of the address and never reaches the server.
func joinRoutes(mux *http.ServeMux, ways func() []way, words *texts.Texts, logger *slog.Logger) {
	page := template.Must(template.New("join").Parse(joinPage))
	say := func(key string) string { return words.Say(key, nil) }
	mux.HandleFunc("GET /join", func(w http.ResponseWriter, _ *http.Request) {
		header(w, "text/html; charset=utf-8")
		err := page.Execute(w, map[string]any{
			"Title": say("join.title"), "Missing": say("join.missing"), "Copy": say("join.copy"), "Copied": say("join.copied"),
			"StepOpen": say("join.open"), "StepType": say("join.type"), "StepLast": say("join.last"),
			"Secret": say("join.secret"),
			"Ways":   ways(),
		})
		if err != nil {
			logger.Warn("page not written", "page", "join", "error", err)
		}
	})
	mux.HandleFunc("GET /join/style.css", func(w http.ResponseWriter, _ *http.Request) {
		header(w, "text/css; charset=utf-8")
		w.Write(joinStyle)
	})
	mux.HandleFunc("GET /join/join.js", func(w http.ResponseWriter, _ *http.Request) {
		header(w, "text/javascript; charset=utf-8")
		w.Write(joinScript)
	})
}

func header(w http.ResponseWriter, kind string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; "+
		"form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
}
