package told

import (
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// Register puts the messages into the book.
func (p *Page) Register(b *kit.Book) {
	b.Message(outbox.ChannelTrouble, p.trouble)
	b.Message(outbox.JournalBroken, p.journalBroken)
	b.Message(outbox.JournalHead, p.journalHead)
}
