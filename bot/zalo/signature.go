package zalo

import (
	"bytes"
	"canbobot/bot/botapi"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
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
	AppID     botapi.Word `json:"app_id"`
	OAID      botapi.Word `json:"oa_id"`
	Timestamp botapi.Word `json:"timestamp"`
	Sender    struct {
		ID      botapi.Word `json:"id"`
		AdminID botapi.Word `json:"admin_id"` // of somebody who answers in the OA's own tool
	} `json:"sender"`
	Recipient struct {
		ID botapi.Word `json:"id"`
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
	if other := headerTime(header); other != "" && other != times[0] {
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
		for _, id := range []botapi.Word{e.OAID, e.Recipient.ID, e.Sender.ID} {
			try(string(id), signedByOA)
		}
	}
	// An event of another app, signed for that app, is none of ours. Some kinds
	// of event name no app; their signature does.
	if e.AppID != "" && string(e.AppID) != c.config.AppID {
		return unsigned
	}
	return by
}

// headerTime is the timestamp among the headers; empty when there is none of a
// sensible length.
func headerTime(header http.Header) string {
	if at := header.Get(timestampHeader); len(at) <= 32 {
		return at
	}
	return ""
}

// givenMAC reads the header: with or without "mac=", in quotes, in any case.
func givenMAC(header http.Header) ([]byte, bool) {
	text := strings.TrimSpace(header.Get(signatureHeader))
	if len(text) > 128 {
		return nil, false
	}
	const blank = " \t\"'"
	text = strings.Trim(text, blank)
	if name, value, found := strings.Cut(text, "="); found && strings.EqualFold(strings.TrimSpace(name), "mac") {
		text = strings.Trim(value, blank)
	}
	sum, err := hex.DecodeString(text)
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
// address is saved: nothing, or an object with nothing in it.
func isProbe(body []byte) bool {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return true
	}
	return body[0] == '{' && body[len(body)-1] == '}' && len(bytes.TrimSpace(body[1:len(body)-1])) == 0
}

// open reads what a signature hangs on; ok is false for what is no JSON object.
func open(body []byte) (e envelope, ok bool) {
	return e, read(body, &e)
}

// read decodes a JSON object into a struct; ok is false for what is none. A
// field of another shape than expected stays empty, since Zalo's shapes differ
// between kinds of event and over the years. Of a repeated field the last
// counts, wherever it is read.
func read(raw []byte, into any) (ok bool) {
	if raw = bytes.TrimSpace(raw); len(raw) == 0 || raw[0] != '{' {
		return false
	}
	err := json.Unmarshal(raw, into)
	otherShape := (*json.UnmarshalTypeError)(nil)
	return err == nil || errors.As(err, &otherShape)
}

// fewMost bounds how much of a list is read.
const fewMost = 100

// few is the beginning of a list, so that a huge one costs nothing. What is no
// list is an empty one.
type few[T any] []T

// UnmarshalJSON never fails on valid JSON.
func (f *few[T]) UnmarshalJSON(raw []byte) error {
	*f = nil
	list := json.NewDecoder(bytes.NewReader(raw))
	if opening, err := list.Token(); err != nil || opening != json.Delim('[') {
		return nil
	}
	for len(*f) < fewMost && list.More() {
		var one T
		otherShape := (*json.UnmarshalTypeError)(nil)
		if err := list.Decode(&one); err != nil && !errors.As(err, &otherShape) {
			return nil
		}
		*f = append(*f, one)
	}
	return nil
}
