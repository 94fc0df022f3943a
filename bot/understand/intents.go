package understand

import (
	"math/bits"

	"canbobot/bot"
)

// intentCount bounds the intents there can be.
const intentCount = 32

// intentIndex gives the place in bot.Intents of each frame's intent.
var intentIndex = func() []int {
	at := make([]int, len(frames))
	for i, fr := range frames {
		at[i] = -1
		for k, intent := range bot.Intents {
			if intent == fr.intent {
				at[i] = k
			}
		}
	}
	return at
}()

func trailing(word uint64) int { return bits.TrailingZeros64(word) }
