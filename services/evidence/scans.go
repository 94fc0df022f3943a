package evidence

import (
	"bytes"
	"encoding/binary"
)

// scans counts the scans of a JPEG as Go's decoder comes upon them: markers one
// after the other until the picture's end, what stands in between passed over. A
// photo's own data, a thumbnail, and what a phone hangs behind the picture may
// hold anything.
func scans(content []byte) (n int) {
	const mark, restart, end, scan = 0xff, 0xd0, 0xd9, 0xda
	rest, is := bytes.CutPrefix(content, []byte{mark, 0xd8})
	if !is {
		return 0
	}
	for {
		at := bytes.IndexByte(rest, mark)
		if at < 0 {
			return n
		}
		for rest = rest[at:]; len(rest) > 0 && rest[0] == mark; rest = rest[1:] { // filled up with marks
		}
		if len(rest) == 0 || rest[0] == end {
			return n
		}
		kind := rest[0]
		rest = rest[1:]
		if kind == 0 || restart <= kind && kind < restart+8 { // stands alone, within what is coded
			continue
		}
		if kind == scan {
			n++
		}
		if len(rest) < 2 {
			return n
		}
		length := int(binary.BigEndian.Uint16(rest))
		if length < 2 || length > len(rest) {
			return n
		}
		rest = rest[length:]
	}
}
