package zalobot

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"canbobot/bot"
)

func TestFetch(t *testing.T) {
	l := newLine(t, nil)
	taken := newTaker(nil)
	l.poll(t, taken)
	l.person(1).SendPhoto([]byte("nội dung"), "")
	address := taken.wait(t, 1)[0].Attachment.ID
	size := int64(len("nội dung"))

	if content, err := l.channel.Fetch(t.Context(), address, size); err != nil || string(content) != "nội dung" {
		t.Errorf("Fetch = %q, %v", content, err)
	}
	if _, err := l.channel.Fetch(t.Context(), address, size-1); !errors.Is(err, bot.ErrFileTooLarge) {
		t.Errorf("a file over the limit: %v", err)
	}
	_, err := l.channel.Fetch(t.Context(), address+"x", size)
	checkFate(t, err, bot.Refused, "") // it is gone
	l.server.Fail(faultOf("file", 500))
	l.server.Statuses = true
	_, err = l.channel.Fetch(t.Context(), address, size)
	checkFate(t, err, bot.Retry, "")
	l.away.Store(true)
	l.hangUp()
	_, err = l.channel.Fetch(t.Context(), address, size)
	checkFate(t, err, bot.Retry, "")
}

// The address comes from outside: only Zalo's own are asked, and hear no token.
func TestFetchAsksZaloAlone(t *testing.T) {
	for _, api := range []string{"", "http://127.0.0.1:8080", "http://10.0.0.5:8080"} {
		asked := ""
		channel := New(Config{Token: testToken, APIURL: api,
			Client: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				asked = r.URL.String()
				for name, values := range r.Header {
					if strings.Contains(strings.Join(values, ""), "secret-of") {
						t.Errorf("the token goes along in %s", name)
					}
				}
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("x")),
					ContentLength: -1, Request: r}, nil
			})}})
		for address, want := range map[string]bool{
			"https://zdn.vn/a.jpg":                   true,
			"https://photo-stal-12.zdn.vn/a.jpg?x=1": true,
			"https://f1.ZDN.vn:443/a":                true,
			"https://photo.zadn.vn/a":                true,
			"https://stickers.zaloapp.com/a":         true,
			"https://chat.zalo.me/a":                 true,
			"http://photo.zdn.vn/a":                  false,
			"https://photo.zdn.vn:8443/a":            false,
			"https://evilzdn.vn/a":                   false,
			"https://zdn.vn.evil.vn/a":               false,
			"https://zdn.vn@evil.vn/a":               false,
			"https://user@zdn.vn/a":                  false,
			"https://evil.vn/zdn.vn":                 false,
			"https://127.0.0.1/a":                    false,
			"https://[::1]/a":                        false,
			"http://169.254.169.254/latest":          false,
			"http://10.0.0.5:8080/a":                 false,
			"http://127.0.0.1:8080/files/a":          api == "http://127.0.0.1:8080",
			"http://127.0.0.1:8081/a":                false,
			"https://127.0.0.1:8080/a":               false,
			"file:///etc/passwd":                     false,
			"https:zdn.vn":                           false,
			"//zdn.vn/a":                             false,
			"zdn.vn/a":                               false,
			"":                                       false,
			"https://zdn.vn\x00/":                    false,
		} {
			asked = ""
			_, err := channel.Fetch(t.Context(), address, 10)
			if (err == nil) != want || (asked != "") != want {
				t.Errorf("platform %q, %q: asked %q, %v", api, address, asked, err)
			}
			if !want {
				checkFate(t, err, bot.Refused, "")
			}
		}
	}
}
