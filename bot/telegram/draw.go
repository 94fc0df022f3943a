package telegram

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// maxText is how long one message may be, in UTF-16 code units, as Telegram
// counts.
const maxText = 4096

// maxTitle is how long a title may be to be set apart; a longer one is text.
const maxTitle = 256

// message is one message of a reply.
type message struct {
	text string
	bold int // UTF-16 code units at the start to set in bold
}

// params asks for the message in a chat. Bold is an entity and not markup:
// there is nothing to escape, so no name can break a message.
func (m message) params(chatID string, protect bool) tgbotapi.Params {
	params := tgbotapi.Params{"chat_id": chatID, "text": m.text, "link_preview_options": `{"is_disabled":true}`}
	if m.bold > 0 {
		params["entities"] = toJSON([]tgbotapi.MessageEntity{{Type: "bold", Offset: 0, Length: m.bold}})
	}
	if protect {
		params["protect_content"] = "true"
	}
	return params
}

// layOut makes messages of a title and a text, split at lines where they are
// too long for one.
func layOut(title, text string) []message {
	title, text = strings.Join(strings.Fields(botapi.Proper(title)), " "), strings.Trim(botapi.Proper(text), "\n")
	bold := units(title)
	switch {
	case bold > maxTitle:
		title, text, bold = "", strings.Trim(title+"\n"+text, "\n"), 0
	case bold > 0:
		title += "\n"
	}
	var messages []message
	for i, part := range split(text, maxText-units(title), maxText) {
		if i == 0 {
			messages = append(messages, message{text: strings.TrimRight(title+part, "\n"), bold: bold})
			continue
		}
		messages = append(messages, message{text: part})
	}
	return messages
}

// Drawn shows a reply with buttons under its last message.
func (c *Channel) Drawn(reply bot.Reply) []string {
	var texts []string
	for _, message := range layOut(reply.Title, reply.Text) {
		title, text := "", message.text
		if message.bold > 0 {
			title, text, _ = strings.Cut(message.text, "\n")
		}
		texts = append(texts, bot.DrawnTitle(title, text))
	}
	return bot.DrawnWith(texts, reply, true)
}

// units counts as Telegram does.
func units(text string) int {
	n := 0
	for _, letter := range text {
		n += utf16.RuneLen(letter)
	}
	return n
}

// split cuts a text into parts of at most first and then rest units: at lines,
// a longer line at spaces, a longer word anywhere between letters. Parts that
// would be blank are left out, since Telegram refuses them; at least one part,
// maybe empty, comes back.
func split(text string, first, rest int) []string {
	if units(text) <= first {
		return []string{text}
	}
	var parts []string
	room := first
	var part strings.Builder
	used := 0
	end := func() {
		if whole := strings.Trim(part.String(), "\n"); strings.TrimSpace(whole) != "" {
			parts = append(parts, whole)
			room = rest
		}
		part.Reset()
		used = 0
	}
	for line := range strings.SplitSeq(text, "\n") {
		if used > 0 && used+1+units(line) > room {
			end()
		}
		if used > 0 {
			part.WriteByte('\n')
			used++
		}
		for units(line) > room-used {
			head, tail := cutLine(line, room-used)
			part.WriteString(head)
			end()
			line = tail
		}
		part.WriteString(line)
		used += units(line)
	}
	end()
	if len(parts) == 0 {
		return []string{""}
	}
	return parts
}

// cutLine cuts a line that is longer than room units, at the last space that
// fits unless that would waste more than half of the room.
func cutLine(line string, room int) (head, tail string) {
	at, space, used := 0, -1, 0
	for i, letter := range line {
		if used += utf16.RuneLen(letter); used > room {
			break
		}
		if letter == ' ' && used > room/2 {
			space = i
		}
		at = i + utf8.RuneLen(letter)
	}
	if space > 0 {
		return line[:space], line[space+1:]
	}
	return line[:at], line[at:]
}

// inlineButton is a button under a message. The library's lacks style.
type inlineButton struct {
	Text  string `json:"text"`
	Data  string `json:"callback_data,omitempty"`
	URL   string `json:"url,omitempty"`
	Style string `json:"style,omitempty"`
}

type inlineKeyboard struct {
	Rows [][]inlineButton `json:"inline_keyboard"`
}

// styles are colours of Bot API 9.4; older servers and apps ignore them.
var styles = map[bot.Style]string{bot.Positive: "success", bot.Negative: "danger"}

// keyboardOf draws buttons. No rows become [], never null, which the server
// refuses: that is how an edit takes the buttons away.
func keyboardOf(rows [][]bot.Button) inlineKeyboard {
	keyboard := inlineKeyboard{Rows: [][]inlineButton{}}
	for _, row := range rows {
		drawn := make([]inlineButton, len(row))
		for i, button := range row {
			drawn[i] = inlineButton{Text: botapi.Proper(button.Label), Data: button.Action.String(), URL: button.URL,
				Style: styles[button.Style]}
		}
		if len(drawn) > 0 {
			keyboard.Rows = append(keyboard.Rows, drawn)
		}
	}
	return keyboard
}

// contactKeyboard takes the place of the phone's own keyboard, with the one
// button that shares one's number.
func contactKeyboard(label string) string {
	return toJSON(tgbotapi.NewOneTimeReplyKeyboard(
		tgbotapi.NewKeyboardButtonRow(tgbotapi.NewKeyboardButtonContact(botapi.Proper(label)))))
}

// pictures are the types that are shown as photos; everything else goes as a
// document, which Telegram leaves as it is.
var pictures = map[string]bool{"image/png": true, "image/jpeg": true}

// maxPhoto is the largest photo, in bytes.
const maxPhoto = 10 << 20
