package zalo

import (
	"context"
	"encoding/json"
	"strings"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// Account is what Zalo says about the Official Account. Sending hangs on the
// last three.
type Account struct {
	ID           string
	Name         string
	Verified     bool
	Package      string // its name; empty when the account has none
	CloudAccount bool   // a Zalo Cloud Account is linked, which pays for templates
}

// Account asks whose the token is, and tells the channel.
func (c *Channel) Account(ctx context.Context) (Account, error) {
	const path = "v2.0/oa/getoa"
	data, err := c.call(ctx, outgoing{path: path, patience: callPatience})
	if err != nil {
		return Account{}, err
	}
	var said struct {
		OAID     botapi.Word     `json:"oaid"`
		ID       botapi.Word     `json:"oa_id"`
		Name     botapi.Word     `json:"name"`
		Verified botapi.Word     `json:"is_verified"`
		Package  botapi.Word     `json:"package_name"`
		Cloud    json.RawMessage `json:"linked_ZCA"`
	}
	if json.Unmarshal(data, &said) != nil || said.OAID == "" && said.ID == "" {
		return Account{}, &bot.SendError{Fate: bot.Retry, Cause: &failure{method: path, asked: true, status: 200}}
	}
	account := Account{
		ID: string(said.OAID), Name: string(said.Name), Package: strings.TrimSpace(string(said.Package)),
		Verified: yes(json.RawMessage(said.Verified)), CloudAccount: yes(said.Cloud),
	}
	if account.ID == "" {
		account.ID = string(said.ID)
	}
	c.OwnedBy(account.ID)
	return account, nil
}

// yes reads a field of which it is not documented whether it is a boolean, a
// number, a string or a thing.
func yes(raw json.RawMessage) bool {
	switch strings.ToLower(strings.Trim(string(raw), `" `)) {
	case "", "false", "0", "null", "{}", "[]", "no", "none":
		return false
	}
	return true
}
