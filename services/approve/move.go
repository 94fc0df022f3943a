package approve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Right is what a move asks of the actor besides the role.
type Right int

const (
	AnyRight  Right = iota
	Signs           // under the step that waits; the last signature makes the move
	Answers         // may sign the step that waits, and says no
	TakesBack       // has signed, or was signed for, and nobody has signed a later step
)

// Move takes an item from a state to the next.
type Move[T any, S ~string] struct {
	Action string // in the journal
	From   S
	To     S // zero where Do sets it
	Roles  []services.Role
	Right  Right
	Fresh  services.Guarded // asks for a fresh code, whatever the rule says
	Anew   bool             // what was signed counts no longer: it is looked at again
	Reason string
	// May refuses the actor before anything is looked at, Prepare what does not
	// stand any longer, once the actor may sign.
	May     func(act *Act[T]) error
	Prepare func(act *Act[T]) error
	// Do changes the row, and whatever goes with it; Tell tells others. Neither is
	// called while further signatures are missing.
	Do   func(act *Act[T]) error
	Tell func(act *Act[T]) error
}

// Make makes a move in one transaction: who may, in the version that was seen,
// with a fresh code, the signature, what it does, the journal, whom to tell, the
// cards. Of two at once one wins; the other is refused with
// conflict/moved.NAME.decided, outdated or signed, and with by, at and state. Who
// may not sign is denied own, concerns_you, role, turn, signed or later, or as
// Codes says; a signature that is not theirs to take back is denied/not_signed,
// or conflict/moved.NAME.signed_on.
func (of *Items[T, S]) Make(ctx context.Context, actor services.Actor, id int64, version int, move Move[T, S]) (T,
	error) {
	var row T
	if err := of.may(actor, move); err != nil {
		return row, of.denied(ctx, actor, id, move.Action, err)
	}
	err := of.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, of.clock, actor); err != nil {
			return err
		}
		found, item, err := of.Take(tx, actor, id)
		if err != nil {
			return err
		}
		row = found
		act := &Act[T]{Context: ctx, TX: tx, Actor: actor, Row: &row, Before: found, Item: item, Action: move.Action,
			Reason: move.Reason, Now: of.clock.UTC(), Detail: journal.Detail{}}
		if move.May != nil {
			if err := move.May(act); err != nil {
				return err
			}
		}
		if item.State != string(move.From) || item.Version != version {
			return of.MovedOn(tx, item)
		}
		return of.make(act, move)
	})
	return row, of.denied(ctx, actor, id, move.Action, err)
}

// denied writes down that a decision was denied: who tried what, and why not. It
// returns the refusal. To be asked for a code first is none.
func (of *Items[T, S]) denied(ctx context.Context, actor services.Actor, id int64, action string, refusal error) error {
	if services.KindOf(refusal) != services.KindDenied || services.CodeOf(refusal) == "step_up" || actor.Ward == 0 {
		return refusal
	}
	err := of.store.WithContext(context.WithoutCancel(ctx)).Transaction(func(tx *gorm.DB) error {
		_, item, err := of.Take(tx, actor, id)
		if err != nil {
			return err
		}
		return of.audit.Record(tx, actor, "decision.denied", of.subject(item),
			journal.Detail{"tried": action, "code": services.CodeOf(refusal)})
	})
	if err != nil && services.KindOf(err) != services.KindNotFound { // of another ward nothing is told
		return errors.Join(err, refusal)
	}
	return refusal
}

func (of *Items[T, S]) may(actor services.Actor, move Move[T, S]) error {
	if err := actor.Need(move.Roles...); err != nil {
		return err
	}
	if move.Right != AnyRight && actor.Staff == 0 && !(of.System && actor.Role == services.System) {
		return services.Denied(WhyRole)
	}
	return nil
}

func (of *Items[T, S]) make(act *Act[T], move Move[T, S]) error {
	if err := of.mayMake(act, move); err != nil {
		return err
	}
	given, err := of.sign(act, move)
	if err != nil {
		return err
	}
	to := move.To
	if given.lacks {
		to, act.Action = move.From, of.Subject+".signed"
	} else if move.Do != nil {
		if err := move.Do(act); err != nil {
			return err
		}
	}
	if err := of.write(act, move, to, given); err != nil {
		return err
	}
	switch {
	case given.lacks:
		err = of.tell(act.Context, act.TX, act.Item, of.Asks, given.next)
	case move.Tell != nil:
		err = move.Tell(act)
	}
	if err != nil {
		return err
	}
	return of.Redraw(act.Context, act.TX, act.Actor, act.Item)
}

