package zalobottest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"canbobot/bot/zalobot/zalobottest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(int) { http.DefaultClient.CloseIdleConnections() }))
}

// answer is what a bot gets.
type answer struct {
	Status      int
	Header      http.Header
	Raw         string
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
}

// post sends a body to a method as a bot does.
func post(t *testing.T, s *zalobottest.Server, path, body string) answer {
	t.Helper()
	response, err := http.Post(s.URL+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{Status: response.StatusCode, Header: response.Header, Raw: string(raw)}
	json.Unmarshal(raw, &a) // what is no JSON shows in Raw
	return a
}

func call(t *testing.T, s *zalobottest.Server, method, body string) answer {
	t.Helper()
	return post(t, s, "/bot"+s.Token+"/"+method, body)
}

func must(t *testing.T, a answer) answer {
	t.Helper()
	if !a.OK {
		t.Fatalf("refused: %s", a.Raw)
	}
	return a
}

// onePixel is a PNG.
const onePixel = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01" +
	"\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x35\x81\x84" +
	"\x00\x00\x00\x00IEND\xaeB`\x82"

// gallery gives a picture out so many times.
func gallery(t *testing.T, times int64, content string) (address string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > times {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, content)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/p.png", asked
}
