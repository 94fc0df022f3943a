package web

import (
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"canbobot/bot"
)

// site serves the page and hands what it sends to the bot.
type site struct {
	channel *Channel
	handler bot.Handler
	assets  assets
	origin  *http.CrossOriginProtection
}

// Routes serves the page and everything under Config.Path; what people do there
// goes to handler. Mount it at the path and at the path with a slash.
func (c *Channel) Routes(handler bot.Handler) http.Handler {
	s := &site{channel: c, handler: handler, assets: loadAssets(), origin: http.NewCrossOriginProtection()}
	path := c.config.Path
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+path, s.page)
	mux.Handle("GET "+path+"/{$}", http.RedirectHandler(path, http.StatusPermanentRedirect))
	mux.HandleFunc("GET "+path+"/assets/{version}/{name}", s.asset)
	mux.HandleFunc("GET "+path+"/files/{id}", s.sameSite(s.file))
	mux.HandleFunc("GET "+path+"/events", s.sameSite(s.events))
	for name, act := range map[string]http.HandlerFunc{
		"say": s.say, "press": s.press, "contact": s.contact, "start": s.start, "attach": s.attach, "retry": s.retry,
	} {
		mux.HandleFunc("POST "+path+"/"+name, s.fromPage(act))
	}
	return s.guard(mux)
}

// policy allows the page its own files and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// guard refuses a name that is not ours, by which a foreign page could reach a
// loopback address as if it were its own (DNS rebinding).
func (s *site) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		if !s.ours(r.Host) {
			refuse(w, http.StatusMisdirectedRequest, "host")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *site) ours(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" || slices.Contains(s.channel.config.Hosts, host) {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// sameSite keeps other sites from reading through a browser that says who asks.
func (s *site) sameSite(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Sec-Fetch-Site") {
		case "", "same-origin", "none":
			next(w, r)
		default:
			refuse(w, http.StatusForbidden, "origin")
		}
	}
}

// fromPage lets only pages of this process act.
func (s *site) fromPage(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.origin.Check(r) != nil {
			refuse(w, http.StatusForbidden, "origin")
			return
		}
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Try-Token")), []byte(s.channel.token)) != 1 {
			refuse(w, http.StatusForbidden, "stale")
			return
		}
		next(w, r)
	}
}

// guestID is a phone that belongs to nobody of the ward.
var guestID = regexp.MustCompile(`^guest-[1-9][0-9]{0,3}$`)

// known refuses to play anyone but characters and guests, and answers so.
func (s *site) known(w http.ResponseWriter, r *http.Request, id string) bool {
	if guestID.MatchString(id) {
		return true
	}
	characters, err := s.channel.config.Characters(r.Context())
	if err != nil {
		s.channel.config.Logger.Warn("characters not listed", "channel", Name, "error", err)
		refuse(w, http.StatusServiceUnavailable, "busy")
		return false
	}
	if !validID(id) || !slices.ContainsFunc(characters, func(c Character) bool { return c.ID == id }) {
		refuse(w, http.StatusNotFound, "unknown")
		return false
	}
	return true
}

// refuse answers with a code that the page knows.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code}) // a page that left hears nothing
}
