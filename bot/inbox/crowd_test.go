package inbox

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Many people at once, a database that comes and goes, and a restart: everything
// is handled, and everybody's events in order.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		const people, each = 20, 30
		for half := range 2 {
			w.run()
			var crowd sync.WaitGroup
			for p := range people {
				crowd.Go(func() {
					for i := range each / 2 {
						w.give(false, fmt.Sprintf("%c%03d", 'a'+p, half*each/2+i))
						<-time.After(time.Duration(p*37%11) * 100 * time.Millisecond)
					}
				})
			}
			for i := range 10 {
				w.down.Store(i%2 == 0)
				pass(700 * time.Millisecond)
			}
			w.down.Store(true)
			crowd.Wait()
			w.reopen()
			w.down.Store(false)
		}
		w.run()
		pass(time.Minute)
		w.expectWaiting(0)
		for p := range people {
			own := only(string(rune('a'+p)), w.handled)
			if len(own) != each || !slices.IsSorted(own) {
				t.Errorf("handled %q", own)
			}
		}
		if w.counted(Spooled) == 0 || w.counted(Spooled) == people*each {
			t.Errorf("the crowd tried only one way: %v", w.counts)
		}
	})
}
