package bot

import "strings"

// Drawer is a channel that can write down, without its platform, what a person
// sees of a reply: one string a message.
type Drawer interface {
	Drawn(reply Reply) []string
}

// DrawnWith writes the rest of a reply under its messages: files as "(name)", a row
// of buttons as "[Duyệt] [Trả lại]" where the channel draws such, and what shares
// one's number as "[[label]]".
func DrawnWith(messages []string, reply Reply, buttons bool) []string {
	var under []string
	for _, file := range reply.Files {
		under = append(under, "("+file.Name+")")
	}
	for _, row := range reply.Buttons {
		var labels []string
		for _, button := range row {
			labels = append(labels, "["+button.Label+"]")
		}
		if buttons && len(labels) > 0 {
			under = append(under, strings.Join(labels, " "))
		}
	}
	if reply.AskContact != "" {
		under = append(under, "[["+reply.AskContact+"]]")
	}
	if len(under) == 0 {
		return messages
	}
	if len(messages) == 0 {
		return []string{strings.Join(under, "\n")}
	}
	last := len(messages) - 1
	messages[last] = strings.Join(append([]string{messages[last]}, under...), "\n")
	return messages
}

// DrawnTitle is a title in bold over its text.
func DrawnTitle(title, text string) string {
	if title == "" {
		return text
	}
	return strings.TrimRight("*"+title+"*\n"+text, "\n")
}
