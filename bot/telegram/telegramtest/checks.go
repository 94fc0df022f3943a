package telegramtest

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// styled is a text with its markup resolved.
type styled struct {
	text string
	bold []string
}

func units(text string) int { return len(utf16.Encode([]rune(text))) }

// style resolves the markup of a text field as strictly as Telegram does, from
// HTML or from entities.
func style(params map[string]string, field, entities string) (styled, error) {
	text := params[field]
	if !utf8.ValidString(text) {
		return styled{}, bad("strings must be encoded in UTF-8")
	}
	switch params["parse_mode"] {
	case "":
		return fromEntities(strings.TrimRight(text, " \n"), params[entities])
	case "HTML":
		if params[entities] != "" {
			return styled{}, bad("can't use both parse_mode and entities") // ours: the real one ignores entities
		}
		return fromHTML(text)
	}
	return styled{}, bad("unsupported parse_mode")
}

func fromEntities(text, raw string) (styled, error) {
	result := styled{text: text}
	if raw == "" {
		return result, nil
	}
	var entities []struct {
		Type   string `json:"type"`
		Offset int    `json:"offset"`
		Length int    `json:"length"`
	}
	if err := json.Unmarshal([]byte(raw), &entities); err != nil || entities == nil {
		return result, bad("can't parse MessageEntity")
	}
	letters := utf16.Encode([]rune(text))
	for _, e := range entities {
		if e.Length <= 0 || e.Offset < 0 || e.Offset+e.Length > len(letters) {
			return result, bad("entity out of the text") // ours: the real one drops it in silence
		}
		if e.Type == "bold" {
			result.bold = append(result.bold, string(utf16.Decode(letters[e.Offset:e.Offset+e.Length])))
		}
	}
	return result, nil
}

var tag = regexp.MustCompile(`<(/?)([a-z]+)[^<>]*>`)

func fromHTML(text string) (styled, error) {
	result := styled{}
	var open []string
	for _, found := range tag.FindAllStringSubmatch(text, -1) {
		switch found[2] {
		case "b", "i", "u", "s", "code", "pre", "a":
		default:
			return result, bad("can't parse entities: Unsupported start tag \"" + found[2] + "\"")
		}
		if found[1] == "" {
			open = append(open, found[2])
			continue
		}
		if len(open) == 0 || open[len(open)-1] != found[2] {
			return result, bad("can't parse entities: Unexpected end tag")
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		return result, bad("can't parse entities: Can't find end tag corresponding to start tag \"" + open[0] + "\"")
	}
	for _, found := range regexp.MustCompile(`(?s)<b>(.*?)</b>`).FindAllStringSubmatch(text, -1) {
		result.bold = append(result.bold, html.UnescapeString(tag.ReplaceAllString(found[1], "")))
	}
	text = tag.ReplaceAllString(text, "")
	if strings.ContainsAny(text, "<>") {
		return result, bad("can't parse entities: Unsupported start tag")
	}
	result.text = html.UnescapeString(text)
	return result, nil
}

func checkText(text string, most int) error {
	switch n := units(text); {
	case strings.TrimSpace(text) == "":
		return bad("message text is empty")
	case n > most:
		return bad("message is too long")
	}
	return nil
}

// Keyboards as the real server bounds them.
const (
	mostButtons = 100
	mostData    = 64
)

var styleNames = map[string]bool{"": true, "success": true, "danger": true, "primary": true}

// markup is a checked reply_markup.
type markup struct {
	buttons  [][]Button
	keyboard *keyboard // a reply keyboard to show
	remove   bool      // the reply keyboard is to go
}

// keyboard is what takes the place of the phone's own keyboard.
type keyboard struct {
	labels [][]string
	asks   bool
	once   bool
}

// readMarkup reads and checks reply_markup.
func readMarkup(params map[string]string, private bool) (markup, error) {
	text := params["reply_markup"]
	if text == "" {
		return markup{}, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil || fields == nil {
		return markup{}, bad("object expected as reply markup")
	}
	switch {
	case fields["inline_keyboard"] != nil:
		rows, err := readButtons(fields["inline_keyboard"])
		return markup{buttons: rows}, err
	case fields["keyboard"] != nil:
		board, err := readKeyboard(fields, private)
		return markup{keyboard: board}, err
	case string(fields["remove_keyboard"]) == "true":
		return markup{remove: true}, nil
	}
	return markup{}, bad("can't parse reply keyboard markup JSON object")
}

func readButtons(raw json.RawMessage) ([][]Button, error) {
	if string(raw) == "null" {
		return nil, bad("field \"inline_keyboard\" must be of type Array")
	}
	var rows [][]Button
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, bad("can't parse inline keyboard button")
	}
	count := 0
	for _, row := range rows {
		if row == nil {
			return nil, bad("inline keyboard row must be of type Array")
		}
		count += len(row)
		for _, button := range row {
			if err := checkButton(button); err != nil {
				return nil, err
			}
		}
	}
	if count > mostButtons {
		return nil, bad("reply markup is too long")
	}
	return rows, nil
}

func checkButton(button Button) error {
	switch {
	case strings.TrimSpace(button.Text) == "":
		return bad("text buttons must be non-empty")
	case len(button.Data) > mostData:
		return bad("BUTTON_DATA_INVALID")
	case (button.Data == "") == (button.URL == ""):
		return bad("text buttons are unallowed in the inline keyboard")
	case !styleNames[button.Style]:
		return bad("invalid button style specified")
	}
	if button.URL != "" {
		address, err := url.Parse(button.URL)
		if err != nil || (address.Scheme != "http" && address.Scheme != "https" && address.Scheme != "tg") ||
			address.Host == "" {
			return bad(fmt.Sprintf("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", button.URL))
		}
	}
	return nil
}

func readKeyboard(fields map[string]json.RawMessage, private bool) (*keyboard, error) {
	var rows [][]struct {
		Text    string `json:"text"`
		Contact bool   `json:"request_contact"`
	}
	if err := json.Unmarshal(fields["keyboard"], &rows); err != nil || rows == nil {
		return nil, bad("can't parse reply keyboard markup JSON object")
	}
	board := &keyboard{once: string(fields["one_time_keyboard"]) == "true"}
	for _, row := range rows {
		var labels []string
		for _, button := range row {
			if strings.TrimSpace(button.Text) == "" {
				return nil, bad("keyboard button text must be non-empty")
			}
			if button.Contact && !private {
				return nil, bad("phone number can be requested in private chats only")
			}
			labels = append(labels, button.Text)
			board.asks = board.asks || button.Contact
		}
		board.labels = append(board.labels, labels)
	}
	return board, nil
}
