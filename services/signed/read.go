package signed

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/digitorus/pkcs7"

	"canbobot/services"
	"canbobot/services/reading"
)

// MaxFile bounds a signed paper, in bytes.
const MaxFile = 8 << 20

const (
	maxSignatures = 4
	maxContainer  = 64 << 10 // bytes of one signature with its certificates
	longestName   = 120
)

// Signature is one of a file's: it is sound, and says nothing of whose it ought
// to be.
type Signature struct {
	From        int // the first byte of the file that it leaves out of itself
	Fingerprint []byte
	Subject     string
	ValidFrom   time.Time
	ValidTo     time.Time
}

// readApart is read in a process of its own.
var readApart = reading.Apart("signed", reading.Limits{Time: 3 * time.Second, Clock: 8 * time.Second,
	Memory: 128 << 20, Answer: 64 << 10, Costly: "signed_broken"}, read)

var byteRange = regexp.MustCompile(`/ByteRange\s*\[\s*(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s*\]`)

// read finds the signatures of a PDF, the first first, and proves each. One of
// which a byte was changed is invalid/signed_broken, as is one that covers less
// than the file: the last signature covers all of it but itself, and each earlier
// one the file as it was then.
func read(content []byte) ([]Signature, error) {
	found := byteRange.FindAllSubmatch(content, maxSignatures+1)
	if len(found) != bytes.Count(content, []byte("/ByteRange")) || len(found) > maxSignatures {
		return nil, broken("ranges that cannot be read, or too many")
	}
	var all []Signature
	covered := 0
	for _, one := range found {
		var at [4]int
		for i := range at {
			at[i], _ = strconv.Atoi(string(one[i+1])) // nine digits at most
		}
		end := at[2] + at[3]
		if at[0] != 0 || at[1] >= at[2] || at[2] > end || end > len(content) || end <= covered || at[1] < covered {
			return nil, broken("range %v of %d bytes", at, len(content))
		}
		covered = end
		signature, err := prove(content[:at[1]], content[at[1]:at[2]], content[at[2]:end])
		if err != nil {
			return nil, err
		}
		signature.From = at[1]
		all = append(all, signature)
	}
	if len(all) > 0 && covered != len(content) {
		return nil, broken("%d bytes after what was signed", len(content)-covered)
	}
	return all, nil
}

func broken(why string, args ...any) error {
	return services.Invalid("signed_broken").Because(fmt.Errorf(why, args...))
}

var (
	detached = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	strong   = []asn1.ObjectIdentifier{pkcs7.OIDDigestAlgorithmSHA256, pkcs7.OIDDigestAlgorithmSHA384,
		pkcs7.OIDDigestAlgorithmSHA512}
)

// prove checks one signature, which stands in hexadecimal between what it signs.
func prove(before, container, after []byte) (Signature, error) {
	digits, ok := bytes.CutPrefix(container, []byte("<"))
	digits, closed := bytes.CutSuffix(digits, []byte(">"))
	if !ok || !closed || len(digits) > 2*maxContainer {
		return Signature{}, broken("a signature of %d bytes", len(container))
	}
	raw := make([]byte, hex.DecodedLen(len(digits)))
	if _, err := hex.Decode(raw, digits); err != nil {
		return Signature{}, broken("a signature that is not hexadecimal: %w", err)
	}
	if bytes.ContainsAny(digits, "abcdef") && bytes.ContainsAny(digits, "ABCDEF") { // nobody writes both
		return Signature{}, broken("a signature in two hands")
	}
	// What follows its end is room that was left for it.
	var whole asn1.RawValue
	rest, err := asn1.Unmarshal(raw, &whole)
	if err != nil || len(bytes.Trim(rest, "\x00")) > 0 {
		return Signature{}, broken("a signature with something behind it: %v", err)
	}
	p7, err := pkcs7.Parse(whole.FullBytes)
	if err != nil {
		return Signature{}, broken("%w", err)
	}
	if len(p7.Content) > 0 || len(p7.Signers) != 1 {
		return Signature{}, broken("%d signers, %d bytes within", len(p7.Signers), len(p7.Content))
	}
	signer := p7.Signers[0]
	weak := true
	for _, one := range strong {
		weak = weak && !signer.DigestAlgorithm.Algorithm.Equal(one)
	}
	var kind asn1.ObjectIdentifier
	if err := p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeContentType, &kind); err != nil || weak ||
		!kind.Equal(detached) {
		return Signature{}, broken("digest %v of %v: %v", signer.DigestAlgorithm.Algorithm, kind, err)
	}
	p7.Content = append(append(make([]byte, 0, len(before)+len(after)), before...), after...)
	if err := p7.Verify(); err != nil {
		return Signature{}, broken("%w", err)
	}
	return of(p7.GetOnlySigner())
}

func of(certificate *x509.Certificate) (Signature, error) {
	if certificate == nil {
		return Signature{}, broken("no certificate")
	}
	sum := sha256.Sum256(certificate.Raw)
	name := certificate.Subject.CommonName
	if name == "" {
		name = certificate.Subject.String()
	}
	letters := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(name, "?")), " "))
	return Signature{Fingerprint: sum[:], Subject: string(letters[:min(len(letters), longestName)]),
		ValidFrom: certificate.NotBefore.UTC(), ValidTo: certificate.NotAfter.UTC()}, nil
}
