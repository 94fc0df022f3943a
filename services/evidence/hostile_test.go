package evidence_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"
	"testing"
	"time"

	"canbobot/services/reading"
)

// manyScans is a grey progressive JPEG whose every scan, of a few bytes, goes over
// the whole picture and says that there is nothing.
func manyScans(side uint16, scans int) []byte {
	file := append([]byte("\xff\xd8\xff\xdb\x00\x43\x00"), bytes.Repeat([]byte{1}, 64)...)
	file = append(file, "\xff\xc2\x00\x0b\x08"...)
	file = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(file, side), side)
	file = append(file, "\x01\x01\x11\x00\xff\xc4\x00\x14\x10\x01"...)
	file = append(append(file, make([]byte, 15)...), 0xe0) // one code, of one bit: 16,384 blocks and more are empty
	for i := range scans {
		file = append(file, 0xff, 0xda, 0, 8, 1, 1, 0, byte(i%63+1), byte(i%63+1), 0)
		bits := 0
		for blocks := (int(side) + 7) / 8 * ((int(side) + 7) / 8); blocks > 0; bits++ {
			blocks -= 1<<14 + 1<<14 - 1
		}
		coded := make([]byte, bits*15/8+2) // a code and its fourteen bits each, all of them 0 and 1
		for bit := range len(coded) * 8 {
			if bit%15 != 0 {
				coded[bit/8] |= 0x80 >> (bit % 8)
			}
		}
		file = append(file, bytes.ReplaceAll(coded, []byte{0xff}, []byte{0xff, 0})...)
	}
	return append(file, 0xff, 0xd9)
}

func asPNG(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// corners is a sheet full of what stands in a square code's corners.
func corners(side int) image.Image {
	sheet := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := 0; y+14 < side; y += 16 {
		for x := 0; x+14 < side; x += 16 {
			for inset, shade := range []image.Image{image.Black, image.White, image.Black} {
				in := []int{0, 2, 4}[inset]
				draw.Draw(sheet, image.Rect(x+in, y+in, x+14-in, y+14-in), shade, image.Point{}, draw.Src)
			}
		}
	}
	return sheet
}

// A picture made to cost much is refused soon, with what to do, and while several
// of them are being read everybody else is answered.
func TestHostilePicturesCostLittle(t *testing.T) {
	h := newHouse(t)
	if err := h.attach(h.lan, h.keep(h.lan, jpegOf(t, page(60, 40, 1)))); err != nil {
		t.Fatal(err)
	}
	stop, waits := make(chan struct{}), make(chan []time.Duration, 1)
	go func() {
		var took []time.Duration
		for {
			select {
			case <-stop:
				waits <- took
				return
			case <-time.After(5 * time.Millisecond):
				begun := time.Now()
				if _, err := h.Open(h.ctx, h.lan, h.change); err != nil {
					t.Error(err)
				}
				took = append(took, time.Since(begun))
			}
		}
	}()
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"corners of squares": {asPNG(t, corners(1600)), "invalid: file_costly"},
		"forty megapixels": {asPNG(t, image.NewPaletted(image.Rect(0, 0, 8000, 5000), color.Palette{color.White})),
			"invalid: file_pixels"},
		"many scans, large":  {manyScans(6300, 6000), "invalid: file_pixels"},
		"many scans":         {manyScans(3500, 6000), "invalid: file_costly"},
		"as many as allowed": {manyScans(1000, 32), ""},
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			_, err := h.Keep(h.ctx, h.hoaOf(name), c.content, "")
			if took := time.Since(begun); took > 6*time.Second {
				t.Errorf("it took %s", took)
			} else {
				t.Log(len(c.content), took)
			}
			if c.want == "" && err != nil {
				t.Error(err)
			} else if c.want != "" {
				wants(t, err, c.want)
			}
		})
	}
	close(stop)
	took := <-waits
	slices.Sort(took)
	if p95 := took[len(took)*95/100]; p95 > 100*time.Millisecond {
		t.Errorf("others waited for %s", p95)
	}
	reading.Counts(func(name string, how reading.Outcome, times int) {
		if how == reading.Late || how == reading.Fell {
			t.Errorf("%d readings of a %s ended as %s: the child had to be killed", times, name, how)
		}
	})
}
