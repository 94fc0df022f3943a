package models_test

import (
	"reflect"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"canbobot/models"
	"canbobot/models/storetest"
)

// digests are hashes of what is not secret, without a key.
var digests = map[string]bool{
	"evidence.sha256": true, "notice_files.sha256": true, "payment_runs.content_hash": true, "imports.file_hash": true,
	"result_sheets.file_hash": true,
	"journal_heads.hash":      true, "audit_entries.hash": true, "audit_entries.prev_hash": true,
}

// Whatever is sealed, and whatever is a hash, is walked when the key changes.
func TestEverySecretIsInTheRegistry(t *testing.T) {
	store := storetest.New(t, nil)
	sealed, hashed := map[string]bool{}, map[string]bool{}
	for _, secret := range models.Secrets {
		sealed[secret.Name()] = true
		for _, hash := range secret.Hashes() {
			hashed[secret.Table+"."+hash.Column] = true
		}
	}
	for _, kept := range models.KeptHashes {
		hashed[kept.Table+"."+kept.Column] = true
		if kept.Why == "" {
			t.Errorf("%s.%s is kept without a reason", kept.Table, kept.Column)
		}
	}
	for _, entity := range entities {
		parsed, err := schema.Parse(entity, &sync.Map{}, store.NamingStrategy)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range parsed.Fields {
			if field.DBName == "" {
				continue
			}
			name := parsed.Table + "." + field.DBName
			if tag := field.Tag.Get("seal"); tag != "" && tag != name {
				t.Errorf("%s is tagged as %s", name, tag)
			}
			if field.FieldType == reflect.TypeFor[models.Sealed]() || field.Tag.Get("seal") != "" {
				if !sealed[name] {
					t.Errorf("%s is sealed and not among models.Secrets", name)
				}
				delete(sealed, name)
			}
			isHash := field.FieldType == reflect.TypeFor[models.Hash]() || strings.HasSuffix(field.DBName, "_hash")
			if isHash && !hashed[name] && !digests[name] {
				t.Errorf("%s is a hash: of what, and who makes it anew?", name)
			}
		}
	}
	for name := range sealed {
		t.Errorf("models.Secrets has %s, which no row has as Sealed", name)
	}
}
