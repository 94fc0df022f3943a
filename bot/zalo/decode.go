package zalo

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// event is what is read of a pushed event.
type event struct {
	envelope
	Name     string      `json:"event_name"`
	UserID   botapi.Word `json:"user_id"` // of flat events
	Follower struct {
		ID botapi.Word `json:"id"`
	} `json:"follower"`
	Message struct {
		Text        string           `json:"text"`
		MsgID       botapi.Word      `json:"msg_id"`
		MsgIDs      few[botapi.Word] `json:"msg_ids"`
		Attachments few[attachment]  `json:"attachments"`
	} `json:"message"`
	Info     shared `json:"info"`
	UserInfo shared `json:"user_info"`

	// What a link that led to the account may carry.
	Ref     botapi.Word `json:"ref"`
	Payload botapi.Word `json:"payload"`
	State   botapi.Word `json:"state"`
	Query   botapi.Word `json:"query"`

	TemplateID botapi.Word `json:"template_id"`
}

type attachment struct {
	Payload struct {
		URL  string      `json:"url"`
		Name string      `json:"name"`
		Size botapi.Word `json:"size"`
	} `json:"payload"`
}

// shared is what a person filled into the form that asks for their number.
type shared struct {
	Phone botapi.Word `json:"phone"`
}

// ignored says why an event is passed over; it ends the counter's name.
type ignored string

const (
	unreadable  ignored = "unreadable"
	blank       ignored = "blank"     // a text, or a form, with nothing in it
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
	"user_send_link":          readLink,
	"user_send_business_card": readLink, // anybody's card: never taken for the sender's
	"follow":                  readFollow,
	"user_click_chatnow":      present(bot.Joined),
	"unfollow":                present(bot.Left),
	"user_withdraw":           present(bot.Withdrawn),
	"user_submit_info":        readInfo,
	"user_received_message":   report(false),
	"user_seen_message":       report(true),
}

// passedOver are known events that nobody answers, by how their names begin.
var passedOver = []struct {
	prefix string
	why    ignored
}{
	{"oa_send_", echo}, {"anonymous_", anonymous}, {"user_reacted_message", reacted}, {"oa_reacted_message", reacted},
	{"add_user_to_tag", management}, {"remove_", management}, {"update_user_info", management},
	{"user_feedback", management},
	{"change_", management}, {"user_reply_consent", management}, {"user_call_oa", management},
	{"oa_call_user", management},
}

// decode makes an Inbound of an event. Buttons come as a text that is their
// payload, so that anybody can type one: it is authorised like any press.
func decode(raw []byte, now time.Time) (bot.Inbound, ignored) {
	var e event
	if !read(raw, &e) || e.Name == "" {
		return bot.Inbound{}, unreadable
	}
	reading := kinds[e.Name]
	if reading == nil {
		return bot.Inbound{}, e.passedOver()
	}
	in := bot.Inbound{Channel: Name, Private: true, UserID: e.who(), At: e.at(now)}
	in.ChatID = in.UserID
	if why := reading(&e, &in); why != "" {
		return bot.Inbound{}, why
	}
	if !plainID(in.UserID, 64) {
		return bot.Inbound{}, unreadable
	}
	in.EventID = e.id(raw)
	return in, ""
}

// passedOver says why an event of no person is passed over. There are many
// kinds of group events, whose names sources give differently.
func (e *event) passedOver() ignored {
	if strings.Contains(e.Name, "group") {
		return group
	}
	for _, known := range passedOver {
		if strings.HasPrefix(e.Name, known.prefix) {
			if known.why == echo && e.Sender.AdminID != "" {
				return byHand
			}
			return known.why
		}
	}
	return unknownKind
}

// plainID reports whether an id is short, printable ASCII.
func plainID(id string, most int) bool {
	return id != "" && len(id) <= most && !strings.ContainsFunc(id,
		func(r rune) bool { return r <= ' ' || r >= unicode.MaxASCII })
}

// who is the person that an event is about.
func (e *event) who() string {
	for _, id := range []botapi.Word{e.Follower.ID, e.Sender.ID, e.UserID} {
		if id != "" && id != e.OAID {
			return string(id)
		}
	}
	return ""
}