// write writes the row, its signatures and the journal.
func (of *Items[T, S]) write(act *Act[T], move Move[T, S], to S, given given) (err error) {
	columns := of.Columns
	if given.lacks { // what it would have done is not done
		columns = nil
	}
	if err := of.save(act.TX, act.Row, act.Item, to, columns); err != nil {
		return err
	}
	if move.Anew {
		if err := of.end(act.TX, act.Item, models.SignatureReturned); err != nil {
			return err
		}
	}
	if !given.sameStep {
		if err := of.waitAnew(act.TX, act.Item); err != nil {
			return err
		}
	}
	return of.Record(act)
}

// mayMake asks whose step it is, whether the item still stands, and for a code.
func (of *Items[T, S]) mayMake(act *Act[T], move Move[T, S]) error {
	if err := of.mayDecide(act, move.Right); err != nil {
		return err
	}
	if move.Prepare != nil {
		if err := move.Prepare(act); err != nil {
			return err
		}
		// Who was nobody in the item may have become a party since: a signer, for one.
		item, err := of.Read(*act.Row)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(item.Parties, act.Item.Parties) {
			act.Item = item
			if err := of.mayDecide(act, move.Right); err != nil {
				return err
			}
		}
	}
	guarded := move.Fresh
	if move.Right == Signs && act.Judgement.step().StepUp {
		kind, _ := Known(act.Item.Rule)
		guarded = cmp.Or(kind.signed, ruled)
	}
	if act.Actor.Role == services.System || guarded == (services.Guarded{}) {
		return nil
	}
	return of.Gate.RequireFresh(act.Context, act.TX, act.Actor, guarded)
}

func (of *Items[T, S]) mayDecide(act *Act[T], right Right) (err error) {
	if right == AnyRight || act.Actor.Role == services.System {
		return nil
	}
	if act.Judgement, err = of.Judge(act.TX, act.Item); err != nil {
		return err
	}
	if right == TakesBack {
		_, err := of.own(act.Judgement, act.Actor.Staff)
		return err
	}
	if why := of.WhyNot(act.Judgement, act.Actor.Staff); why != "" {
		return services.Denied(cmp.Or(of.Codes[why], why))
	}
	return nil
}

// given is what a signature came to.
type given struct {
	lacks    bool           // further signatures are missing
	sameStep bool           // of the same step
	next     []models.Staff // whose turn it is; nobody where they have been told of the step
}

// sign gives or ends the actor's signature, where the move is one.
func (of *Items[T, S]) sign(act *Act[T], move Move[T, S]) (given, error) {
	if act.Actor.Role == services.System || move.Right == AnyRight || move.Right == Answers {
		return given{}, nil
	}
	before := act.Judgement
	if move.Right == TakesBack {
		own, err := of.own(before, act.Actor.Staff)
		if err != nil {
			return given{}, err
		}
		act.Detail["step"] = own.Step
		return given{}, of.end(act.TX.Where("id = ?", own.ID), act.Item, models.SignatureTakenBack)
	}
	signer, _ := before.Signer(act.Actor.Staff)
	signature, err := of.give(act.TX, act.Item, before.Standing, signer)
	if err != nil {
		return given{}, err
	}
	maps.Copy(act.Detail, before.detail(signer))
	switch after := before.with(signature); {
	case after.Done:
		return given{}, nil
	case after.Step == before.Step:
		return given{lacks: true, sameStep: true}, nil
	default:
		return given{lacks: true, next: after.told()}, nil
	}
}

// waitAnew forgets that an item was reminded of: the next one has not been kept
// waiting.
func (of *Items[T, S]) waitAnew(tx *gorm.DB, item Item) error {
	if item.Reminded == nil {
		return nil
	}
	if err := tx.Model(new(T)).Where("id = ?", item.ID).UpdateColumn(of.Reminded, nil).Error; err != nil {
		return fmt.Errorf("wait anew for %s %d: %w", of.Subject, item.ID, err)
	}
	return nil
}

