package page

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
)

// Register puts what belongs to no matter into the book.
func (f *front) Register(b *kit.Book) {
	b.Misheard, b.Both, b.Aside, b.Elsewhere, b.Attached = f.misheard, f.both, f.aside, f.elsewhere, f.attached
	b.AsideOf, b.Choice = understand.Aside, b.Choose

	b.Screen("menu", f.menuButton, kit.Open, kit.Intent(bot.Menu, "menu"))
	b.Screen("help", f.help, kit.Open, kit.Intent(bot.Help, "help"))
	b.Screen("unclear", f.unclear, kit.Staff, kit.Label("unclear"))
	b.Screen("keepphrases", f.keepPhrases, kit.Inner)
	b.Intents[bot.Cancel], b.Intents[bot.Back] = f.nothingToCancel, f.menu
}