// id names the event for as long as Zalo may repeat it: a message by its own id,
// everything else by its time and content, which a repetition does not change.
func (e *event) id(raw []byte) string {
	if id := string(e.Message.MsgID); strings.HasPrefix(e.Name, "user_send_") && plainID(id, 100) {
		return id
	}
	at := "0"
	if _, known := timeOf(e.Timestamp); known {
		at = strings.TrimSpace(string(e.Timestamp))
	}
	sum := sha256.Sum256(raw)
	return e.Name + ":" + at + ":" + hex.EncodeToString(sum[:6])
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
func timeOf(text botapi.Word) (time.Time, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
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
	in.Text, in.Cut = botapi.Clean(e.Message.Text, bot.MaxText)
	switch {
	case in.Text != "":
	case len(e.Message.Attachments) > 0:
		in.Attachment = &bot.Attachment{Kind: bot.Other}
	default:
		return blank
	}
	return ""
}

// attachedAs reads what came with a file or the like; of several the first that
// has an address.
func attachedAs(kind bot.AttachmentKind) func(*event, *bot.Inbound) ignored {
	return func(e *event, in *bot.Inbound) ignored {
		in.Text, in.Cut = botapi.Clean(e.Message.Text, bot.MaxText)
		in.Attachment = &bot.Attachment{Kind: kind}
		for _, one := range e.Message.Attachments {
			file := one.Payload
			if file.URL == "" || len(file.URL) > 2048 {
				continue
			}
			in.Attachment.ID, in.Attachment.Name = file.URL, baseName(file.Name)
			if size, err := strconv.ParseInt(string(file.Size), 10, 64); err == nil && size > 0 {
				in.Attachment.Size = size
			}
			break
		}
		return ""
	}
}

// readLink reads what a person passed on. Its address is theirs, not one of
// Zalo's: there is nothing to fetch.
func readLink(e *event, in *bot.Inbound) ignored {
	in.Text, in.Cut = botapi.Clean(e.Message.Text, bot.MaxText)
	in.Attachment = &bot.Attachment{Kind: bot.Other}
	return ""
}

// baseName is the name of a file without folders, on one line.
func baseName(name string) string {
	name, _ = botapi.Clean(name, bot.MaxText)
	name = path.Base(strings.NewReplacer("\n", " ", `\`, "/").Replace(name))
	if name == "." || name == ".." || name == "/" {
		return ""
	}
	return strings.TrimSpace(botapi.Cut(name, 200))
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
	for _, carried := range []botapi.Word{e.Ref, e.Payload, e.State, e.Query} {
		if code.MatchString(string(carried)) {
			in.Start = string(carried)
			return ""
		}
	}
	in.Presence = bot.Joined
	return ""
}

// readInfo takes what a person filled into the form. It is typed there, or kept
// in Zalo by whoever holds the account: it proves nothing about the number, so
// Own is false whatever Zalo says.
func readInfo(e *event, in *bot.Inbound) ignored {
	for _, info := range append([]shared{e.Info, e.UserInfo}, sharedIn(e.Message.Text)...) {
		if phone, tooLong := botapi.Clean(string(info.Phone), 32); phone != "" && !tooLong {
			in.Contact = &bot.Contact{Phone: phone}
			return ""
		}
	}
	return blank
}

// sharedIn reads the oldest shapes: JSON inside the text.
func sharedIn(text string) []shared {
	var old struct {
		shared
		Info     shared `json:"info"`
		UserInfo shared `json:"user_info"`
	}
	if len(text) > 4096 || !read([]byte(text), &old) {
		return nil
	}
	return []shared{old.shared, old.Info, old.UserInfo}
}

// report reads that messages arrived or were looked at. That of a template sent
// to a number names the number, or its hash, as the recipient: the message's id
// says whose it is.
func report(seen bool) func(*event, *bot.Inbound) ignored {
	return func(e *event, in *bot.Inbound) ignored {
		in.UserID = string(e.Recipient.ID) // the person; the sender is the account
		in.ChatID = in.UserID
		in.Report = &bot.DeliveryReport{Seen: seen}
		for _, id := range append(e.Message.MsgIDs, e.Message.MsgID) {
			if plainID(string(id), 100) {
				in.Report.Refs = append(in.Report.Refs, string(id))
			}
		}
		if len(in.Report.Refs) == 0 {
			return unreadable
		}
		return ""
	}
}
