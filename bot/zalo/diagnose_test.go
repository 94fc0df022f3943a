package zalo

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var diagnosed = Config{AppID: appID, AppSecret: "app-secret", OASecret: oaKey}

// saved is a call with a signature and a timestamp of the header.
func saved(sum []byte, at string) http.Header {
	header := http.Header{}
	header.Set(signatureHeader, "mac="+hex.EncodeToString(sum))
	if at != "" {
		header.Set(timestampHeader, at)
	}
	return header
}

// Every combination of terms is told by just those that differ.
func TestEachTermIsTold(t *testing.T) {
	original := `{"app_id":"` + appID + `","recipient":{"id":"` + accountID + `"},"timestamp":"1775451600000"}`
	for n := range 32 {
		first, key, at, signed := appID, oaKey, "1775451600000", original
		var want []Term
		for bit, change := range []struct {
			term Term
			make func()
		}{
			{KeyTerm, func() { key = diagnosed.AppSecret }},
			{FirstTerm, func() { first = accountID }},
			{TimeTerm, func() { at = "1775451600777" }},
			{HashTerm, func() {}},
			{BodyTerm, func() { signed = string(compact([]byte(original))) }},
		} {
			if n&(1<<bit) != 0 {
				change.make()
				want = append(want, change.term)
			}
		}
		arrived := strings.ReplaceAll(original, `,"`, ",\n  \"") // as something on the way has written it anew
		if !slices.Contains(want, BodyTerm) {
			signed = arrived
		}
		sum := sign(slices.Contains(want, HashTerm), []byte(first), []byte(signed), []byte(at), []byte(key))
		got := Diagnose(diagnosed, saved(sum, "1775451600777"), []byte(arrived))
		if got.Matched != (len(want) == 0) || !cmp.Equal(got.Differs, want) {
			t.Errorf("%v: %+v", want, got)
		}
	}
}

