package kit

import "canbobot/services/vn"

// Phone writes a person's number whole, and notes that the reply shows it: that
// is the one way by which a screen shows a number of the roster.
func (l *Lines) Phone(person int64, e164 string) string {
	if e164 != "" {
		l.Shows = append(l.Shows, person)
	}
	return OrDash(vn.FormatPhone(e164))
}

// Unlisted writes a number that the reader typed, or that is nobody's in the roster:
// the ward's own, or a stranger's word.
func Unlisted(e164 string) string { return OrDash(vn.FormatPhone(e164)) }
