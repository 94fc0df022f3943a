package evidence

import (
	"bytes"
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"
)

// However a JPEG is put together, its scans are counted, and only they: not what
// its segments hold, and not what stands behind its end.
func TestScansAreCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file, want := []byte("\xff\xd8"), 0
		anything := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0xd0, 0xd8, 0xd9, 0xda, 0xff}), 0, 30)
		segment := func(kind byte, content []byte) {
			file = append(file, bytes.Repeat([]byte{0xff}, rapid.IntRange(1, 3).Draw(t, "marks"))...)
			file = binary.BigEndian.AppendUint16(append(file, kind), uint16(len(content)+2))
			file = append(file, content...)
		}
		for range rapid.IntRange(0, 40).Draw(t, "segments") {
			if kind := rapid.SampledFrom([]byte{0xc2, 0xc4, 0xda, 0xdb, 0xe1, 0xfe}).Draw(t, "kind"); kind != 0xda {
				segment(kind, anything.Draw(t, "content"))
				continue
			}
			want++
			segment(0xda, anything.Draw(t, "header"))
			for _, b := range anything.Draw(t, "coded") {
				if file = append(file, b); b == 0xff { // 0 says that it is no marker, 0xd0 to 0xd7 that coding begins again
					file = append(file, rapid.SampledFrom([]byte{0, 0xd0, 0xd7}).Draw(t, "after"))
				}
			}
		}
		file = append(append(file, 0xff, 0xd9), anything.Draw(t, "behind")...)
		if got := scans(file); got != want {
			t.Fatalf("%d scans of %d in %x", got, want, file)
		}
	})
}

func FuzzPicture(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xda\x00\x02\xff\x00\xff\xd0\xff\xff\xda\x00\x02\xff\xd9"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x06\xff\xda\x00\x02"))
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if n := scans(content); n > bytes.Count(content, []byte("\xff\xda")) {
			t.Errorf("%d scans", n)
		}
		drawnAnew(content)
	})
}
