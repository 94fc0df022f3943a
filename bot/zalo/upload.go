package zalo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path"
	"strings"
	"time"
	"unicode"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// Limits on uploads, in bytes; Zalo says MB and not which, so the smaller are
// taken. [Zalo for Developers, upload]
const (
	maxImage = 1_000_000
	maxFile  = 5_000_000
	// maxFileName is in letters. [clients in use]
	maxFileName = 200
)

// Codes of the API's host about a file that was uploaded: it is gone; or the
// message is wrong, which an id that another account was given is too.
const (
	codeExpired = -100
	codeInvalid = -201
)

// uploadsLast is for how long an uploaded file is reused; it dies after seven
// days. [Zalo for Developers, upload]
const uploadsLast = 6 * 24 * time.Hour

// The two ways to upload a file.
const (
	imageUpload    = "v2.0/oa/upload/image"
	documentUpload = "v2.0/oa/upload/file"
)

// carrier is the way of one kind of file.
type carrier struct {
	path      string
	most      int    // bytes
	extension string // what a name without a right one gets
}

func (found carrier) picture() bool { return found.path == imageUpload }

// kind is as what Zalo has the file: the id of one kind is none of the other.
func (found carrier) kind() string {
	if found.picture() {
		return "image"
	}
	return "file"
}

// carriers by extension. Other files cannot be uploaded, spreadsheets among
// them.
var carriers = map[string]carrier{
	".png":  {imageUpload, maxImage, ".png"},
	".jpg":  {imageUpload, maxImage, ".jpg"},
	".jpeg": {imageUpload, maxImage, ".jpeg"},
	".pdf":  {documentUpload, maxFile, ".pdf"},
	".doc":  {documentUpload, maxFile, ".doc"},
	".docx": {documentUpload, maxFile, ".docx"},
	".csv":  {documentUpload, maxFile, ".csv"},
}

// extensions are those of what the bot makes.
var extensions = map[string]string{
	"image/png":          ".png",
	"image/jpeg":         ".jpg",
	"application/pdf":    ".pdf",
	"application/msword": ".doc",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"text/csv": ".csv",
}

// carrierOf finds the way for a file, by its type and else by its name.
func carrierOf(file bot.File) (carrier, bool) {
	kind, _, _ := strings.Cut(file.MIME, ";")
	extension, known := extensions[strings.TrimSpace(kind)]
	if !known {
		extension = strings.ToLower(path.Ext(file.Name))
	}
	found, ok := carriers[extension]
	if !ok || len(file.Content) == 0 || len(file.Content) > found.most {
		return carrier{}, false
	}
	if found.picture() && extensions[http.DetectContentType(file.Content)] == "" {
		return carrier{}, false // a picture only by its name
	}
	return found, true
}

// named is the file's name as Zalo takes it: with an extension, since without
// one an upload succeeds and gives nothing.
func (found carrier) named(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\"`, r) {
			return '_'
		}
		return r
	}, botapi.Proper(name))
	extension := path.Ext(name)
	stem := strings.TrimSuffix(name, extension)
	if right, ok := carriers[strings.ToLower(extension)]; !ok || right.path != found.path {
		stem, extension = name, found.extension
	}
	if strings.TrimSpace(stem) == "" {
		stem = "file"
	}
	return botapi.Cut(stem, maxFileName-len(extension)) + extension
}

// file sends a file by the way that its kind has, and otherwise the address
// where its reader fetches it.
func (s *sending) file(ctx context.Context, file bot.File) (ref string, err error) {
	if found, ok := carrierOf(file); ok {
		ref, err = s.carried(ctx, found, file)
		if err == nil || bot.FateOf(err) != bot.Refused || s.channel.config.Shelf == nil {
			return ref, err
		}
		// Not what Zalo takes for a picture or a document, after all.
	}
	return s.linked(ctx, file)
}

// carried sends a message that shows an uploaded file. One with a key is
// uploaded once for all who are shown it. What Zalo has no longer is uploaded
// anew.
func (s *sending) carried(ctx context.Context, found carrier, file bot.File) (ref string, err error) {
	c := s.channel
	want := bot.Upload{Owner: c.owner(), Key: file.Key, Kinds: []string{found.kind()}}
	var refused bot.Uploaded
	for range 2 {
		shown, fresh, failed := c.uploader.Bring(ctx, want, refused, func() (bot.Uploaded, error) {
			id, err := c.upload(ctx, found, file)
			return bot.Uploaded{Kind: found.kind(), Ref: id}, err
		})
		if failed != nil {
			return "", failed
		}
		ref, err = s.show(ctx, found, shown.Ref)
		if !saidCode(err, codeExpired) && (fresh || !saidCode(err, codeInvalid)) {
			break
		}
		refused = shown
	}
	return ref, err
}

// show sends a message that shows an uploaded file.
func (s *sending) show(ctx context.Context, found carrier, id string) (ref string, err error) {
	if found.picture() {
		return s.send(ctx, content{Attachment: templated(holding{TemplateType: "media",
			Elements: []element{{MediaType: "image", AttachmentID: id}}})})
	}
	return s.send(ctx, content{Attachment: &attached{Type: "file", Payload: holding{Token: id}}})
}

// upload brings a file to Zalo and returns what a message names it by. Nobody
// sees it yet, so that what was never heard may be asked again.
func (c *Channel) upload(ctx context.Context, found carrier, file bot.File) (id string, err error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", multipart.FileContentDisposition("file", found.named(file.Name)))
	kind := file.MIME
	if kind == "" {
		kind = http.DetectContentType(file.Content)
	}
	header.Set("Content-Type", kind)
	part, err := form.CreatePart(header)
	if err == nil {
		_, err = part.Write(file.Content)
	}
	if err = errors.Join(err, form.Close()); err != nil { // in memory this cannot fail
		return "", &bot.SendError{Fate: bot.Refused, Cause: err}
	}
	data, err := c.call(ctx, outgoing{path: found.path, kind: form.FormDataContentType(), body: body.Bytes(),
		patience: uploadPatience})
	if failed := (*bot.SendError)(nil); errors.As(err, &failed) && failed.Fate == bot.Uncertain {
		return "", &bot.SendError{Fate: bot.Retry, Cause: failed.Cause}
	}
	if err != nil {
		return "", err
	}
	var up struct {
		AttachmentID botapi.Word `json:"attachment_id"`
		Token        botapi.Word `json:"token"`
	}
	if json.Unmarshal(data, &up) != nil || up.AttachmentID == "" && up.Token == "" {
		return "", botapi.Refused("zalo " + found.path + ": a success with nothing in it")
	}
	if up.AttachmentID != "" {
		return string(up.AttachmentID), nil
	}
	return string(up.Token), nil
}

// linked lays a file on the shelf and sends its address.
func (s *sending) linked(ctx context.Context, file bot.File) (ref string, err error) {
	c := s.channel
	if c.config.Shelf == nil {
		return "", botapi.Refused("Zalo takes no such file, and there is no shelf to lay it on")
	}
	address, err := c.config.Shelf.Offer(ctx, Name, s.userID, file, false)
	if err != nil {
		fate := bot.Refused
		if ctx.Err() != nil {
			fate = bot.Retry // told to stop
		}
		return "", &bot.SendError{Fate: fate, Cause: fmt.Errorf("lay a file on the shelf: %w", err)}
	}
	for _, part := range botapi.Parts(botapi.Proper(c.config.Words.Link(file.Name, address)), c.limit) {
		if ref, err = s.send(ctx, content{Text: part}); err != nil {
			return "", err
		}
	}
	return ref, nil
}
