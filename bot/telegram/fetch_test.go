package telegram

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"canbobot/bot"
)

func TestFetch(t *testing.T) {
	path := "documents/file_1.xlsx"
	mux := http.NewServeMux()
	mux.HandleFunc("POST /bot"+testToken+"/getFile", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"ok":true,"result":{"file_id":%q,"file_path":%q}}`, r.FormValue("file_id"), path)
	})
	mux.HandleFunc("GET /file/bot"+testToken+"/documents/file_1.xlsx", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("nội dung"))
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	channel := New(Config{Token: testToken, APIURL: server.URL, Client: server.Client()})

	content, err := channel.Fetch(t.Context(), "id", 100)
	if err != nil || !bytes.Equal(content, []byte("nội dung")) {
		t.Fatalf("Fetch = %q, %v", content, err)
	}
	if _, err := channel.Fetch(t.Context(), "id", 3); !errors.Is(err, bot.ErrFileTooLarge) {
		t.Errorf("a file over the limit: %v", err)
	}
	for _, path = range []string{"", ".", "../../bot/getMe", "/etc/passwd"} {
		_, err := channel.Fetch(t.Context(), "id", 100)
		checkFate(t, err, bot.Refused)
	}
	path = "documents/gone"
	if _, err := channel.Fetch(t.Context(), "id", 100); err == nil {
		t.Error("a file that is gone was fetched")
	}
}