func TestHowABodyMayHaveChanged(t *testing.T) {
	const original = "{\n\"timestamp\": \"17\",\n\"a\": \"\\u00e1 \\/ <\"\n}"
	sum := mac(appID, []byte(original), "17", oaKey)
	for name, arrived := range map[string]string{
		"a newline at the end":  original + "\n",
		"a CRLF at the end":     original + "\r\n",
		"spaces around":         "  " + original + " \n",
		"lines of Windows":      strings.ReplaceAll(original, "\n", "\r\n"),
		"Windows, and one more": strings.ReplaceAll(original, "\n", "\r\n") + "\r\n",
	} {
		if got := Diagnose(diagnosed, saved(sum, ""), []byte(arrived)); got.Matched ||
			!cmp.Equal(got.Differs, []Term{BodyTerm}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	indented := mac(appID, []byte(" "+original), "17", oaKey)
	if got := Diagnose(diagnosed, saved(indented, ""), []byte(" "+original+"\n")); got.Matched ||
		!cmp.Equal(got.Differs, []Term{BodyTerm}) {
		t.Errorf("a newline after what begins with a space: %+v", got)
	}
	if got := Diagnose(diagnosed, saved(sum, ""), []byte(strings.Replace(original, "<", ">", 1))); got.Matched ||
		got.Differs != nil {
		t.Errorf("another text: %+v", got)
	}
}

// The verdict is the webhook's, but for the timestamp of a header, which it
// takes and which is told.
func TestTheDiagnosisIsTheWebhooks(t *testing.T) {
	const other = "111111111111111111"
	bodies := []string{
		fmt.Sprintf(`{"app_id":%q,"sender":{"id":"5"},"recipient":{"id":%q},"timestamp":"17"}`, appID, accountID),
		fmt.Sprintf(`{"app_id":%q,"oa_id":%q,"timestamp":17}`, appID, accountID),
		fmt.Sprintf(`{"app_id":%q,"oa_id":%q,"timestamp":"17"}`, other, accountID),
		fmt.Sprintf(`{"oa_id":%q}`, accountID),
		`{"timestamp":"17"}`,
		`{"timestamp":"17","sender":"5"}`,
	}
	right := 0
	for _, byOA := range []bool{false, true} {
		config := diagnosed
		config.SignedByOA = byOA
		c := New(config)
		for _, body := range bodies {
			for _, first := range []string{appID, accountID, other, "5"} {
				for _, key := range []string{oaKey, config.AppSecret} {
					for _, at := range []string{"17", "18", ""} {
						header := saved(mac(first, []byte(body), at, key), "18")
						e, _ := open([]byte(body))
						want := c.verify(header, []byte(body), e) != unsigned
						got := Diagnose(config, header, []byte(body))
						byHeader := cmp.Equal(got.Differs, []Term{TimeTerm})
						if byHeader && e.Timestamp == "" {
							t.Errorf("%s: the only timestamp there is differs: %+v", body, got)
						}
						if byHeader != slices.Contains(got.Notes, "the webhook takes the timestamp of the header too") {
							t.Errorf("%s: %+v", body, got)
						}
						if got.Matched || byHeader {
							right++
						}
						if want != (got.Matched || byHeader) {
							t.Errorf("%s signed with %s, %s, %s; by OA too: %t: taken: %t, diagnosed %+v", body, first, key, at, byOA, want,
								got)
						}
					}
				}
			}
		}
	}
	if right == 0 {
		t.Error("nothing was right")
	}
}

func TestNotes(t *testing.T) {
	body := `{"app_id":"` + appID + `","timestamp":"17"}`
	sum := mac(appID, []byte(body), "17", "kín-7431")
	for _, test := range []struct {
		name, body string
		config     Config
		header     http.Header
		notes      []string
	}{
		{"nothing", "", diagnosed, http.Header{}, []string{"no signature"}},
		{"no body", "", diagnosed, saved(sum, ""), []string{"no JSON object", "no timestamp"}},
		{"half a body", body[:20], diagnosed, saved(sum, ""), []string{"no JSON object", "no timestamp"}},
		{"another app", body, Config{AppID: "1", OASecret: oaKey}, saved(sum, ""), []string{"ZALO_APP_ID"}},
		{"no secret", body, Config{AppID: appID, AppSecret: "kín-7431"}, saved(sum, ""),
			[]string{"ZALO_OA_SECRET is not set"}},
		{"no settings, signed with nothing", body, Config{}, saved(mac("", []byte(body), "17", ""), ""),
			[]string{"ZALO_APP_ID", "ZALO_OA_SECRET is not set"}},
	} {
		got := Diagnose(test.config, test.header, []byte(test.body))
		if got.Matched || len(got.Notes) != len(test.notes) {
			t.Errorf("%s: %+v", test.name, got)
			continue
		}
		for i, note := range test.notes {
			if !strings.Contains(got.Notes[i], note) {
				t.Errorf("%s: %q, want %q", test.name, got.Notes[i], note)
			}
		}
		if told := fmt.Sprintf("%+v", got); strings.Contains(told, "7431") || strings.Contains(told, oaKey) ||
			strings.Contains(told, hex.EncodeToString(sum)) {
			t.Errorf("%s: it tells a secret: %s", test.name, told)
		}
	}
}

func TestSavedCalls(t *testing.T) {
	const body = "{\r\n\r\n \"a\": 1\n\n}\n"
	const heads = "Host: a.vn\nX-ZEvent-Signature: mac=ab\nx-zevent-timestamp:17\n\n"
	for name, raw := range map[string]string{
		"headers alone":            heads + body,
		"lines of Windows":         strings.ReplaceAll(heads, "\n", "\r\n") + body,
		"lines of both kinds":      strings.Replace(heads, "\n", "\r\n", 2) + body,
		"a request line":           "POST /webhooks/zalo HTTP/1.1\r\n" + heads + body,
		"a whole address":          "POST https://a.vn:443/webhooks/zalo HTTP/1.1\n" + heads + body,
		"another version":          "POST /webhooks/zalo HTTP/2\n" + heads + body,
		"what curl -i writes":      "HTTP/1.1 200 OK\n" + heads + body,
		"from an editor of theirs": "\ufeffPOST / HTTP/1.1\n" + heads + body,
	} {
		before := raw
		header, got, err := ParseRequest([]byte(raw))
		if err != nil || string(got) != body || header.Get(signatureHeader) != "mac=ab" ||
			header.Get(timestampHeader) != "17" || raw != before {
			t.Errorf("%s: %v, %q, %v", name, header, got, err)
		}
	}
	if _, got, err := ParseRequest([]byte("A: b\n\n")); err != nil || len(got) != 0 {
		t.Errorf("no body: %q, %v", got, err)
	}
	for name, raw := range map[string]string{
		"nothing":           "",
		"no empty line":     "Host: a.vn\nX-ZEvent-Signature: mac=ab\n" + `{"a":1}`,
		"the body alone":    `{"a":1}`,
		"its lines alone":   "{\n\"a\":1\n}\n\n",
		"no header":         "bad header\n\n" + body,
		"a value alone":     "A: b\n: c\n\n" + body,
		"two request lines": "POST / HTTP/1.1\nPOST / HTTP/1.1\n\n" + body,
		"too large":         "A: b\n\n" + strings.Repeat("a", maxSaved),
	} {
		if header, got, err := ParseRequest([]byte(raw)); err == nil {
			t.Errorf("%s: %v, %q", name, header, got)
		}
	}
}

// A saved body comes out with every byte, whatever it is, and anything at all
// gets an answer.
func FuzzParseRequest(f *testing.F) {
	f.Add([]byte("A: b\r\n\r\n{}"))
	f.Add([]byte("POST / HTTP/1.1\n\n\r\n\r\n"))
	f.Add([]byte(`{"app_id":5,"timestamp":"1"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if header, body, err := ParseRequest(raw); err == nil {
			Diagnose(diagnosed, header, body)
		}
		if len(raw) > maxEvent {
			return
		}
		sum := mac(appID, raw, "", oaKey)
		whole := append([]byte("POST / HTTP/1.1\r\nX-ZEvent-Signature: mac="+hex.EncodeToString(sum)+"\r\n\r\n"), raw...)
		header, body, err := ParseRequest(whole)
		if err != nil || !bytes.Equal(body, raw) {
			t.Fatalf("%q became %q, %v", raw, body, err)
		}
		if given, ok := givenMAC(header); !ok || !bytes.Equal(given, sum) {
			t.Fatalf("the signature became %x", given)
		}
	})
}
