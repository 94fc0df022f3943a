package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The page behind an invite's QR code knows no code: that stands behind the # of
// its address, which browsers keep to themselves.
func TestJoinPage(t *testing.T) {
	mux := http.NewServeMux()
	joinRoutes(mux, func() []way {
		return []way{{Label: "Mở Zalo", Address: "https://zalo.me/123"},
			{Label: "Mở Telegram", Address: "https://t.me/b", Start: "https://t.me/b?start="}}
	}, loadWords(t), slog.New(slog.DiscardHandler))
	server := httptest.NewServer(mux)
	defer server.Close()
	get := func(path string) (*http.Response, string) {
		t.Helper()
		response, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, string(body)
	}
	response, page := get("/join")
	for _, want := range []string{`href="https://zalo.me/123"`, `data-start="https://t.me/b?start="`, "Gõ mã mời này",
		`<script src="/join/join.js"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
	if response.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Error("other pages may learn of the address")
	}
	for path, kind := range map[string]string{"/join/style.css": "text/css", "/join/join.js": "text/javascript"} {
		if response, body := get(path); response.StatusCode != http.StatusOK ||
			!strings.HasPrefix(response.Header.Get("Content-Type"), kind) || len(body) < 100 {
			t.Errorf("%s: %s %d bytes", path, response.Status, len(body))
		}
	}
}
