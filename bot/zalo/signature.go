package zalo

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
)

// Headers of a pushed event.
const (
	signatureHeader = "X-ZEvent-Signature"
	timestampHeader = "X-ZEvent-Timestamp" // some senders sign this in the place of the body's
)

// envelope is what a signature hangs on, read off the body before anything else.
type envelope struct {
	AppID     loose `json:"app_id"`
	OAID      loose `json:"oa_id"`
	Timestamp loose `json:"timestamp"`
	Sender    struct {
		ID      loose `json:"id"`
		AdminID loose `json:"admin_id"` // of somebody who answers in the OA's own tool
	} `json:"sender"`
	Recipient struct {
		ID loose `json:"id"`
	} `json:"recipient"`
}

// signed is how a pushed event was signed.
type signed string

const (
	unsigned   signed = ""
	signedByID signed = "app_id" // as Zalo documents it
	signedByOA signed = "oa_id"  // as some accounts do
)

// verify tells whether Zalo sent the body: the header is "mac=" and the plain
// SHA-256, in hex, of the app's id, the raw body, the body's timestamp and the
// OA's secret key. [developers.zalo.me, webhook; clients in use] Everything is
// tried, whatever fits first, so that the time taken tells nothing.
func (c *Channel) verify(header http.Header, body []byte, e envelope) signed {
	given, ok := givenMAC(header)
	if !ok || c.config.OASecret == "" || c.config.AppID == "" {
		return unsigned
	}
	times := []string{string(e.Timestamp)}
	if other := header.Get(timestampHeader); other != "" && len(other) <= 32 && other != times[0] {
		times = append(times, other)
	}
	by := unsigned
	try := func(first string, how signed) {
		if first == "" {
			return
		}
		for _, at := range times {
			want := mac(first, body, at, c.config.OASecret)
			if subtle.ConstantTimeCompare(given, want) == 1 && by == unsigned {
				by = how
			}
		}
	}
	try(c.config.AppID, signedByID)
	if c.config.SignedByOA {
		for _, id := range []loose{e.OAID, e.Recipient.ID, e.Sender.ID} {
			try(string(id), signedByOA)
		}
	}
	// An event of another app, signed for that app, is none of ours.
	if e.AppID != "" && string(e.AppID) != c.config.AppID {
		return unsigned
	}
	return by
}

// givenMAC reads the header: with or without "mac=", in quotes, in any case.
func givenMAC(header http.Header) ([]byte, bool) {
	text := strings.TrimSpace(header.Get(signatureHeader))
	if len(text) > 128 {
		return nil, false
	}
	if name, value, found := strings.Cut(text, "="); found && strings.EqualFold(strings.TrimSpace(name), "mac") {
		text = value
	}
	sum, err := hex.DecodeString(strings.ToLower(strings.Trim(text, " \t\"'")))
	return sum, err == nil && len(sum) == sha256.Size
}

func mac(first string, body []byte, at, key string) []byte {
	h := sha256.New()
	h.Write([]byte(first))
	h.Write(body)
	h.Write([]byte(at))
	h.Write([]byte(key))
	return h.Sum(nil)
}

// isProbe reports whether a body is what the console sends, unsigned, when the
// address is saved.
func isProbe(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) == 0 || bytes.Equal(bytes.Join(bytes.Fields(body), nil), []byte("{}"))
}

// open reads what a signature hangs on; ok is false for what is no JSON object.
func open(body []byte) (e envelope, ok bool) {
	return e, json.Unmarshal(body, &e) == nil
}
