package year_test

import (
	"context"
)

var ctx = context.Background()
