package evidence

import (
	"bytes"
	"encoding/binary"
	"image"

	"golang.org/x/image/draw"
)

// fit draws a picture into at most side x side pixels, smaller ones as they are.
// Halved until the last step is less than twice, every pixel counts at little
// cost in memory, however large the picture is.
func fit(picture image.Image, side int) *image.RGBA {
	size := picture.Bounds().Size()
	for max(size.X, size.Y) >= 2*side {
		size = image.Pt(max(size.X/2, 1), max(size.Y/2, 1))
		picture = scale(picture, size)
	}
	if longest := max(size.X, size.Y); longest > side {
		size = image.Pt(max(size.X*side/longest, 1), max(size.Y*side/longest, 1))
	}
	return scale(picture, size)
}

func scale(picture image.Image, size image.Point) *image.RGBA {
	drawn := image.NewRGBA(image.Rectangle{Max: size})
	draw.ApproxBiLinear.Scale(drawn, drawn.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	return drawn
}

// turns are what brings a picture upright, by how EXIF says that the camera was
// held: sides exchanged first, then right for left, then top for bottom.
var turns = map[uint16]struct{ sides, right, top bool }{
	2: {right: true}, 3: {right: true, top: true}, 4: {top: true},
	5: {sides: true}, 6: {sides: true, top: true}, 7: {sides: true, right: true, top: true}, 8: {sides: true, right: true},
}

// upright turns a picture as held says.
func upright(picture *image.RGBA, held uint16) *image.RGBA {
	turn, turned := turns[held]
	if !turned {
		return picture
	}
	size := picture.Bounds().Size()
	last := size.Sub(image.Pt(1, 1))
	if turn.sides {
		size = image.Pt(size.Y, size.X)
	}
	drawn := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			from := image.Pt(x, y)
			if turn.sides {
				from = image.Pt(y, x)
			}
			if turn.right {
				from.X = last.X - from.X
			}
			if turn.top {
				from.Y = last.Y - from.Y
			}
			drawn.SetRGBA(x, y, picture.RGBAAt(from.X, from.Y))
		}
	}
	return drawn
}

// heldAs reads how the camera was held from a JPEG's EXIF, 0 where it does not say.
func heldAs(jpeg []byte) uint16 {
	const app1, scan = 0xe1, 0xda
	if !bytes.HasPrefix(jpeg, []byte{0xff, 0xd8}) {
		return 0
	}
	for rest := jpeg[2:]; len(rest) > 4 && rest[0] == 0xff && rest[1] != scan; {
		length := int(binary.BigEndian.Uint16(rest[2:])) + 2
		if length < 4 || length > len(rest) {
			return 0
		}
		if exif, found := bytes.CutPrefix(rest[4:length], []byte("Exif\x00\x00")); found && rest[1] == app1 {
			return orientation(exif)
		}
		rest = rest[length:]
	}
	return 0
}

// orientation reads EXIF's own tag of that name from its first directory.
func orientation(exif []byte) uint16 {
	const tag, entry = 0x0112, 12
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(exif, []byte("II")) {
		order = binary.LittleEndian
	}
	if len(exif) < 8 {
		return 0
	}
	at := int64(order.Uint32(exif[4:]))
	if at+2 > int64(len(exif)) {
		return 0
	}
	entries := exif[at+2:]
	for range order.Uint16(exif[at:]) {
		if len(entries) < entry {
			return 0
		}
		if order.Uint16(entries) == tag {
			return order.Uint16(entries[8:])
		}
		entries = entries[entry:]
	}
	return 0
}
