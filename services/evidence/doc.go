// Package evidence keeps the papers of change requests: photos and PDFs of
// decisions and minutes.
//
// A file is known by its content, never by its name. Pictures are drawn anew,
// upright and no larger than a screen needs, which leaves behind where and with
// what they were taken; a PDF stays as it is, and so do its own remarks. Files
// live in the database, behind the service that checks who may look: no address
// leads to them. A photo of a citizen's card is not kept: nobody needs it, and
// the law calls it sensitive (Law 91/2025/QH15).
package evidence
