package zalo

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestHowAHeaderMayBeWritten(t *testing.T) {
	digits := strings.Repeat("0aF", 21) + "b"
	want, _ := hex.DecodeString(digits)
	for _, header := range []string{digits, "mac=" + digits, "MAC = " + digits, ` mac="` + digits + `" `,
		"mac='" + strings.ToUpper(digits) + "'", `"mac=` + digits + `"`, "\tmac=\t" + digits} {
		if got, ok := givenMAC(http.Header{signatureKey: {header}}); !ok || !bytes.Equal(got, want) {
			t.Errorf("%q is %x, %t", header, got, ok)
		}
	}
	for _, header := range []string{"", "mac=", "sha256=" + digits, "mac=mac=" + digits, digits[1:], digits + "00",
		"mac=" + digits[:62] + "0g", strings.Repeat(" ", 200) + strings.Repeat("a", 200)} {
		if got, ok := givenMAC(http.Header{signatureKey: {header}}); ok {
			t.Errorf("%q is %x", header, got)
		}
	}
	if _, ok := givenMAC(http.Header{}); ok {
		t.Error("no header is one")
	}
}

// signatureKey is the header as net/http keeps it.
var signatureKey = http.CanonicalHeaderKey(signatureHeader)

// Which timestamp a signature is made with: the text of the outermost one, as it
// was sent.
func TestWhichTimestampIsSigned(t *testing.T) {
	c := New(Config{AppID: appID, OASecret: oaKey})
	for _, test := range []struct{ body, at string }{
		{`{"timestamp":"1719000000000"}`, "1719000000000"},
		{`{"timestamp":1719000000000}`, "1719000000000"},
		{` { "timestamp" : 1719000000000 } ` + "\r\n", "1719000000000"},
		{`{"timestamp":"\u0031719000000000"}`, "1719000000000"},
		{`{"timestamp":" 17 "}`, " 17 "},
		{`{"timestamp":17.50}`, "17.50"},
		{`{"timestamp":9223372036854775809123}`, "9223372036854775809123"},
		{`{"message":{"timestamp":"1","text":"\"timestamp\":\"2\"}"},"timestamp":"3"}`, "3"},
		{`{"timestamp":"3","message":{"timestamp":"1"},"list":[{"timestamp":"2"}]}`, "3"},
		{`{"message":{"timestamp":"1"}}`, ""},
		{`{"timestamp":null}`, ""},
		{`{"timestamp":{"timestamp":"1"}}`, ""},
		{`{"timestamp":"1","timestamp":"2"}`, "2"},
	} {
		e, ok := open([]byte(test.body))
		if !ok || string(e.Timestamp) != test.at {
			t.Errorf("%s: %q, %t", test.body, e.Timestamp, ok)
			continue
		}
		header := http.Header{signatureKey: {signature(appID, test.body, test.at, oaKey)}}
		if got := c.verify(header, []byte(test.body), e); got != signedByID {
			t.Errorf("%s: signed by %q", test.body, got)
		}
	}
	for _, body := range []string{"", " ", "[]", "null", "5", `"{}"`, "{", "{}{}", "{} x", `{"timestamp":}`,
		"{\"a\":\"\n\"}", "\ufeff{}"} {
		if e, ok := open([]byte(body)); ok {
			t.Errorf("%q is the event %+v", body, e)
		}
	}
}

// A field that stands there twice must not mean one thing to the signature and
// another to who reads the event.
func TestRepeatedFieldsMeanTheSameToAll(t *testing.T) {
	d := newDoor(t)
	d.OwnedBy(accountID)
	old := "1000000000000"
	for _, test := range []struct {
		name, body, at string
		status         int
		handled        int
		count          string
	}{
		{"a time", `{"timestamp":"` + old + `",` + said("a", "m", midday)[1:], stamp(midday), 200, 1, ""},
		{"an old time last", strings.TrimSuffix(said("a", "m", midday), "}") + `,"timestamp":"1400000000000"}`,
			"1400000000000", 200, 0, "webhook_stale"},
		{"signed with the first time", `{"timestamp":"` + old + `",` + said("a", "m", midday)[1:], old, 401, 0,
			"webhook_bad_signature"},
		{"another app last", strings.TrimSuffix(said("a", "m", midday), "}") + `,"app_id":"1"}`, stamp(midday), 401, 0,
			"webhook_bad_signature"},
		{"another account last", strings.TrimSuffix(said("a", "m", midday), "}") + `,"recipient":{"id":"1"}}`, stamp(midday),
			200, 0, "webhook_other_oa"},
	} {
		d.expect(test.name, test.body, signature(appID, test.body, test.at, oaKey), test.status, test.handled, test.count)
	}
	twice := strings.TrimSuffix(said("a", "m", midday), "}") + `,"sender":{"id":"77"}}`
	d.signed("another sender last", twice, midday, 200, 1, "")
	if got := d.got[len(d.got)-1]; got.UserID != "77" || got.ChatID != "77" {
		t.Errorf("from %s, answered to %s", got.UserID, got.ChatID)
	}
}

