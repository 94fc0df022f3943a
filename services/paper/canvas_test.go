package paper

import (
	"bytes"
	"image/color"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// drawn is one line of a picture, as bytes.
func drawn(t *testing.T, h hand, text string) []byte {
	t.Helper()
	c := newCanvas(400, 80)
	c.text(h, 20, 60, 360, text)
	if c.err != nil {
		t.Fatal(c.err)
	}
	return c.Pix
}

// Every letter with its marks is drawn, and unlike every other.
func TestPicturesHaveEveryVietnameseLetter(t *testing.T) {
	const small = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
	const great = "AÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬBCDĐEÈÉẺẼẸÊỀẾỂỄỆGHIÌÍỈĨỊKLMNOÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢPQRSTUÙÚỦŨỤƯỪỨỬỮỰVXYỲÝỶỸỴ"
	for _, h := range []hand{{32, false, color.Black, left}, {32, true, color.Black, left}} {
		unknown := drawn(t, h, "\u0e01") // a Thai letter, which the typeface lacks
		seen := map[string]rune{string(unknown): '?', string(drawn(t, h, "")): ' '}
		for _, r := range small + great {
			picture := string(drawn(t, h, string(r)))
			if other, twice := seen[picture]; twice {
				t.Errorf("bold %v: %q is drawn as %q", h.bold, r, other)
			}
			seen[picture] = r
			if !bytes.Equal([]byte(picture), drawn(t, h, norm.NFD.String(string(r)))) {
				t.Errorf("bold %v: %q in pieces is drawn otherwise", h.bold, r)
			}
		}
	}
}

// What is too long becomes smaller, then is cut; it never leaves its room.
func TestPicturesKeepToTheirRoom(t *testing.T) {
	h := hand{40, true, color.Black, left}
	for _, text := range []string{"Nguyễn Thị Ánh Tuyết Hương Giang Thuỳ Dương", "ƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯƯ",
		"x", ""} {
		c := newCanvas(400, 80)
		c.text(h, 20, 60, 200, text)
		for y := range 80 {
			for x := 226; x < 400; x++ {
				if c.RGBAAt(x, y) != (color.RGBA{0xff, 0xff, 0xff, 0xff}) {
					t.Fatalf("%q is drawn at %d", text, x)
				}
			}
		}
	}
}

func TestStepsOfAnAxisAreRound(t *testing.T) {
	for amount, want := range map[int64]int64{1: 1, 4: 1, 6: 2, 33_800_000: 10_000_000, 62_050_000: 20_000_000,
		1_000_000_000_000: 200_000_000_000} {
		if got := roundStep(amount); got != want {
			t.Errorf("%d: steps of %d, want %d", amount, got, want)
		}
	}
	for amount, want := range map[int64]string{0: "0", 49_999: "0", 50_000: "0,1", 65_550_000: "65,6", 420_000_000: "420",
		1_234_560_000: "1.234,6", -52_600_000: "-52,6"} {
		if got := millions(amount); got != want {
			t.Errorf("%d is written %q, want %q", amount, got, want)
		}
	}
}
