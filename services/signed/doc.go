// Package signed takes lists that the ward's own token has signed. A list's PDF
// goes out; it comes back with signatures behind it, and is kept when the file
// begins with the very bytes that went out, the list is still what was drawn, each
// signature is sound and the last covers the file to its end, and the certificates
// are those that two humans have said are the ward's.
//
// Which chain a certificate hangs on is not asked: a ward names its tokens, of
// which it has few, and ends one that is lost.
package signed
