package kit

import (
	"canbobot/bot/texts"
	"canbobot/services/year"
)

// SourceName is whose money it is, as staff say it.
func (k Kit) SourceName(source string) string {
	if k.Texts.Has("source_name." + source) {
		return k.Say("source_name." + source)
	}
	return source
}

// Overruns warns of sources that the year is going to cost too much of.
func (k Kit) Overruns(lines *Lines, over []year.SourceSum) {
	for _, source := range over {
		lines.Say("budget.over", "source", k.SourceName(source.Source), "forecast", texts.Money(source.Forecast), "budget",
			texts.Money(source.Budget), "rest", texts.Money(source.Forecast-source.Budget))
	}
}
