package money_test

import (
	"context"
	"flag"

	"canbobot/models/storetest"
)

func init() {
	if storetest.Watched {
		flag.Set("rapid.checks", "15")
	}
}

var ctx = context.Background()
