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
	"strings"
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
	Differs []Term   // where it was not: the terms that do, in the nearest way that fits
	Notes   []string // what else stands out; no secret among it
}

// Diagnose tries the ways in which senders and things on the way are known to
// sign, and names the terms by which the nearest one that fits differs from
// ours.
func Diagnose(config Config, header http.Header, body []byte) Diagnosis {
	var d Diagnosis
	given, ok := givenMAC(header)
	if !ok {
		d.Notes = append(d.Notes, "there is no signature of 64 hexadecimal digits in the header "+signatureHeader)
		return d
	}
	e, ok := open(body)
	if !ok {
		d.Notes = append(d.Notes, "the body is no JSON object: was it saved whole?")
	}
	if e.AppID != "" && string(e.AppID) != config.AppID {
		d.Notes = append(d.Notes, "app_id of the request is not ZALO_APP_ID")
	}
	if e.Timestamp == "" {
		d.Notes = append(d.Notes, "the body has no timestamp")
	}
	type way struct {
		text  string
		value []byte
	}
	ways := func(first string, others ...string) []way {
		all := []way{{"", []byte(first)}}
		for _, other := range others {
			if other != "" && other != first {
				all = append(all, way{"other", []byte(other)})
			}
		}
		return all
	}
	firsts := ways(config.AppID, string(e.AppID), string(e.OAID), string(e.Recipient.ID), string(e.Sender.ID), "")
	keys := ways(config.OASecret, config.AppSecret)
	times := ways(string(e.Timestamp), header.Get(timestampHeader))
	bodies := []way{{"", body}}
	for _, other := range [][]byte{bytes.TrimSpace(body), bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), compact(body)} {
		if len(other) > 0 && !bytes.Equal(other, body) {
			bodies = append(bodies, way{"other", other})
		}
	}
	for _, first := range firsts {
		for _, key := range keys {
			for _, at := range times {
				for _, text := range bodies {
					for _, keyed := range []bool{false, true} {
						if !bytes.Equal(given, sign(keyed, first.value, text.value, at.value, key.value)) {
							continue
						}
						var differs []Term
						for _, one := range []struct {
							term  Term
							other bool
						}{{KeyTerm, key.text != ""}, {FirstTerm, first.text != ""}, {TimeTerm, at.text != ""}, {HashTerm, keyed}, {BodyTerm, text.text != ""}} {
							if one.other {
								differs = append(differs, one.term)
							}
						}
						if len(differs) == 0 {
							return Diagnosis{Matched: true, Notes: d.Notes}
						}
						if d.Differs == nil || len(differs) < len(d.Differs) {
							d.Differs = differs
						}
					}
				}
			}
		}
	}
	return d
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

// ParseRequest reads a saved call: perhaps a request line, header lines, an
// empty line, and the body, of which every byte counts.
func ParseRequest(raw []byte) (http.Header, []byte, error) {
	head, body, found := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !found {
		if head, body, found = bytes.Cut(raw, []byte("\n\n")); !found {
			return nil, nil, errors.New("want header lines, an empty line and the body")
		}
	}
	if line, rest, _ := bytes.Cut(head, []byte("\n")); !strings.Contains(string(line), ":") || bytes.HasPrefix(line, []byte("POST ")) {
		head = rest
	}
	head = append(bytes.Clone(bytes.TrimRight(head, "\r\n")), "\r\n\r\n"...) // the body follows in the same memory
	lines := textproto.NewReader(bufio.NewReader(bytes.NewReader(head)))
	header, err := lines.ReadMIMEHeader()
	if err != nil {
		return nil, nil, errors.New("the header lines cannot be read: want Name: value")
	}
	return http.Header(header), body, nil
}
