package downloads

import (
	"mime"
	"path"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	maxName      = 120     // runes of a kept name
	maxExtension = 12      // runes, with the dot: what a cut name keeps of its end
	maxRawName   = 4 << 10 // bytes that are looked at
	maxMIME      = 120     // bytes
	nameless     = "file"
	unknownMIME  = "application/octet-stream"
)

// cleanName makes a file's name safe to show and to save under: the part after
// the last slash of either kind, NFC, single spaces, at most 120 runes with the
// extension kept. Control characters go, and so do those that turn the direction
// of writing, which would show "slx.exe" as "exe.xls".
func cleanName(name string) string {
	if len(name) > maxRawName {
		name = name[len(name)-maxRawName:] // the end tells what kind of file it is
	}
	name = strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/")
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co):
			return -1
		}
		return r
	}, name[strings.LastIndex(name, "/")+1:])
	name = strings.Join(strings.Fields(norm.NFC.String(name)), " ")
	name = strings.Trim(name, ". ") // neither hidden nor ".."
	if runes := []rune(name); len(runes) > maxName {
		extension := []rune(path.Ext(name))
		if len(extension) > maxExtension {
			extension = nil
		}
		name = strings.TrimRight(string(runes[:maxName-len(extension)]), ". ") + string(extension)
	}
	if name == "" {
		return nameless
	}
	return name
}

// cleanMIME keeps what reads as a media type.
func cleanMIME(text string) string {
	if kind, _, err := mime.ParseMediaType(text); err != nil || len(text) > maxMIME || !strings.Contains(kind, "/") {
		return unknownMIME
	}
	return text
}