func TestWhoseSignatureIsTaken(t *testing.T) {
	const other = "111111111111111111"
	message := fmt.Sprintf(`{"app_id":%q,"sender":{"id":"5"},"recipient":{"id":%q},"timestamp":"1"}`, appID, accountID)
	follow := fmt.Sprintf(`{"oa_id":%q,"app_id":%q,"timestamp":"1"}`, accountID, appID)
	echoed := fmt.Sprintf(`{"app_id":%q,"sender":{"id":%q},"recipient":{"id":"5"},"timestamp":"1"}`, appID, accountID)
	appless := `{"event_name":"user_seen_message","timestamp":"1"}` // as some samples are
	foreign := fmt.Sprintf(`{"app_id":%q,"oa_id":%q,"timestamp":"1"}`, other, accountID)
	for _, test := range []struct {
		body, first string
		strict, oa  signed
	}{
		{message, appID, signedByID, signedByID},
		{message, accountID, unsigned, signedByOA},
		{follow, accountID, unsigned, signedByOA},
		{echoed, accountID, unsigned, signedByOA},
		{message, other, unsigned, unsigned},
		{message, "", unsigned, unsigned},
		{appless, appID, signedByID, signedByID},
		{appless, "", unsigned, unsigned},
		{foreign, appID, unsigned, unsigned},
		{foreign, other, unsigned, unsigned},
		{foreign, accountID, unsigned, unsigned},
	} {
		header := http.Header{signatureKey: {signature(test.first, test.body, "1", oaKey)}}
		e, _ := open([]byte(test.body))
		for _, one := range []struct {
			config Config
			want   signed
		}{
			{Config{AppID: appID, OASecret: oaKey}, test.strict},
			{Config{AppID: appID, OASecret: oaKey, SignedByOA: true}, test.oa},
			{Config{AppID: appID, OASecret: oaKey + "2", SignedByOA: true}, unsigned},
			{Config{AppID: appID, AppSecret: oaKey, SignedByOA: true}, unsigned}, // the app's secret signs nothing
			{Config{OASecret: oaKey}, unsigned},
		} {
			if got := New(one.config).verify(header, []byte(test.body), e); got != one.want {
				t.Errorf("%s signed with %q first, by OA too: %t: signed by %q, want %q", test.body, test.first,
					one.config.SignedByOA, got, one.want)
			}
		}
	}
	header := http.Header{signatureKey: {signature(appID, message, "1", "")}}
	e, _ := open([]byte(message))
	if got := New(Config{AppID: appID}).verify(header, []byte(message), e); got != unsigned {
		t.Error("without a secret, anybody can sign")
	}
}

// What is rightly signed verifies, and with any one bit changed does not.
func FuzzSignature(f *testing.F) {
	for _, seed := range []string{said("a", "m", midday), `{}`, `{"timestamp":1}`, `{"timestamp":"1","timestamp":"2"}`,
		`{"app_id":"1","timestamp":"5"}`, "{\"sender\":5}\r\n", `{"oa_id":"` + accountID + `"}`} {
		f.Add([]byte(seed), uint(3), "77")
	}
	c := New(Config{AppID: appID, OASecret: oaKey, SignedByOA: true})
	f.Fuzz(func(t *testing.T, body []byte, bit uint, at string) {
		e, ok := open(body)
		if !ok {
			return
		}
		header := http.Header{signatureKey: {signature(appID, string(body), string(e.Timestamp), oaKey)},
			http.CanonicalHeaderKey(timestampHeader): {at}}
		mine := e.AppID == "" || string(e.AppID) == appID
		if got := c.verify(header, body, e); (got == signedByID) != mine || got == signedByOA {
			t.Fatalf("signed by %q", got)
		}
		changed := bytes.Clone(body)
		bit %= uint(len(changed)) * 8
		changed[bit/8] ^= 1 << (bit % 8)
		if e, ok = open(changed); ok && c.verify(header, changed, e) != unsigned {
			t.Fatalf("%q verifies with the signature of %q", changed, body)
		}
	})
}