// save writes a row that moves, from the version that was read and no other: the
// update that finds it moved changes nothing.
func (of *Items[T, S]) save(tx *gorm.DB, row *T, from Item, to S, columns []string) error {
	if to == "" {
		now, err := of.Read(*row)
		if err != nil {
			return err
		}
		to = S(now.State)
	}
	of.Set(row, to, from.Version+1)
	result := tx.Model(new(T)).Where("id = ? AND version = ? AND state = ?", from.ID, from.Version, from.State).
		Select(append([]string{"state", "version"}, columns...)).Updates(row)
	if result.Error != nil {
		return fmt.Errorf("move %s %d: %w", of.Subject, from.ID, result.Error)
	}
	if result.RowsAffected == 1 {
		return nil
	}
	_, moved, err := of.read(tx, services.SystemActor(from.Ward), from.ID)
	if err != nil {
		return err
	}
	return of.MovedOn(tx, moved)
}

// Record writes a move down in the journal; a row that is new has been made by
// the caller.
func (of *Items[T, S]) Record(act *Act[T]) (err error) {
	act.Now = of.clock.UTC()
	if act.Item, err = of.Read(*act.Row); err != nil {
		return err
	}
	if act.Detail == nil {
		act.Detail = journal.Detail{}
	}
	if of.Moved != nil {
		if err := of.Moved(act); err != nil {
			return err
		}
	}
	actor := act.Actor
	actor.Ward = act.Item.Ward
	return of.audit.Record(act.TX, actor, act.Action, of.subject(act.Item), act.Detail)
}

// MovedOn tells who comes too late what became of an item: it was decided; or it
// waits in another version than the one that was seen, since it was changed
// (outdated) or since somebody signed.
func (of *Items[T, S]) MovedOn(tx *gorm.DB, item Item) error {
	how, by, at := "decided", item.By, item.At
	if item.State == string(of.Waiting) {
		how = "outdated"
		var last models.Signature
		err := tx.Take(&last, "item = ? AND item_id = ? AND version = ? AND ended_at IS NULL", of.Name, item.ID,
			item.Version-1).Error
		if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
			return fmt.Errorf("read signature: %w", err)
		}
		if err == nil { // another's signature brought that version about, more often than not
			how, by, at = "signed", &last.StaffID, last.At
		}
	}
	name, err := of.nameOf(tx, cmp.Or(services.ID(by), item.Parties.Staff), item.Parties.By)
	if err != nil {
		return err
	}
	return of.moved(how).With("state", item.State).With("by", name).With("at", at).With("version", item.Version)
}

func (of *Items[T, S]) moved(how string) *services.Error {
	return services.Conflict("moved." + of.Name + "." + how)
}

// nameOf is what a ward user is called, else a person.
func (of *Items[T, S]) nameOf(tx *gorm.DB, staff, person int64) (string, error) {
	var names []string
	query := tx.Model(&models.Staff{}).Where("id = ?", staff)
	if staff == 0 {
		query = tx.Model(&models.Person{}).Where("id = ?", person)
	}
	if err := query.Limit(1).Pluck("name", &names).Error; err != nil {
		return "", fmt.Errorf("read name: %w", err)
	}
	if len(names) == 0 {
		return "", nil
	}
	return names[0], nil
}

// own is the signature that a ward user may take back.
func (of *Items[T, S]) own(j Judgement, staff int64) (models.Signature, error) {
	own, later := j.own(staff)
	switch {
	case own.ID == 0:
		return own, services.Denied(cmp.Or(of.Codes["not_signed"], "not_signed"))
	case later.ID != 0:
		return own, of.moved("signed_on").With("by", j.Book.Member(later.StaffID).Name).With("at", later.At)
	}
	return own, nil
}

// TakeBack takes the actor's own signature back, or the one that another gave
// for them, as long as nobody has signed a later step: the item waits on.
func (of *Items[T, S]) TakeBack(ctx context.Context, actor services.Actor, id int64, version int) (T, error) {
	return of.Make(ctx, actor, id, version, Move[T, S]{
		Action: of.Subject + ".taken_back", From: of.Waiting, To: of.Waiting,
		Roles: []services.Role{services.Clerk, services.Leader}, Right: TakesBack,
		Tell: func(act *Act[T]) error {
			after, err := of.Judge(act.TX, act.Item)
			if err != nil {
				return err
			}
			if after.Step == act.Judgement.Step {
				return nil
			}
			others := slices.DeleteFunc(after.told(), func(one models.Staff) bool { return one.ID == act.Actor.Staff })
			return of.tell(act.Context, act.TX, act.Item, of.Asks, others)
		},
	})
}
