package session

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestBoundedForgets(t *testing.T) {
	clock := newWatch()
	b := newBounded[int](clock.Now, 2)
	b.set("a", 1, time.Minute)
	b.set("b", 2, time.Hour)
	b.get("a")
	b.set("c", 3, time.Minute) // full: b was not used for longest
	if _, ok := b.get("b"); ok {
		t.Error("b is kept beyond the bound")
	}
	if v, ok := b.get("a"); !ok || v != 1 {
		t.Error("a is gone")
	}
	clock.Advance(30 * time.Second)
	if v := b.change("a", time.Minute, func(v int) int { return v + 1 }); v != 2 {
		t.Errorf("changed to %d", v)
	}
	clock.Advance(30 * time.Second)
	if _, ok := b.get("a"); ok {
		t.Error("a change prolongs the time")
	}
	if len(b.byKey) != b.order.Len() || len(b.byKey) != 1 {
		t.Errorf("%d keys, %d in order", len(b.byKey), b.order.Len())
	}
	b.delete("c")
	b.delete("c")
	if _, ok := b.get("c"); ok {
		t.Error("c is not deleted")
	}
}

func TestQueueKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		ctx := t.Context()
		if err := q.lock(ctx, "k"); err != nil {
			t.Fatal(err)
		}
		var order []int
		done := make(chan int, 4)
		impatient, cancel := context.WithCancel(ctx)
		for i := range 4 {
			go func() {
				waiting := ctx
				if i == 1 {
					waiting = impatient
				}
				err := q.lock(waiting, "k")
				if i == 1 {
					if !errors.Is(err, context.Canceled) {
						t.Errorf("gave up with %v", err)
					}
					done <- i
					return
				}
				order = append(order, i)
				q.unlock("k")
				done <- i
			}()
			synctest.Wait()
		}
		cancel()
		synctest.Wait()
		q.unlock("k")
		for range 4 {
			<-done
		}
		if len(order) != 3 || order[0] != 0 || order[1] != 2 || order[2] != 3 {
			t.Errorf("order %v", order)
		}
		if len(q.waiting) != 0 {
			t.Error("keys stay behind")
		}
		if err := q.lock(ctx, "k"); err != nil {
			t.Error(err)
		}
		q.unlock("k")
	})
}
