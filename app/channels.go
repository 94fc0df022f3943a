package app

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"canbobot/bot"
	"canbobot/bot/page"
	"canbobot/bot/session"
)

// constructors make the channels, each nil where its settings are missing. What a
// channel wants besides talking it says itself: bot/channel.go has the powers that
// are asked, routed is one more.
var constructors = []func(ctx context.Context, s *opening) bot.Channel{openTelegram, openZalo, openZaloBot}

// opening is what a channel is made of.
type opening struct {
	*App
	shelf bot.Shelf
	// count adds to the counters of a channel.
	count func(channel string) func(what string)
}

// routed is a channel with addresses of its own on our HTTP server: for what its
// platform pushes, which goes to handler, and for what it fetches.
type routed interface {
	Routes(handler bot.Handler) map[string]http.Handler
}

// openChannels makes the channels that have their settings.
func (s *service) openChannels(ctx context.Context) {
	o := &opening{App: s.App, shelf: shelf{service: s.Ward.Downloads, publicURL: s.Settings.PublicURL},
		count: s.metrics.counter}
	for _, open := range constructors {
		if channel := open(ctx, o); channel != nil {
			s.channels = append(s.channels, channel)
		}
	}
}

// mount gives each channel its handler, through an inbox where it needs one, and
// the addresses that it wants.
func (s *service) mount(mux *http.ServeMux) error {
	s.handlers = map[string]bot.Handler{}
	for _, channel := range s.channels {
		name, handler := channel.Name(), bot.Handler(measured{next: s.counter.Dispatcher, metrics: s.metrics})
		if boxed, ok := channel.(bot.Boxed); ok {
			box, err := s.inbox(name, handler)
			if err != nil {
				return err
			}
			handler = box.Handler(boxed.Repeats())
		}
		s.handlers[name] = handler
		if routed, ok := channel.(routed); ok {
			for pattern, serves := range routed.Routes(handler) {
				mux.Handle(pattern, serves)
			}
		}
	}
	return nil
}

// run has the channels do what they do by themselves until ctx ends.
func (s *service) run(ctx context.Context, running *sync.WaitGroup) {
	for _, channel := range s.channels {
		if runner, ok := channel.(bot.Runner); ok {
			running.Go(func() { runner.Run(ctx, s.handlers[channel.Name()]) })
		}
	}
}

// paces are how fast the platforms let a bot write.
func paces(channels []bot.Channel) map[string]session.Limit {
	all := map[string]session.Limit{}
	for _, channel := range channels {
		if paced, ok := channel.(bot.Paced); ok {
			all[channel.Name()] = paced.Pace()
		}
	}
	return all
}

// doors are the channels that people can come in by, and how.
func doors(channels []bot.Channel) (names []string, all []bot.Door) {
	for _, channel := range channels {
		if opener, ok := channel.(bot.Opener); ok && opener.Door().Chat != "" {
			names, all = append(names, channel.Name()), append(all, opener.Door())
		}
	}
	return names, all
}

// links are the addresses that invites may be handed out with.
func (s *service) links() []page.Link {
	var links []page.Link
	names, all := doors(s.channels)
	for i, door := range all {
		link := page.Link{Channel: names[i], Chat: door.Chat, Pattern: door.Chat}
		switch {
		case door.Start != "":
			link.Pattern = door.Start + "%s"
		case s.Settings.PublicURL != "": // a page that shows the code: the chat opens with nothing typed
			link.Pattern = s.Settings.PublicURL + "/join#%s"
		}
		links = append(links, link)
	}
	return links
}

// ways are the apps of the page behind an invite's QR code, before all those that
// do not take the code by themselves: for them the page is made.
func (s *service) ways() []way {
	var all []way
	names, found := doors(s.channels)
	for i, door := range found {
		all = append(all, way{Label: s.Words.Say("join.open_"+names[i], nil), Address: door.Chat, Start: door.Start})
	}
	slices.SortStableFunc(all, func(a, b way) int { return min(len(a.Start), 1) - min(len(b.Start), 1) })
	return all
}

// webhookPath is where a channel's platform pushes to.
func webhookPath(channel string) string { return fmt.Sprintf("/webhooks/%s", channel) }
