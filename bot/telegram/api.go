package telegram

import (
	"bytes"
	"canbobot/bot/botapi"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"sync/atomic"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// The library sees this instead of the token and of the server's address, so
// that nothing it says can tell them.
const (
	placeholder         = "TOKEN"
	placeholderEndpoint = "http://telegram.invalid/bot%s/%s"
)

// maxAnswer bounds an answer in memory. The largest is a full batch of updates:
// 100 messages of 4,096 letters with markup.
const maxAnswer = 16 << 20

// call makes one request through the library. A failure is a *failure.
func (c *Channel) call(ctx context.Context, client *http.Client, method string, params tgbotapi.Params,
	files ...tgbotapi.RequestFile) (json.RawMessage, error) {
	if c.fault != nil {
		return nil, c.fault
	}
	e := &exchange{ctx: ctx, channel: c, client: client}
	// A value of its own for each call: the library's has no context.
	api := tgbotapi.BotAPI{Token: placeholder, Client: e}
	api.SetAPIEndpoint(placeholderEndpoint)
	var answer *tgbotapi.APIResponse
	var err error
	if len(files) > 0 {
		answer, err = api.UploadFiles(method, params, files)
	} else {
		answer, err = api.MakeRequest(method, params)
	}
	if err != nil {
		return nil, c.failed(method, e, answer, err)
	}
	return answer.Result, nil
}

// exchange is one request and its answer: the HTTP client that the library is
// given.
type exchange struct {
	ctx     context.Context // of the call: the library passes none
	channel *Channel
	client  *http.Client

	asked  atomic.Bool // something may have reached the server
	status int         // of the answer; 0 when none came
	page   bool        // the answer is something, but no JSON object: something on the way made it
}

// Do sends the request to the real address and reads the whole answer.
func (e *exchange) Do(request *http.Request) (*http.Response, error) {
	c := e.channel
	if e.client != c.patient { // a long poll must not take the place of an answer
		select {
		case c.underway <- struct{}{}:
			defer func() { <-c.underway }()
		case <-e.ctx.Done():
			// Only a request that reaches net/http has its body closed there. An
			// upload's is a pipe, whose writer would otherwise wait for ever.
			request.Body.Close()
			return nil, e.ctx.Err()
		}
	}
	address := *c.methods
	address.Path += path.Base(request.URL.Path)
	request = request.WithContext(botapi.Asked(e.ctx, &e.asked))
	request.URL, request.Host = &address, address.Host

	response, err := e.client.Do(request)
	if err != nil {
		return nil, botapi.Redact(err, c.token)
	}
	defer response.Body.Close()
	e.status = response.StatusCode
	body, err := botapi.Read(response.Body, maxAnswer)
	if err != nil {
		return nil, botapi.Redact(err, c.token)
	}
	start := bytes.TrimLeft(body, " \t\r\n")
	e.page = len(start) > 0 && start[0] != '{'
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}
