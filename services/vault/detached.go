package vault

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
)

// signer is the key by which files that leave the house are signed.
func (k *key) signer() ed25519.PrivateKey {
	seed, err := hkdf.Key(sha256.New, k.secret, nil, "canbobot files", ed25519.SeedSize)
	if err != nil {
		panic("vault: " + err.Error()) // of lengths, which are constants
	}
	return ed25519.NewKeyFromSeed(seed)
}

// SignFile signs a file by the present key, and says by which: anybody can check
// it who has that.
func (v *Vault) SignFile(content []byte) (public ed25519.PublicKey, signature []byte) {
	private := v.keys[0].signer()
	return private.Public().(ed25519.PublicKey), ed25519.Sign(private, content)
}

// FileKeys are the public keys of all keys that are known, the present one's first:
// what a former key signed stays signed.
func (v *Vault) FileKeys() []ed25519.PublicKey {
	all := make([]ed25519.PublicKey, 0, len(v.keys))
	for i := range v.keys {
		all = append(all, v.keys[i].signer().Public().(ed25519.PublicKey))
	}
	return all
}
