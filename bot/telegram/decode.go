package telegram

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// allowedUpdates are the kinds asked for, always by name: without the list the
// server keeps the one of whoever asked last. Edited messages are not among
// them; an answer to the first wording has gone out already.
const allowedUpdates = `["message","callback_query","my_chat_member"]`

// update is what is read of an update: the library's types, and what the API
// has gained since.
type update struct {
	ID            int                         `json:"update_id"`
	Message       *inMessage                  `json:"message"`
	EditedMessage *struct{}                   `json:"edited_message"`
	CallbackQuery *tgbotapi.CallbackQuery     `json:"callback_query"`
	MyChatMember  *tgbotapi.ChatMemberUpdated `json:"my_chat_member"`
}

type inMessage struct {
	tgbotapi.Message
	// ForwardOrigin took the place of the forward_* fields with Bot API 7.0.
	ForwardOrigin json.RawMessage `json:"forward_origin"`
}

// outcome says what became of decoding an update.
type outcome struct {
	ID      int     // update_id; 0 when it cannot be read
	Ignored ignored // why the update needs no answer; empty when it was accepted
}

type ignored string

const (
	unreadable  ignored = "unreadable" // never to be read, however often it comes
	notAsked    ignored = "kind of update that is not asked for"
	editedText  ignored = "edited message"
	noSender    ignored = "no person sent it"
	groupTalk   ignored = "group talk that is not for the bot"
	groupMember ignored = "membership of a group"
	inService   ignored = "service message"
	otherStatus ignored = "membership that changes nothing"
)

// accepted reports whether the update is to be handled.
func (o outcome) accepted() bool { return o.Ignored == "" }

// decode makes an Inbound of an update. The kinds of a press's data, a contact's
// owner and everything else a client can make up are judged here; who may do
// what is judged by the services.
func decode(raw []byte, now time.Time) (bot.Inbound, outcome) {
	var u update
	if json.Unmarshal(raw, &u) != nil {
		return bot.Inbound{}, outcome{ID: idOf(raw), Ignored: unreadable}
	}
	if u.ID <= 0 {
		return bot.Inbound{}, outcome{Ignored: unreadable}
	}
	head := outcome{ID: u.ID}
	in := bot.Inbound{Channel: Name}
	why := notAsked
	switch {
	case u.Message != nil:
		in.EventID = eventID(head.ID, strconv.Itoa(u.Message.Date))
		why = readMessage(u.Message, raw, &in)
	case u.CallbackQuery != nil:
		in.EventID = eventID(head.ID, u.CallbackQuery.ID)
		in.At = now // a press has no date
		why = readPress(u.CallbackQuery, &in)
	case u.MyChatMember != nil:
		in.EventID = eventID(head.ID, strconv.Itoa(u.MyChatMember.Date))
		why = readPresence(u.MyChatMember, &in)
	case u.EditedMessage != nil:
		why = editedText
	}
	if why != "" {
		head.Ignored = why
		return bot.Inbound{}, head
	}
	return in, head
}

// idOf reads the id of an update that is unreadable otherwise; 0 when that is
// too.
func idOf(raw []byte) int {
	var head struct {
		ID int `json:"update_id"`
	}
	if json.Unmarshal(raw, &head) != nil || head.ID <= 0 {
		return 0
	}
	return head.ID
}

// eventID names an event for as long as anybody may remember it. Update ids
// alone do not: after a week without updates they go on from a random number.
func eventID(id int, more string) string { return strconv.Itoa(id) + "." + more }

// pressOf returns the callback query that an event came from.
func pressOf(event string) (query string, ok bool) {
	_, query, ok = strings.Cut(event, ".")
	return query, ok && query != ""
}

func readMessage(m *inMessage, raw []byte, in *bot.Inbound) ignored {
	// Without From it is a channel's post; with SenderChat an anonymous one.
	if m.From == nil || m.Chat == nil || m.From.IsBot || m.SenderChat != nil || m.From.ID == 0 || m.Chat.ID == 0 {
		return noSender
	}
	who(in, m.From.ID, m.Chat)
	in.At = time.Unix(int64(m.Date), 0)
	if !in.Private && !strings.HasPrefix(m.Text, "/") {
		return groupTalk
	}
	if code, ok := startCode(m.Text); ok && in.Private {
		in.Start = code
		return ""
	}
	in.Text, in.Cut = botapi.Clean(m.Text, bot.MaxText) // a command too, as it was typed
	if in.Text != "" {
		return ""
	}
	if m.Contact != nil {
		in.Contact = &bot.Contact{Phone: botapi.CleanLine(m.Contact.PhoneNumber, 40), Own: isOwn(m)}
		return ""
	}
	attachment, found := attached(m)
	if !found && isService(raw) {
		return inService
	}
	in.Attachment = attachment
	in.Text, in.Cut = botapi.Clean(m.Caption, bot.MaxText)
	return ""
}

// who says who acts and where an answer goes. In a private chat both ids are
// the same number.
func who(in *bot.Inbound, user int64, chat *tgbotapi.Chat) {
	in.UserID, in.ChatID = strconv.FormatInt(user, 10), strconv.FormatInt(chat.ID, 10)
	in.Private = chat.Type == "private"
}

// startLink is /start with the payload of a deep link.
var startLink = regexp.MustCompile(`^/start(?:@\w+)?\s+([A-Za-z0-9_-]{1,64})$`)

