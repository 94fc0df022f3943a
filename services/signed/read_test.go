package signed

import (
	"bytes"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"canbobot/services"
	"canbobot/services/signed/signedtest"
)

func drawn(t testing.TB) []byte {
	t.Helper()
	p := fpdf.New("P", "mm", "A4", "")
	p.AddPage()
	p.SetFont("Helvetica", "", 12)
	p.Cell(40, 10, "33.400.000")
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func token(t testing.TB, holder string) *signedtest.Token {
	return signedtest.New(t, holder, time.Now().Add(-time.Hour), 24*time.Hour)
}

func TestSignaturesAreRead(t *testing.T) {
	paper, head, clerk := drawn(t), token(t, "Trần Đình Khánh"), token(t, "UBND phường Bắc Hồng Lĩnh")
	if all, err := read(paper); err != nil || len(all) != 0 {
		t.Errorf("no signature: %+v, %v", all, err)
	}
	once := head.Sign(t, paper)
	twice := clerk.Sign(t, once)
	for name, c := range map[string]struct {
		content []byte
		by      []string
	}{
		"one": {once, []string{"Trần Đình Khánh"}},
		"two": {twice, []string{"Trần Đình Khánh", "UBND phường Bắc Hồng Lĩnh"}},
	} {
		all, err := read(c.content)
		if err != nil || len(all) != len(c.by) {
			t.Fatalf("%s: %+v, %v", name, all, err)
		}
		for i, one := range all {
			if one.Subject != c.by[i] || one.From < len(paper) || len(one.Fingerprint) != 32 {
				t.Errorf("%s: %+v", name, one)
			}
		}
	}
}

// Whatever byte of what was signed is changed, taken away or put behind: nothing of
// it is taken for what the token signed.
func TestAChangedByteIsRefused(t *testing.T) {
	paper, head := drawn(t), token(t, "Trần Đình Khánh")
	whole := head.Sign(t, paper)
	signatures, err := read(whole)
	if err != nil {
		t.Fatal(err)
	}
	print := signatures[0].Fingerprint
	sound := func(content []byte) bool {
		all, err := read(content)
		if err != nil && services.CodeOf(err) != "signed_broken" {
			t.Errorf("refused as %v", err)
		}
		return err == nil && len(all) == 1 && bytes.Equal(all[0].Fingerprint, print)
	}
	from := signatures[0].From
	to := from + bytes.IndexByte(whole[from:], '>') + 1
	for at := range whole {
		for _, flip := range []byte{1, 0x20} {
			changed := bytes.Clone(whole)
			// The signature itself has a frame that nobody signs: its version, the names of
			// its kinds. It changes neither what was signed nor by whom.
			if changed[at] ^= flip; sound(changed) && (at < from || at >= to) {
				t.Errorf("byte %d of %d (%q to %q) may be changed", at, len(whole), whole[at], changed[at])
			}
		}
	}
	for name, content := range map[string][]byte{
		"a byte behind":   append(bytes.Clone(whole), '\n'),
		"a page behind":   append(bytes.Clone(whole), paper...),
		"cut short":       whole[:len(whole)-1],
		"a byte before":   append([]byte("\n"), whole...),
		"signed, and on":  append(bytes.Clone(whole), "\n1 0 obj\n<</Type /Page>>\nendobj\n"...),
		"a second range":  bytes.Replace(whole, []byte("/ByteRange"), []byte("/ByteRange [0 1 2 3] /ByteRange"), 1),
		"without a range": bytes.ReplaceAll(whole, []byte("/ByteRange"), []byte("/ByteRangE")),
	} {
		if sound(content) {
			t.Errorf("%s: it is taken", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("%PDF-1.3 /ByteRange [0 20 30 5] <00>"))
	f.Add([]byte("/ByteRange[0 0 0 0]"))
	f.Add(token(f, "a").Sign(f, drawn(f)))
	f.Fuzz(func(t *testing.T, content []byte) {
		if _, err := read(content); err != nil && services.CodeOf(err) != "signed_broken" {
			t.Error(err)
		}
	})
}
