package app

import (
	"log/slog"
	"net/http"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/confirmation"
)

// confirmationPath is where papers are checked; a paper's address is it and a token.
const confirmationPath = "/g/"

// confirmationSite is where papers are checked, "" where nobody could open it.
func confirmationSite(publicURL string) string {
	if publicURL == "" {
		return ""
	}
	return publicURL + confirmationPath
}

// confirmationRoutes serve the page that the square of a paper opens. Whoever has
// the paper may ask, as often as they like; an address stands in no log.
func confirmationRoutes(mux *http.ServeMux, service *confirmation.Service, words *texts.Texts, logger *slog.Logger) {
	d := &confirmationDoor{service: service, words: words, logger: logger}
	mux.HandleFunc("GET "+confirmationPath+"{token}", d.look)
	mux.HandleFunc("POST "+confirmationPath+"{token}", d.compare)
}

type confirmationDoor struct {
	service *confirmation.Service
	words   *texts.Texts
	logger  *slog.Logger
}

func (d *confirmationDoor) look(w http.ResponseWriter, r *http.Request) {
	if standing, ok := d.standing(w, r); ok {
		drawPage(w, r, d.logger, http.StatusOK, d.shown(standing))
	}
}

// compare answers whether the amount that stands on the paper is the one that was
// paid: the page names none, since a square is seen by more people than a paper is
// handed to.
func (d *confirmationDoor) compare(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxButtonBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	standing, ok := d.standing(w, r)
	if !ok {
		return
	}
	page, says := d.shown(standing), d.words.Say("confirmpage.amount_other", nil)
	if standing.Is(r.PostForm.Get("amount")) {
		says = d.words.Say("confirmpage.amount_same", nil)
	}
	page.Lines = append([]string{says}, page.Lines...)
	drawPage(w, r, d.logger, http.StatusOK, page)
}

// standing reads the paper of an address, or has answered that there is none: in
// one way, whatever was wrong.
func (d *confirmationDoor) standing(w http.ResponseWriter, r *http.Request) (confirmation.Standing, bool) {
	standing, err := d.service.Check(r.Context(), r.PathValue("token"))
	switch {
	case err == nil:
		return standing, true
	case services.KindOf(err) == services.KindNotFound:
		drawPage(w, r, d.logger, http.StatusNotFound, shownPage{Title: d.words.Say("confirmpage.unknown_title", nil),
			Lines: []string{d.words.Say("confirmpage.unknown", nil)}, Small: d.words.Say("confirmpage.unknown_next", nil)})
	default:
		if r.Context().Err() == nil { // otherwise they left
			d.logger.ErrorContext(r.Context(), "confirmation not read", "error", err)
		}
		w.Header().Set("Retry-After", "60")
		drawPage(w, r, d.logger, http.StatusServiceUnavailable, shownPage{
			Title: d.words.Say("confirmpage.trouble_title", nil), Lines: []string{d.words.Say("confirmpage.trouble", nil)}})
	}
	return confirmation.Standing{}, false
}

func (d *confirmationDoor) shown(standing confirmation.Standing) shownPage {
	say := d.words.Say
	title, now := say("confirmpage.changed_title", nil), say("confirmpage.changed", nil)
	if standing.Today {
		title, now = say("confirmpage.today_title", nil), say("confirmpage.today", nil)
	}
	page := shownPage{Title: title, Lines: []string{
		say("confirmpage.issued", bot.Fields{"ward": standing.Ward, "date": standing.IssuedOn, "name": standing.Name}),
	}}
	for _, post := range standing.Posts {
		page.Lines = append(page.Lines, say("confirmpage.post", bot.Fields{"title": post.Title, "unit": post.Unit,
			"since": post.Since}))
	}
	if standing.Kind == models.ConfirmsPayment {
		page.Lines = append(page.Lines, say("confirmpage.paid", bot.Fields{"month": standing.Month, "date": standing.PaidOn}))
		page.Field, page.Button = say("confirmpage.amount", nil), say("confirmpage.button", nil)
	}
	page.Lines = append(page.Lines, now)
	page.Small = say("confirmpage.compare", nil)
	return page
}