func startCode(text string) (code string, ok bool) {
	found := startLink.FindStringSubmatch(strings.TrimSpace(text))
	if found == nil {
		return "", false
	}
	return found[1], true
}

// isOwn reports whether Telegram vouches that a contact is the sender's: it
// fills in user_id itself, whatever the client says. Anybody can pick another
// card from the address book, or pass one on.
func isOwn(m *inMessage) bool {
	forwarded := len(m.ForwardOrigin) > 0 || m.ForwardDate != 0 || m.ForwardFrom != nil || m.ForwardSenderName != ""
	return m.Contact.UserID == m.From.ID && m.Chat.Type == "private" && !forwarded && m.ViaBot == nil
}

// attached finds the file of a message. What has no kind of its own is Other.
func attached(m *inMessage) (attachment *bot.Attachment, found bool) {
	a := bot.Attachment{Kind: bot.Other}
	switch {
	case len(m.Photo) > 0:
		largest := m.Photo[0]
		for _, size := range m.Photo {
			if size.Width*size.Height > largest.Width*largest.Height {
				largest = size
			}
		}
		a.Kind, a.ID, a.Size = bot.Photo, largest.FileID, int64(largest.FileSize)
	case m.Animation != nil: // comes with a document of the same file
		a.ID, a.Name, a.Size = m.Animation.FileID, m.Animation.FileName, int64(m.Animation.FileSize)
	case m.Document != nil:
		a.Kind, a.ID, a.Name, a.Size = bot.Document, m.Document.FileID, m.Document.FileName, int64(m.Document.FileSize)
	case m.Voice != nil:
		a.Kind, a.ID, a.Size = bot.Voice, m.Voice.FileID, int64(m.Voice.FileSize)
	case m.Audio != nil:
		a.ID, a.Name, a.Size = m.Audio.FileID, m.Audio.FileName, int64(m.Audio.FileSize)
	case m.Video != nil:
		a.ID, a.Name, a.Size = m.Video.FileID, m.Video.FileName, int64(m.Video.FileSize)
	case m.VideoNote != nil:
		a.ID, a.Size = m.VideoNote.FileID, int64(m.VideoNote.FileSize)
	case m.Sticker != nil:
		a.Kind, a.ID, a.Size = bot.Sticker, m.Sticker.FileID, int64(m.Sticker.FileSize)
	case m.Location != nil, m.Venue != nil:
		a.Kind = bot.Location
	case m.Dice != nil, m.Poll != nil, m.Game != nil, m.Text != "": // a text of control characters alone
	default:
		return &a, false
	}
	a.Name, a.Size = botapi.CleanLine(a.Name, 200), max(a.Size, 0)
	return &a, true
}

// serviceKeys are messages about the chat itself. Whatever else the API gains
// is taken for something that a person sent, and answered.
var serviceKeys = []string{
	"new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo", "group_chat_created",
	"supergroup_chat_created", "channel_chat_created", "message_auto_delete_timer_changed", "migrate_to_chat_id",
	"migrate_from_chat_id",
	"pinned_message", "successful_payment", "refunded_payment", "users_shared", "chat_shared", "connected_website",
	"write_access_allowed",
	"passport_data", "proximity_alert_triggered", "boost_added", "chat_background_set", "web_app_data", "gift",
	"unique_gift",
}

func isService(raw []byte) bool {
	var keys struct {
		Message map[string]json.RawMessage `json:"message"`
	}
	if json.Unmarshal(raw, &keys) != nil {
		return false
	}
	for _, key := range serviceKeys {
		if _, ok := keys.Message[key]; ok {
			return true
		}
	}
	return false
}

// queryID is short and printable, as it becomes part of an event's name.
var queryID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func readPress(q *tgbotapi.CallbackQuery, in *bot.Inbound) ignored {
	if q.From == nil || q.From.ID == 0 || q.From.IsBot {
		return noSender
	}
	if !queryID.MatchString(q.ID) {
		return unreadable
	}
	// A message may be missing, or inaccessible: then it has a chat and the date
	// 0. Without one the answer goes to whoever pressed, and to nobody else.
	chat := &tgbotapi.Chat{ID: q.From.ID, Type: "private"}
	if q.Message != nil && q.Message.Chat != nil && q.Message.Chat.ID != 0 {
		chat = q.Message.Chat
		if q.Message.Date > 0 && q.Message.MessageID > 0 {
			in.MessageRef = strconv.Itoa(q.Message.MessageID)
		}
	}
	who(in, q.From.ID, chat)
	in.Action = bot.Pressed(q.Data)
	return ""
}

// readPresence hears of a private chat that was opened or closed. In a group it
// would be the bot's own coming and going, which says nothing of who did it.
func readPresence(m *tgbotapi.ChatMemberUpdated, in *bot.Inbound) ignored {
	if m.Chat.Type != "private" {
		return groupMember
	}
	if m.From.ID == 0 || m.Chat.ID == 0 {
		return noSender
	}
	who(in, m.From.ID, &m.Chat)
	in.At = time.Unix(int64(m.Date), 0)
	switch m.NewChatMember.Status {
	case "kicked", "left":
		in.Presence = bot.Left
	case "member":
		in.Presence = bot.Joined
	default:
		return otherStatus
	}
	return ""
}
