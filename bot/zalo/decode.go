package zalo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"canbobot/bot"
)

// event is what is read of a pushed event.
type event struct {
	envelope
	Name     string `json:"event_name"`
	UserID   loose  `json:"user_id"` // of flat events
	Follower struct {
		ID loose `json:"id"`
	} `json:"follower"`
	Message struct {
		Text        string       `json:"text"`
		MsgID       loose        `json:"msg_id"`
		MsgIDs      []loose      `json:"msg_ids"`
		TrackingID  loose        `json:"tracking_id"`
		Attachments []attachment `json:"attachments"`
	} `json:"message"`
	Info     shared `json:"info"`
	UserInfo shared `json:"user_info"`
	Ref      loose  `json:"ref"`
}

type attachment struct {
	Type    string `json:"type"`
	Payload struct {
		URL  string `json:"url"`
		Name string `json:"name"`
		Size loose  `json:"size"`
	} `json:"payload"`
}

// shared is what a person filled into the form that asks for their number.
type shared struct {
	Phone loose `json:"phone"`
}

// ignored says why an event is passed over; it ends the counter's name.
type ignored string

const (
	unreadable  ignored = "unreadable"
	echo        ignored = "echo"      // our own message, told back
	byHand      ignored = "by_hand"   // somebody answered in the OA's own tool
	anonymous   ignored = "anonymous" // has no account to be linked to
	group       ignored = "group"     // nothing personal is said there
	reacted     ignored = "reaction"
	management  ignored = "management" // tags, templates, quotas
	unknownKind ignored = "unknown"
)

// kinds are the events that a person makes, and how each is read.
var kinds = map[string]func(e *event, in *bot.Inbound) ignored{
	"user_send_text":          readText,
	"user_send_image":         attachedAs(bot.Photo),
	"user_send_file":          attachedAs(bot.Document),
	"user_send_audio":         attachedAs(bot.Voice),
	"user_send_sticker":       attachedAs(bot.Sticker),
	"user_send_location":      attachedAs(bot.Location),
	"user_send_video":         attachedAs(bot.Other),
	"user_send_gif":           attachedAs(bot.Other),
	"user_send_link":          attachedAs(bot.Other),
	"user_send_business_card": attachedAs(bot.Other), // anybody's card: never taken for the sender's
	"follow":                  readFollow,
	"user_click_chatnow":      present(bot.Joined),
	"unfollow":                present(bot.Left),
	"user_withdraw":           present(bot.Withdrawn),
	"user_submit_info":        readInfo,
	"user_received_message":   receipt(false),
	"user_seen_message":       receipt(true),
}

// passedOver are known events that nobody answers, by how their names begin.
var passedOver = []struct {
	prefix string
	why    ignored
}{
	{"oa_send_", echo}, {"anonymous_", anonymous}, {"user_send_group_", group}, {"create_group", group}, {"user_join_group", group},
	{"user_out_group", group}, {"user_leave_group", group}, {"user_reacted_message", reacted}, {"oa_reacted_message", reacted},
	{"add_user_to_tag", management}, {"remove_", management}, {"update_user_info", management}, {"user_feedback", management},
	{"change_", management}, {"user_reply_consent", management}, {"user_call_oa", management}, {"oa_call_user", management},
}

// decode makes an Inbound of an event. Buttons come as a text that is their
// payload, so that anybody can type one: it is authorised like any press.
func decode(raw []byte, now time.Time) (bot.Inbound, ignored) {
	var e event
	if json.Unmarshal(raw, &e) != nil || e.Name == "" {
		return bot.Inbound{}, unreadable
	}
	read := kinds[e.Name]
	if read == nil {
		for _, known := range passedOver {
			if strings.HasPrefix(e.Name, known.prefix) {
				if known.why == echo && e.Sender.AdminID != "" {
					return bot.Inbound{}, byHand
				}
				return bot.Inbound{}, known.why
			}
		}
		return bot.Inbound{}, unknownKind
	}
	in := bot.Inbound{Channel: Name, Private: true, UserID: e.who(), At: e.at(now)}
	in.ChatID = in.UserID
	if why := read(&e, &in); why != "" {
		return bot.Inbound{}, why
	}
	if in.UserID == "" || len(in.UserID) > 64 || strings.ContainsFunc(in.UserID, strange) {
		return bot.Inbound{}, unreadable
	}
	in.EventID = e.id(raw)
	return in, ""
}

func strange(r rune) bool { return r <= ' ' || r > unicode.MaxASCII }

// who is the person that an event is about.
func (e *event) who() string {
	for _, id := range []loose{e.Follower.ID, e.Sender.ID, e.UserID} {
		if id != "" {
			return string(id)
		}
	}
	return ""
}

// id names the event for as long as Zalo may repeat it: a message by its own id,
// everything else by its content, which a repetition does not change.
func (e *event) id(raw []byte) string {
	if id := string(e.Message.MsgID); strings.HasPrefix(e.Name, "user_send_") && id != "" && len(id) <= 100 && !strings.ContainsFunc(id, strange) {
		return id
	}
	sum := sha256.Sum256(raw)
	return e.Name + ":" + hex.EncodeToString(sum[:8])
}

