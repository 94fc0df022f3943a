package telegram

import (
	"context"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// As what Telegram has a file: the id of one kind cannot be sent as the other.
const (
	photo    = "photo"
	document = "document"
)

// methods send a file of a kind.
var methods = map[string]string{photo: "sendPhoto", document: "sendDocument"}

// kindsOf are the kinds as which a file may go: a picture is a photo, or else,
// like everything, a document.
func kindsOf(file bot.File) []string {
	if pictures[file.MIME] && len(file.Content) <= maxPhoto {
		return []string{photo, document}
	}
	return []string{document}
}

// file sends a file. One with a key is uploaded with the message to whoever is
// the first, and goes to everybody else by the id that Telegram gave it. An id
// that Telegram does not take any more is forgotten, and the file uploaded anew.
func (s *sending) file(ctx context.Context, file bot.File, markup string) (ref string, err error) {
	c := s.channel
	want := bot.Upload{Owner: c.owner, Key: file.Key, Kinds: kindsOf(file)}
	var refused bot.Uploaded
	for range 2 {
		known, fresh, err := c.uploader.Bring(ctx, want, refused, func() (made bot.Uploaded, err error) {
			ref, made, err = s.upload(ctx, file, markup)
			return made, err
		})
		if err != nil || fresh {
			return ref, err
		}
		params := s.fileParams(markup)
		params[known.Kind] = known.Ref
		ref, err = s.send(ctx, methods[known.Kind], params)
		if !idRefused(err) {
			if known.Kind == photo && bot.FateOf(err) == bot.Refused {
				break // this chat may take no photos, but documents
			}
			return ref, err
		}
		refused = known
	}
	ref, _, err = s.upload(ctx, file, markup)
	return ref, err
}

// idRefused reports whether Telegram refused the id of a file: "wrong file
// identifier", "wrong remote file identifier specified", FILE_REFERENCE_EXPIRED,
// "type of file mismatch" and the like.
func idRefused(err error) bool {
	return refusedAs(err, "file") || refusedAs(err, "MEDIA_") || refusedAs(err, "PHOTO_")
}

// upload sends a message with the file in it: a picture as a photo and
// everything else as a document.
func (s *sending) upload(ctx context.Context, file bot.File, markup string) (ref string, made bot.Uploaded, err error) {
	data := tgbotapi.FileBytes{Name: botapi.Proper(file.Name), Bytes: file.Content}
	for _, kind := range kindsOf(file) {
		var message sent
		message, err = s.deliver(ctx, methods[kind], s.fileParams(markup), tgbotapi.RequestFile{Name: kind, Data: data})
		if err == nil {
			return message.ref(), message.file(kind), nil
		}
		if bot.FateOf(err) != bot.Refused {
			break
		}
		// Too wide, too long or not quite a picture: a document takes anything.
	}
	return "", bot.Uploaded{}, err
}

func (s *sending) fileParams(markup string) tgbotapi.Params {
	params := tgbotapi.Params{"chat_id": s.chatID}
	if s.protect {
		params["protect_content"] = "true"
	}
	if markup != "" {
		params["reply_markup"] = markup
	}
	return params
}

// file is what Telegram calls the file of a message: the largest size of a photo.
func (m sent) file(kind string) bot.Uploaded {
	if kind == document {
		return bot.Uploaded{Kind: kind, Ref: m.Document.ID}
	}
	made, most := bot.Uploaded{Kind: kind}, -1
	for _, size := range m.Photo {
		if area := size.Width * size.Height; area > most {
			made.Ref, most = size.ID, area
		}
	}
	return made
}
