// Package zalo is the Official Account (OA) API of Zalo as a channel. The bots
// of the Zalo Bot Platform are another thing, which is bot/zalobot; ids, tokens
// and events of the two have nothing in common.
//
// The API changed on 01/01 and 01/03/2026: older tutorials and libraries are
// wrong about windows, quotas and templates. What its users know to be traps,
// and where each is met:
//
//   - An error comes with HTTP 200: `error` in the body decides, and may be a
//     string. -32 and -223 mean two things each, which only the message tells
//     apart; -100 means one thing on each host: failure.go and codes.go.
//   - The API's version is a matter of each path and not of the whole: message/cs
//     is v3.0; uploads, getoa and reactions are v2.0, and v3.0 of them is 404.
//   - Ids are strings here and numbers there, and exceed what a float64 holds:
//     botapi.Word, in api.go.
//   - An access token dies the moment its successor is made, perhaps by another
//     replica: api.go has it renewed once, and asks once more.
//   - A refresh token works once, and a refused refresh may come with HTTP 200
//     and without a code: oauth.go takes a pair only when both halves are there,
//     and tells what was refused from what was never heard.
//   - appsecret_proof is an HMAC; the signature of an event is a plain hash:
//     api.go and signature.go.
//   - A message carries no key by which a repetition could be told, so what was
//     asked and never answered stays uncertain: failure.fate.
//   - More than 2,000 letters are refused and not cut, and decomposed Vietnamese
//     is longer by a third: draw.go composes, counts letters, keeps a twentieth
//     free and splits.
//   - A button that breaks a rule has the whole message refused, and a payload cut
//     short would mean something else. So either all buttons are drawn, or none
//     and the choices are numbered: draw.go.
//   - A pressed button comes back as a text that anybody can type: payloads begin
//     with "#" and are authorised like anything typed.
//   - There is no edit and no delete: there is no bot.Editor, and callers send
//     anew.
//   - Uploads take png, jpeg, pdf, doc, docx and csv, and no spreadsheet. Without
//     an extension in the file's name the answer is a success with nothing in it.
//     What was uploaded dies after a week: upload.go uploads for each message, and
//     has the rest laid on the shelf.
//   - A form filled in by a person says what they typed, and proves nothing:
//     send.go.
//   - Writing is free for 48 hours after a person was last heard of, costs money up
//     to the seventh day, and is refused afterwards: window.go. Only templates
//     go out at any time: template.go.
//   - The address of what a person sent comes from outside: fetch.go asks Zalo's
//     hosts alone, and without the token.
//   - There is no sandbox: zalotest is the account that tests are made with.
//
// The documentation was read at second hand. What is uncertain is a setting, or
// is taken in every known shape.
package zalo
