package models

import "time"

// CertificateState is where a certificate is on its way to stand for the ward.
type CertificateState string

const (
	CertificateSeen    CertificateState = "seen" // on a file that came in; nobody has asked for it
	CertificateAsked   CertificateState = "asked"
	CertificateAgreed  CertificateState = "agreed" // what it signs counts as signed by the ward
	CertificateRefused CertificateState = "refused"
	CertificateEnded   CertificateState = "ended"
)

// WardCertificate is what a token signs with: whose it is decides two humans.
type WardCertificate struct {
	ID          int64
	WardID      int64
	Fingerprint []byte // SHA-256 of the certificate
	Subject     string // as it says of itself
	ValidFrom   time.Time
	ValidTo     time.Time

	State           CertificateState
	Version         int
	ProposedByStaff *int64
	SubmittedAt     *time.Time
	RemindedAt      *time.Time
	DecidedByStaff  *int64
	DecidedAt       *time.Time
}

// SignedList is a list's paper as it was handed out to be signed, and as it came
// back.
type SignedList struct {
	ID        int64
	WardID    int64
	RunID     int64
	ListSum   []byte // the list's content when it was drawn
	PaperSum  []byte // SHA-256 of the paper that went out
	PaperSize int64  // its bytes
	OfferedAt time.Time

	Content         []byte `seal:"signed_lists.content"` // as it came back
	CertificateID   *int64 // of the last of its signatures
	Signatures      int
	ReceivedAt      *time.Time
	ReceivedByStaff *int64
}
