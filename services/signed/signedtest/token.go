// Package signedtest is a token that signs PDFs, for tests.
package signedtest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/digitorus/pdf"
	"github.com/digitorus/pdfsign/sign"
)

// Token signs as its holder.
type Token struct {
	key         crypto.Signer
	certificate *x509.Certificate
}

// New makes a token whose certificate is good from a day for a time.
func New(t testing.TB, holder string, from time.Time, good time.Duration) *Token {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: holder}, NotBefore: from,
		NotAfter: from.Add(good), KeyUsage: x509.KeyUsageDigitalSignature}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &Token{key: key, certificate: certificate}
}

// Sign adds a signature to a PDF, as the programs that come with tokens do.
func (k *Token) Sign(t testing.TB, content []byte) []byte {
	t.Helper()
	reader, err := pdf.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = sign.Sign(bytes.NewReader(content), &out, reader, int64(len(content)), sign.SignData{
		Signature: sign.SignDataSignature{CertType: sign.ApprovalSignature,
			Info: sign.SignDataSignatureInfo{Name: k.certificate.Subject.CommonName, Date: time.Now()}},
		Signer: k.key, DigestAlgorithm: crypto.SHA256, Certificate: k.certificate,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
