package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// Fetch reads a file that a person sent. The address is made here: the library
// knows only api.telegram.org, and its links hold the token. Telegram gives out
// at most 20 MB.
func (c *Channel) Fetch(ctx context.Context, id string, limit int64) ([]byte, error) {
	result, err := c.ask(ctx, "getFile", tgbotapi.Params{"file_id": id})
	if err != nil {
		return nil, err
	}
	var file tgbotapi.File
	if err := json.Unmarshal(result, &file); err != nil || !fs.ValidPath(file.FilePath) || file.FilePath == "." {
		return nil, c.sendError(&failure{method: "getFile", code: http.StatusBadRequest,
			description: "no path that can be fetched"})
	}
	if int64(file.FileSize) > limit {
		return nil, bot.ErrFileTooLarge
	}
	f := &failure{method: "file"}
	address := *c.files
	address.Path += file.FilePath
	request := (&http.Request{Method: http.MethodGet, URL: &address, Host: address.Host,
		Header: http.Header{}}).WithContext(ctx)
	response, err := c.client.Do(request)
	if err != nil {
		f.cause = botapi.Redact(err, c.token)
		return nil, c.sendError(f)
	}
	defer response.Body.Close()
	if f.status = response.StatusCode; f.status != http.StatusOK {
		return nil, c.sendError(f)
	}
	content, err := botapi.ReadFile(response, limit)
	if err != nil && !errors.Is(err, bot.ErrFileTooLarge) {
		f.cause = botapi.Redact(err, c.token)
		err = c.sendError(f)
	}
	return content, err
}
