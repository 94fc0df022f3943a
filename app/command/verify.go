package command

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os"

	"canbobot/services/signed"
	"canbobot/services/ward"
)

type verifyCommand struct {
	File      string `arg:"" optional:"" help:"The file that was handed out." type:"existingfile"`
	Signature string `help:"Its signature; FILE.sig.txt where not given." placeholder:"FILE" type:"existingfile"`
	Key       string `help:"Trust this key alone, and ask no database." placeholder:"KEY"`
	Keys      bool   `help:"Print the keys that this installation has signed with, the present one first."`
}

func (verifyCommand) Help() string {
	return "Proves that a payment file is as it was handed out, by the signature beside it. Who has the file and not " +
		"the database is told the key once, by another way than the file. What was signed before 'canbobot key rotate' " +
		"stays signed.\n\nExample: canbobot verify bang-chuyen-khoan-2026-04.xlsx"
}

func (c verifyCommand) Run(p *process) error {
	if c.Keys == (c.File != "") {
		return usageError{errors.New("say which file, or --keys")}
	}
	if c.Key != "" {
		key, err := base64.StdEncoding.DecodeString(c.Key)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return usageError{errors.New("--key is no key that 'canbobot verify --keys' has printed")}
		}
		return c.check(p, []ed25519.PublicKey{key})
	}
	return p.withWard(func(ward *ward.Services) error {
		known := ward.Vault.FileKeys()
		if !c.Keys {
			return c.check(p, known)
		}
		for _, one := range known {
			fmt.Fprintln(p.stdout, base64.StdEncoding.EncodeToString(one))
		}
		return nil
	})
}

func (c verifyCommand) check(p *process, known []ed25519.PublicKey) error {
	if c.Signature == "" {
		c.Signature = c.File + ".sig.txt"
	}
	content, err := os.ReadFile(c.File)
	if err != nil {
		return usageError{err}
	}
	detached, err := os.ReadFile(c.Signature)
	if err != nil {
		return usageError{err}
	}
	by, err := signed.CheckDetached(content, detached, known)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s is as it was signed, by key %s\n", c.File, by)
	return err
}
