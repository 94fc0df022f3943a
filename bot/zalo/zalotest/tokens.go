package zalotest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const accessLives = 25 * time.Hour

// issue makes the pair that follows; the one before is void at once.
func (s *Server) issue() {
	s.access, s.refresh, s.issued = "access-"+rand.Text(), "refresh-"+rand.Text(), s.Clock()
}

// Tokens is the pair that is good at this moment.
func (s *Server) Tokens() (access, refresh string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.access, s.refresh
}

// Issue is a human who consents again.
func (s *Server) Issue() (access, refresh string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issue()
	return s.access, s.refresh
}

// ExpireAccess ends the access token; the refresh token still works.
func (s *Server) ExpireAccess() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access = "expired-" + rand.Text()
}

// Revoke ends the whole chain.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access, s.refresh = "revoked-"+rand.Text(), "revoked-"+rand.Text()
}

// Refreshes counts renewals that were granted.
func (s *Server) Refreshes() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refreshes
}

// token answers the token endpoint: with HTTP 200 whatever happens, a refusal
// without a usable error number, and the life in a string.
func (s *Server) token(r *http.Request, body []byte) any {
	form, err := url.ParseQuery(string(body))
	no := func(name string) any {
		return map[string]any{"error_name": name, "error_reason": "", "error_description": name,
			"ref_doc": "https://developers.zalo.me"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil || r.Method != http.MethodPost ||
		!strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		return no("Invalid request")
	case r.Header.Get("secret_key") != s.AppSecret:
		return no("Invalid secret key")
	case form.Get("app_id") != s.AppID:
		return map[string]any{"error": -14002, "error_name": "Invalid app id"}
	case form.Get("grant_type") != "refresh_token":
		return no("Invalid grant type")
	case form.Get("refresh_token") != s.refresh:
		return no("Invalid refresh token")
	}
	s.refreshes++
	s.issue()
	return map[string]any{"access_token": s.access, "refresh_token": s.refresh, "expires_in": "90000"}
}

// mayCall checks the token of a call.
func (s *Server) mayCall(r *http.Request) *refusal {
	token := r.Header.Get("access_token")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.Header.Get("Authorization") != "":
		return refuse(-216, "Access token is invalid")
	case token == "" || token != s.access:
		return refuse(-216, "Access token is invalid")
	case s.Clock().Sub(s.issued) > accessLives:
		return refuse(-220, "Access token has expired")
	}
	if s.Proof {
		proof := hmac.New(sha256.New, []byte(s.AppSecret))
		proof.Write([]byte(token))
		if r.Header.Get("appsecret_proof") != hex.EncodeToString(proof.Sum(nil)) {
			return refuse(-242, "Invalid appsecret_proof")
		}
	}
	return nil
}
