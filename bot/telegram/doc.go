// Package telegram is the Telegram Bot API as a channel.
//
// go-telegram-bot-api/v5 speaks the wire format; its defects stay behind api.go
// and poll.go. The library is of 2022 and the server of today: nothing that is
// sent here has been removed since, what is newer (button styles, secret_token,
// link_preview_options) goes in as plain parameters, and no field that is read
// here has changed its type.
//
// What its users know to be traps, and where each is met:
//
//   - The token stands in every URL, and net/http prints URLs in errors: the
//     library is given a placeholder, and the real URL is made in exchange.Do.
//     Its debug log, which prints phone numbers and names, is never switched
//     on, and its file links, which hold the token, are never made.
//   - The library has no context, and its constructor calls getMe: a literal
//     BotAPI is made for each call, which also keeps it free of shared state.
//   - GetUpdatesChan acknowledges before handling, cannot be stopped cleanly,
//     loses its place when update ids start anew, and stops for ever at one bad
//     update: Poll is a loop of our own.
//   - UploadFiles leaves the error code at 0 and leaks its writer when the
//     client returns early: failed and exchange.Do.
//   - An upload is a stream that cannot be sent twice: files are small and in
//     memory, and a repetition makes a fresh request. File ids are not kept for
//     reuse; a file of the bot is made for one person.
//   - Answers that are not JSON (a proxy's page) are typed: failed.
//   - Send expects a Message where the API answers true: raw requests are made,
//     and of a result only what is needed is read.
//   - A keyboard of no rows must be [] and never null: draw.go.
//   - Callback data may be forged, a message inaccessible, a contact somebody
//     else's: decode.go.
//   - A message may have been sent although nothing was heard: failure.fate.
//   - Telegram may be blocked in the country: nothing is asked at start-up, and
//     a proxy from the environment is used.
package telegram