// at is the event's own time. Samples of twelve digits are about; what cannot be
// a time is now.
func (e *event) at(now time.Time) time.Time {
	if at, ok := timeOf(e.Timestamp); ok {
		return at
	}
	return now
}

// timeOf reads milliseconds, or seconds, since 1970.
func timeOf(text loose) (time.Time, bool) {
	n, err := strconv.ParseInt(string(text), 10, 64)
	switch {
	case err != nil || n <= 0:
		return time.Time{}, false
	case n > 1e12 && n < 1e14:
		return time.UnixMilli(n).UTC(), true
	case n > 1e9 && n < 1e10:
		return time.Unix(n, 0).UTC(), true
	}
	return time.Time{}, false
}

// pressed is the payload of one of our buttons.
var pressed = regexp.MustCompile(`^#([a-z0-9_:.-]{1,64})$`)

func readText(e *event, in *bot.Inbound) ignored {
	if action := pressed.FindStringSubmatch(strings.TrimSpace(e.Message.Text)); action != nil {
		in.Action = action[1]
		return ""
	}
	in.Text, in.Cut = clean(e.Message.Text)
	if in.Text == "" {
		return unreadable
	}
	return ""
}

// attachedAs reads what came with a file or the like; of several the first.
func attachedAs(kind bot.AttachmentKind) func(*event, *bot.Inbound) ignored {
	return func(e *event, in *bot.Inbound) ignored {
		in.Text, in.Cut = clean(e.Message.Text)
		in.Attachment = &bot.Attachment{Kind: kind}
		if len(e.Message.Attachments) > 0 {
			first := e.Message.Attachments[0].Payload
			if len(first.URL) <= 2048 {
				in.Attachment.ID = first.URL
			}
			name, _ := clean(path.Base(strings.ReplaceAll(first.Name, `\`, "/")))
			if first.Name != "" {
				in.Attachment.Name = cut(strings.ReplaceAll(name, "\n", " "), 200)
			}
			if size, err := strconv.ParseInt(string(first.Size), 10, 64); err == nil && size > 0 {
				in.Attachment.Size = size
			}
		}
		return ""
	}
}

func present(presence bot.Presence) func(*event, *bot.Inbound) ignored {
	return func(_ *event, in *bot.Inbound) ignored {
		in.Presence = presence
		return ""
	}
}

// code is what an invite's code looks like.
var code = regexp.MustCompile(`^[A-Za-z0-9]{5}-?[A-Za-z0-9]{5}$`)

// readFollow is somebody new; should the link they came by carry a code, it is
// taken like a typed one.
func readFollow(e *event, in *bot.Inbound) ignored {
	if ref := string(e.Ref); code.MatchString(ref) {
		in.Start = ref
		return ""
	}
	in.Presence = bot.Joined
	return ""
}

// readInfo takes what a person filled into the form. It is typed there, or kept
// in Zalo by whoever holds the account: it proves nothing about the number, so
// Own is false whatever Zalo says.
func readInfo(e *event, in *bot.Inbound) ignored {
	for _, info := range []shared{e.Info, e.UserInfo, sharedIn(e.Message.Text)} {
		if phone := string(info.Phone); phone != "" && len(phone) <= 32 {
			in.Contact = &bot.Contact{Phone: phone}
			return ""
		}
	}
	return unreadable
}

// sharedIn reads the oldest shape: JSON inside the text.
func sharedIn(text string) (info shared) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") && len(text) < 4096 {
		json.Unmarshal([]byte(text), &info)
	}
	return info
}

// refsMost bounds how many messages one receipt names.
const refsMost = 100

func receipt(seen bool) func(*event, *bot.Inbound) ignored {
	return func(e *event, in *bot.Inbound) ignored {
		in.UserID = string(e.Recipient.ID) // the person; the sender is the account
		in.ChatID = in.UserID
		ids := e.Message.MsgIDs
		if e.Message.MsgID != "" {
			ids = append(ids, e.Message.MsgID)
		}
		in.Receipt = &bot.Receipt{Seen: seen}
		for _, id := range ids[:min(len(ids), refsMost)] {
			if id != "" && len(id) <= 100 {
				in.Receipt.Refs = append(in.Receipt.Refs, string(id))
			}
		}
		if len(in.Receipt.Refs) == 0 {
			return unreadable
		}
		return ""
	}
}

// clean is a text as the conversation takes it: composed, without control
// characters, cut at bot.MaxText.
func clean(text string) (cleaned string, wasCut bool) {
	if len(text) > 8*bot.MaxText { // no letter takes more; nothing of use is lost
		text, wasCut = text[:8*bot.MaxText], true
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, proper(strings.ReplaceAll(text, "\r\n", "\n")))
	if utf8.RuneCountInString(text) > bot.MaxText {
		text, wasCut = cut(text, bot.MaxText), true
	}
	return strings.TrimSpace(text), wasCut
}
