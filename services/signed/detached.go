package signed

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// A detached signature is a file of two lines beside the one that it is of: by
// which key, and the signature (Ed25519 of the file's bytes), both in base64.
const detachedForm = "canbobot-key %s\ncanbobot-signature %s\n"

// Detach signs a file that leaves the house by the program's own key.
func (s *Service) Detach(content []byte) []byte {
	public, signature := s.vault.SignFile(content)
	return fmt.Appendf(nil, detachedForm, base64.StdEncoding.EncodeToString(public),
		base64.StdEncoding.EncodeToString(signature))
}

// ErrDetached is a file that is not as it was signed.
var ErrDetached = errors.New("the file is not as it was signed")

// CheckDetached proves that a file is as one of the keys has signed it, and says by
// which; else ErrDetached.
func CheckDetached(content, detached []byte, known []ed25519.PublicKey) (by string, err error) {
	var signature string
	text := strings.ReplaceAll(string(detached), "\r\n", "\n")
	if _, err := fmt.Sscanf(text, detachedForm, &by, &signature); err != nil {
		return "", fmt.Errorf("%w: the signature cannot be read", ErrDetached)
	}
	public, err := base64.StdEncoding.DecodeString(by)
	if err != nil {
		return "", fmt.Errorf("%w: the key cannot be read", ErrDetached)
	}
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return "", fmt.Errorf("%w: the signature cannot be read", ErrDetached)
	}
	for _, one := range known {
		if bytes.Equal(one, public) {
			if !ed25519.Verify(one, content, raw) {
				return by, ErrDetached
			}
			return by, nil
		}
	}
	return by, fmt.Errorf("%w: by key %s, which is not known", ErrDetached, by)
}
