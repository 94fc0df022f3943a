package zalo

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"canbobot/bot"
)

func TestFetch(t *testing.T) {
	s, channel := newStandIn(t, nil)
	s.says(200, "nội dung")
	size := int64(len("nội dung"))
	if content, err := channel.Fetch(t.Context(), s.URL+"/files/a.pdf?x=1", size); err != nil ||
		string(content) != "nội dung" {
		t.Errorf("%q, %v", content, err)
	}
	for _, h := range s.all() {
		if h.method != http.MethodGet || h.header.Get("access_token") != "" {
			t.Errorf("%s with %v", h.method, h.header)
		}
	}
	if _, err := channel.Fetch(t.Context(), s.URL+"/a", size-1); !errors.Is(err, bot.ErrFileTooLarge) {
		t.Errorf("a file over the limit: %v", err)
	}
	s.answers(func(w http.ResponseWriter, _ heard) {
		w.(http.Flusher).Flush() // of unknown length
		io.WriteString(w, "nội dung")
	})
	if _, err := channel.Fetch(t.Context(), s.URL+"/a", size-1); !errors.Is(err, bot.ErrFileTooLarge) {
		t.Errorf("a file over the limit, of unknown length: %v", err)
	}
	for status, want := range map[int]bot.Fate{404: bot.Refused, 403: bot.Refused, 204: bot.Refused, 429: bot.Retry,
		500: bot.Retry, 503: bot.Retry} {
		s.says(status, "")
		_, err := channel.Fetch(t.Context(), s.URL+"/a", size)
		wantFate(t, err, want, "")
	}
	s.Close()
	_, err := channel.Fetch(t.Context(), s.URL+"/secret-of-the-account", size)
	wantFate(t, err, bot.Retry, "")
}

// The address comes from outside: only Zalo's own are asked, and hear no token.
func TestFetchAsksZaloAlone(t *testing.T) {
	const own = "http://127.0.0.1:8080"
	for _, api := range []string{"", own, "http://10.0.0.5:8080"} {
		asked := ""
		client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.String()
			if len(r.Header["Access_token"]) > 0 {
				t.Error("the token goes along")
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("x")),
				ContentLength: -1, Request: r}, nil
		})}
		channel := New(Config{Tokens: &keeper{}, APIURL: api, Client: client})
		for address, want := range map[string]string{
			"https://zdn.vn/a.jpg":                   "https://zdn.vn/a.jpg",
			"https://photo-stal-12.zdn.vn/a.jpg?x=1": "https://photo-stal-12.zdn.vn/a.jpg?x=1",
			"http://f14.photo.talk.zdn.vn/a.jpg":     "https://f14.photo.talk.zdn.vn/a.jpg",
			"https://f1.ZDN.vn:443/a":                "https://f1.ZDN.vn:443/a",
			"https://photo.zadn.vn/a":                "https://photo.zadn.vn/a",
			"https://stickers.zaloapp.com/a":         "https://stickers.zaloapp.com/a",
			"https://chat.zalo.me/a":                 "https://chat.zalo.me/a",
			"http://photo.zdn.vn:80/a":               "",
			"https://photo.zdn.vn:8443/a":            "",
			"https://evilzdn.vn/a":                   "",
			"https://zdn.vn.evil.vn/a":               "",
			"https://zdn.vn@evil.vn/a":               "",
			"https://user@zdn.vn/a":                  "",
			"https://evil.vn/zdn.vn":                 "",
			"https://127.0.0.1/a":                    "",
			"https://[::1]/a":                        "",
			"https://[::ffff:10.0.0.1]/a":            "",
			"http://169.254.169.254/latest":          "",
			"http://10.0.0.5:8080/a":                 "",
			"http://127.0.0.1:8080/files/a":          map[string]string{own: own + "/files/a"}[api],
			"http://127.0.0.1:8081/a":                "",
			"https://127.0.0.1:8080/a":               "",
			"file:///etc/passwd":                     "",
			"https:zdn.vn":                           "",
			"//zdn.vn/a":                             "",
			"zdn.vn/a":                               "",
			"":                                       "",
			"https://zdn.vn\x00/":                    "",
		} {
			asked = ""
			_, err := channel.Fetch(t.Context(), address, 10)
			if (err == nil) != (want != "") || asked != want {
				t.Errorf("platform %q, %q: asked %q, %v", api, address, asked, err)
			}
			if want == "" {
				wantFate(t, err, bot.Refused, "")
			}
		}
	}
}

func TestFetchHostsOfTheSettings(t *testing.T) {
	asked := 0
	channel := New(Config{Tokens: &keeper{}, FetchHosts: []string{"", "files.example.vn", "10.0.0.5"},
		Client: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			asked++
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		})}})
	for address, want := range map[string]int{"https://files.example.vn/a": 1, "https://a.files.example.vn/a": 1,
		"https://zdn.vn/a": 0, "https://example.vn/a": 0, "https://10.0.0.5/a": 0, "https:///a": 0} {
		asked = 0
		if channel.Fetch(t.Context(), address, 1); asked != want {
			t.Errorf("%s: asked %d times", address, asked)
		}
	}
}

// A file may have moved, but not to somebody else.
func TestFetchFollowsWithinZalo(t *testing.T) {
	for target, want := range map[string]bool{
		"https://b.zdn.vn/b": true, "/b": true,
		"https://evil.vn/b": false, "http://b.zdn.vn/b": false, "http://169.254.169.254/": false,
	} {
		var asked []string
		channel := New(Config{Tokens: &keeper{},
			Client: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
				asked = append(asked, r.URL.Host)
				response := &http.Response{StatusCode: 302, Header: http.Header{"Location": {target}}, Body: http.NoBody,
					Request: r}
				if len(asked) > 1 {
					response.StatusCode, response.Header = 200, http.Header{}
				}
				return response, nil
			})}})
		_, err := channel.Fetch(t.Context(), "https://a.zdn.vn/a", 10)
		if (err == nil) != want || (len(asked) > 1) != want {
			t.Errorf("%s: asked %q, %v", target, asked, err)
		}
	}
	n := 0
	channel := New(Config{Tokens: &keeper{},
		Client: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			n++
			return &http.Response{StatusCode: 302, Header: http.Header{"Location": {"/a"}}, Body: http.NoBody, Request: r}, nil
		})}})
	_, err := channel.Fetch(t.Context(), "https://a.zdn.vn/a", 10)
	if wantFate(t, err, bot.Refused, ""); n != 1+maxRedirects {
		t.Errorf("asked %d times in a circle", n)
	}
}
