// Package bot is the conversation: what a person did comes in as an Inbound,
// what they read goes out as a Reply, and nothing here knows SQL or HTTP.
//
// # The way of one message
//
// A channel (bot/telegram, bot/web) receives an event by webhook, poll or page
// and decodes it into an Inbound: the channel's own wire format ends there. It
// hands the Inbound to Dispatcher.Handle and acknowledges the event only when
// that returns nil.
//
// The Dispatcher locks the conversation, so that one person's messages are
// answered one at a time, and asks Sessions whether the event was handled
// before and whether the person is going too fast. People tells who it is: a
// Speaker with the services.Actor that every service call takes. The Actor
// carries the event's name, under which a service remembers in the database
// that this event has had its effect: a repeated event changes nothing twice,
// even when Redis has forgotten it.
//
// Then route decides what the person means, in this order:
//
//  1. an invite link opens the linking form;
//  2. a pressed button names a screen, or belongs to the running form;
//  3. a running form takes the text as the answer to its question, unless the
//     text is one of the words that work everywhere (huỷ, quay lại, trợ giúp, menu);
//  4. whoever is not linked, or has not agreed to their data being kept, gets
//     just that;
//  5. a saying presses its button, and an aside ("cảm ơn em") gets a kind word;
//  6. other text goes to bot/understand, which returns a Meaning. Where it is
//     sure, the Book says which screen shows its Intent; where it is not, or
//     there are two, the person is asked.
//
// What needs a fresh code refuses without one. Dispatcher.act then asks for the
// code, keeps what was to be done in Position.Waits, and presses it again once the
// code is right.
//
// A screen (bot/page) calls services with the actor and returns a Reply,
// which is data. A change is one database transaction: the rows, an entry in
// the journal, and a job for each person to be told. The screen's Reply goes
// back through the Dispatcher, the only place that answers, to the channel,
// which draws it as well as it can.
//
// Everybody else is told by bot/delivery, which works the jobs: it draws the
// message for its recipient at the moment of sending and redraws cards that the
// change has made out of date.
//
// # Forms
//
// A Form is a table of Steps that bot/dialog fills. Answers are kept in a draft
// row of the database after each step; Redis holds only which form the person is
// in. Losing Redis loses nobody's typing: the menu offers to go on. What was said before a
// question comes up answers it; a question that is opened again leaves the
// answers after it as they are; and who comes back after a while is told where
// they were before their words are taken for an answer. See docs/conversation.md.
//
// # When something fails
//
// Every event ends in one of three ways. It is handled and committed. It is
// refused with words: a *services.Error has a code, and bot/texts has the
// sentence. Or Handle returns an error and the platform delivers the event
// again: that is for what time mends, such as a database that is away.
package bot
