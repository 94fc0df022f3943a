package models

import "time"

// NoticeState is where a notice is. One that is sent may still be on its way.
type NoticeState string

const (
	NoticeDraft     NoticeState = "draft"
	NoticeWaiting   NoticeState = "waiting"   // for a leader
	NoticeScheduled NoticeState = "scheduled" // for its time
	NoticeIsSent    NoticeState = "sent"
	NoticePaused    NoticeState = "paused"
	NoticeCancelled NoticeState = "cancelled" // before it left, or on its way
)

// Notice is a message to an audience.
type Notice struct {
	ID           int64
	WardID       int64
	StaffID      int64
	Text         string
	NeedsConfirm bool
	// Attendance asks who comes; it goes with NeedsConfirm.
	Attendance bool
	ConfirmBy  *time.Time
	Audience   string // JSON
	Urgent     bool   // goes out at night, too
	// Once: what may have arrived is not sent again. A gap is better than a repeat.
	Once     bool
	FileID   *int64
	Corrects *int64 // the notice that it puts right
	// RecurringID is what sent it by itself.
	RecurringID *int64
	State       NoticeState
	Version     int        `gorm:"default:1"` // counts what was changed; a decision names the one it saw
	SendAt      *time.Time // when it is to go; nil for at once
	// SubmittedAt is when it was put before those who sign it.
	SubmittedAt       *time.Time
	SignersRemindedAt *time.Time
	ApprovedBy        *int64
	SentAt            *time.Time
	RemindedAt        *time.Time
	Following         bool // its progress card is being kept up to date
	CreatedAt         time.Time
}

// NoticeFile is the picture or PDF that a notice carries.
type NoticeFile struct {
	ID          int64
	WardID      int64
	StaffID     int64
	ContentType string // told from the content: image/jpeg or application/pdf
	SHA256      Hash   `gorm:"column:sha256"`
	Content     []byte
	CreatedAt   time.Time
}

// NoticeAnswer says whether the person of a delivery comes to what its notice
// invites to.
type NoticeAnswer struct {
	DeliveryID int64 `gorm:"primaryKey;autoIncrement:false"`
	NoticeID   int64
	WardID     int64
	Attends    bool
	Reason     string `seal:"notice_answers.reason"` // why not; may be empty
	At         time.Time
}

// NoticeTemplate is a text that a ward keeps for its notices.
type NoticeTemplate struct {
	ID        int64
	WardID    int64
	StaffID   int64
	Name      string
	Folded    string
	Text      string // with gaps: {ten}
	CreatedAt time.Time
	EndedAt   *time.Time
}

// RecurringNotice goes out by itself once a month: on Day, or on the Weekday (0
// is Sunday) of Week (1-4, -1 the last); at Minute of the day in Viet Nam.
type RecurringNotice struct {
	ID           int64
	WardID       int64
	StaffID      int64
	Text         string
	Audience     string // JSON
	NeedsConfirm bool
	Attendance   bool
	Once         bool // as Notice.Once
	FileID       *int64
	Day          int // 1-31, or the last of a shorter month; 0 for a weekday
	Week         int
	Weekday      int
	Minute       int
	NextAt       time.Time
	CreatedAt    time.Time
	EndedAt      *time.Time
	EndedBy      *int64
}
