package zalo

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"net/textproto"
	"regexp"
	"slices"
)

// Term is a part of what a signature is made of.
type Term string

const (
	KeyTerm   Term = "key"
	FirstTerm Term = "first_term"
	TimeTerm  Term = "timestamp"
	HashTerm  Term = "hash"
	BodyTerm  Term = "body"
)

// Diagnosis says how a saved event was signed.
type Diagnosis struct {
	Matched bool     // as it should be
	Differs []Term   // where it was not: the terms that do; empty when nothing fits
	Notes   []string // what else stands out; no secret among it
}

// way is one value of a term.
type way struct {
	value []byte
	other bool // than the one that a signature should be made of
}

// Diagnose tries the ways in which senders and things on the way are known to
// sign, and names the terms by which the one that fits differs from ours.
func Diagnose(config Config, header http.Header, body []byte) Diagnosis {
	var d Diagnosis
	note := func(text string) { d.Notes = append(d.Notes, text) }
	given, ok := givenMAC(header)
	if !ok {
		note("there is no signature of 64 hexadecimal digits in the header " + signatureHeader)
		return d
	}
	e, ok := open(body)
	if !ok {
		note("the body is no JSON object: was it saved whole?")
	}
	foreign := e.AppID != "" && string(e.AppID) != config.AppID
	if foreign {
		note("app_id of the request is not ZALO_APP_ID")
	}
	if e.Timestamp == "" {
		note("the body has no timestamp")
	}
	if config.OASecret == "" {
		note("ZALO_OA_SECRET is not set")
	}

	firsts := waysOf(config.AppID, string(e.AppID), string(e.OAID), string(e.Recipient.ID), string(e.Sender.ID))
	for i := range firsts { // what the webhook takes is right; an event of another app never is
		firsts[i].other = foreign || firsts[i].other && !config.SignedByOA
	}
	times := []way{{value: []byte(e.Timestamp)}}
	if at := headerTime(header); at != "" && at != string(e.Timestamp) {
		times = append(times, way{[]byte(at), e.Timestamp != ""})
	}
	bodies := []way{{value: body}}
	unix := bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))
	for _, text := range [][]byte{bytes.TrimRight(body, "\r\n"), bytes.TrimSpace(body), unix, bytes.TrimSpace(unix),
		compact(body)} {
		if len(text) > 0 && !bytes.Equal(text, body) {
			bodies = append(bodies, way{text, true})
		}
	}
	for _, key := range waysOf(config.OASecret, config.AppSecret) {
		for _, first := range firsts {
			for _, at := range times {
				for _, text := range bodies {
					for _, keyed := range []bool{false, true} {
						// No two ways make the same sum: equal values are left out above.
						if !bytes.Equal(given, sign(keyed, first.value, text.value, at.value, key.value)) {
							continue
						}
						d.Differs = differing(key.other, first.other, at.other, keyed, text.other)
						d.Matched = len(d.Differs) == 0
						if slices.Equal(d.Differs, []Term{TimeTerm}) {
							note("the webhook takes the timestamp of the header too")
						}
						return d
					}
				}
			}
		}
	}
	return d
}

// waysOf are the values of a term, of which the first is the right one; empty
// and repeated ones are left out.
func waysOf(right string, others ...string) []way {
	var all []way
	if right != "" {
		all = append(all, way{value: []byte(right)})
	}
	for _, other := range others {
		if other != "" && other != right {
			all = append(all, way{[]byte(other), true})
		}
	}
	return all
}

// differing are the terms that differ.
func differing(key, first, at, hash, body bool) []Term {
	var differs []Term
	for _, one := range []struct {
		term  Term
		other bool
	}{{KeyTerm, key}, {FirstTerm, first}, {TimeTerm, at}, {HashTerm, hash}, {BodyTerm, body}} {
		if one.other {
			differs = append(differs, one.term)
		}
	}
	return differs
}

func sign(keyed bool, first, body, at, key []byte) []byte {
	if !keyed {
		return mac(string(first), body, string(at), string(key))
	}
	h := hmac.New(sha256.New, key)
	h.Write(first)
	h.Write(body)
	h.Write(at)
	return h.Sum(nil)
}

func compact(body []byte) []byte {
	var out bytes.Buffer
	if json.Compact(&out, body) != nil {
		return nil
	}
	return out.Bytes()
}

// maxSaved bounds a saved call: an event and its headers.
const maxSaved = maxEvent + 64<<10

// requestLine begins a saved call, or the answer to one, in some tools.
var requestLine = regexp.MustCompile(`^(?:[A-Z]+ \S+ HTTP/|HTTP/)[0-9.]+`)

// ParseRequest reads a saved call: perhaps a request line, header lines, an
// empty line, and the body, of which every byte counts. Lines end with LF or
// CRLF.
func ParseRequest(raw []byte) (http.Header, []byte, error) {
	if len(raw) > maxSaved {
		return nil, nil, errors.New("a saved call has at most a megabyte")
	}
	rest := bytes.TrimPrefix(raw, []byte("\ufeff")) // from an editor
	var head []byte
	for first := true; ; first = false {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		if !found {
			return nil, nil, errors.New("want header lines, an empty line and the body")
		}
		rest = after
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			break
		}
		if first && requestLine.Match(line) {
			continue
		}
		head = append(append(head, line...), '\n')
	}
	lines := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(head, '\n'))))
	header, err := lines.ReadMIMEHeader()
	if err != nil {
		return nil, nil, errors.New("the header lines cannot be read: want Name: value")
	}
	return http.Header(header), rest, nil
}
