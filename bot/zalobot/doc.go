// Package zalobot is the Zalo Bot Platform as a channel: a bot that the ward
// makes in the Zalo app. It is another thing than an Official Account, which is
// bot/zalo; ids, tokens and events of the two have nothing in common.
//
// The platform carries plain text and pictures, and nothing else. What that
// means, and where each point is met:
//
//   - No buttons: choices are numbered lines under the text, and the number that
//     is typed is the choice: send.go.
//   - No edit and no delete: there is no bot.Editor, and callers send anew.
//   - No upload: a picture is fetched by the platform, more than once and
//     slowly, from an address that Shelf gives; every other file is an address
//     in a text: send.go.
//   - The token stands in every URL, and net/http prints URLs in errors: api.go.
//   - An answer's HTTP status says little: `ok` in its body decides. A token that
//     is no good may be answered by a page of HTML: failure.go.
//   - getUpdates gives each update out once and hears of no confirmation. What it
//     has returned exists nowhere else, so the handler of Poll must keep it:
//     poll.go.
//   - An idle poll ends as an error, 408, which is none: poll.go.
//   - Ids are strings that look like numbers to some, the picture of an event has
//     had two names, dates are milliseconds and were seconds: decode.go.
//   - There is no event for a blocked or a closed chat.
//
// The documentation is thin and was read at second hand. What is uncertain is
// taken in every known shape, and sent in the one that clients in use send.
package zalobot
