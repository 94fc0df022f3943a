package paper

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"sync"

	"codeberg.org/go-fonts/dejavu/dejavusanscondensed"
	"codeberg.org/go-fonts/dejavu/dejavusanscondensedbold"
	typeset "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// A picture is as wide as a phone draws it sharply; letters below 30 points
// could not be read there.
const pictureWidth = 1080

// Colours, each readable on white in the sun.
var (
	ink    = color.RGBA{0x1f, 0x29, 0x33, 0xff}
	faint  = color.RGBA{0x61, 0x6e, 0x7c, 0xff}
	pale   = color.RGBA{0xf1, 0xf4, 0xf7, 0xff}
	rule   = color.RGBA{0xcb, 0xd2, 0xd9, 0xff}
	green  = color.RGBA{0x1b, 0x7f, 0x3b, 0xff}
	amber  = color.RGBA{0xb3, 0x6b, 0x00, 0xff}
	red    = color.RGBA{0xb3, 0x26, 0x1e, 0xff}
	silver = color.RGBA{0xb8, 0xc2, 0xcc, 0xff}
	blue   = color.RGBA{0x2b, 0x5c, 0x9e, 0xff}
	track  = color.RGBA{0xe4, 0xe9, 0xee, 0xff}
)

// typefaces are parsed once: the same two as in the PDFs.
var typefaces = sync.OnceValues(func() ([2]*opentype.Font, error) {
	plain, err := opentype.Parse(dejavusanscondensed.TTF)
	if err != nil {
		return [2]*opentype.Font{}, err
	}
	bold, err := opentype.Parse(dejavusanscondensedbold.TTF)
	return [2]*opentype.Font{plain, bold}, err
})

// hand is how letters are drawn.
type hand struct {
	size  float64 // pixels
	bold  bool
	color color.Color
	align align
}

// canvas is a picture being drawn; y grows downwards.
type canvas struct {
	*image.RGBA
	faces map[hand]typeset.Face
	err   error
}

func newCanvas(width, height int) *canvas {
	c := &canvas{RGBA: image.NewRGBA(image.Rect(0, 0, width, height)), faces: map[hand]typeset.Face{}}
	c.fill(0, 0, width, height, color.White)
	return c
}

func (c *canvas) fill(x, y, width, height int, with color.Color) {
	draw.Draw(c.RGBA, image.Rect(x, y, x+width, y+height), image.NewUniform(with), image.Point{}, draw.Src)
}

func (c *canvas) face(h hand) typeset.Face {
	key := hand{size: h.size, bold: h.bold}
	if face := c.faces[key]; face != nil || c.err != nil {
		return face
	}
	fonts, err := typefaces()
	if err != nil {
		c.err = err
		return nil
	}
	which := fonts[0]
	if h.bold {
		which = fonts[1]
	}
	face, err := opentype.NewFace(which, &opentype.FaceOptions{Size: h.size, DPI: 72, Hinting: typeset.HintingNone})
	if err != nil {
		c.err = err
		return nil
	}
	c.faces[key] = face
	return face
}

func (c *canvas) width(h hand, text string) int {
	face := c.face(h)
	if face == nil {
		return 0
	}
	return typeset.MeasureString(face, clean(text)).Ceil()
}

// text draws one line whose letters stand on y, no wider than room: smaller
// letters rather than more room, and what is still too long is cut. x is the
// left end, the middle or the right end, by the alignment.
func (c *canvas) text(h hand, x, y, room int, text string) {
	text = printable(text)
	for least := h.size * 0.7; h.size > least && c.width(h, text) > room; {
		h.size--
	}
	for letters := []rune(text); c.width(h, text) > room && len(letters) > 1; {
		letters = letters[:len(letters)-1]
		text = string(letters) + "…"
	}
	face := c.face(h)
	if face == nil {
		return
	}
	switch h.align {
	case center:
		x -= c.width(h, text) / 2
	case right:
		x -= c.width(h, text)
	}
	drawer := typeset.Drawer{Dst: c.RGBA, Src: image.NewUniform(h.color), Face: face, Dot: fixed.P(x, y)}
	drawer.DrawString(text)
}

// wrapped breaks a text between words into lines no wider than room, and leaves
// off words that the last of them does not hold. A word that is wider than room
// stands alone, for text to cut.
func (c *canvas) wrapped(h hand, room, most int, text string) (lines []string) {
	line := ""
	for _, word := range strings.Fields(printable(text)) {
		longer := strings.TrimSpace(line + " " + word)
		if line == "" || c.width(h, longer) <= room {
			line = longer
			continue
		}
		if len(lines) == most-1 {
			for strings.Contains(line, " ") && c.width(h, line+" …") > room {
				line = line[:strings.LastIndexByte(line, ' ')]
			}
			return append(lines, line+" …")
		}
		lines, line = append(lines, line), word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// png is the picture as a file. Few colours and flat ones: it compresses well.
func (c *canvas) png() ([]byte, error) {
	if c.err != nil {
		return nil, c.err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, c.RGBA); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
