package approve

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Item is something that waits for signatures, as its kind reads it out of its
// row.
type Item struct {
	Rule    string // the kind whose rule it goes by: phone, list
	ID      int64
	Ward    int64
	Version int // counts its moves; a decision names the one it saw
	State   string
	// Since is when it was put before its signers: the rules of that day hold.
	Since    time.Time
	Reminded *time.Time
	Parties  Parties
	Held     time.Time // until then two humans sign it; zero where it is not held
	// By decided on it last; nil where its proposer did. At is when it moved.
	By *int64
	At time.Time
}

// Gate knows who gave a fresh code.
type Gate interface {
	// RequireFresh refuses with denied/step_up unless the actor entered a code
	// a short while ago.
	RequireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor, act services.Guarded) error
}

// Items are all items of one kind: rows of T whose states are S.
type Items[T any, S ~string] struct {
	*Service
	Outbox *outbox.Outbox
	Gate   Gate

	Name    string // of their signatures, and of the words when one has moved on
	Subject string // in the journal, and before its actions: run, for run:12 and run.signed
	Card    string // what is redrawn
	Waiting S      // where they wait for signatures

	Read    func(row T) (Item, error)
	Set     func(row *T, state S, version int)
	Columns []string // what moves write besides state and version
	// LockWard says that all that moves them in a ward waits for each other: two
	// lists must not settle the same month.
	LockWard bool
	// Asks is the message to who may sign, Reminds that it waits too long, Reminded
	// the column of when that was said, Since that of when it was put before them.
	Asks, Reminds   outbox.Kind
	Reminded, Since string
	// Gather may tell of an item together with others, in place of its own message;
	// nil never does.
	Gather func(ctx context.Context, tx *gorm.DB, item Item, staff []models.Staff) (gathered bool, err error)
	// Hours says that the ward's own time to remind counts for them; else only
	// what a rule says does.
	Hours bool
	// NoSigner refuses what a ward has nobody to sign; nil lets it wait.
	NoSigner func() error
	// Codes are the refusals that have words of their own for these items.
	Codes map[string]string
	// RoleFirst says that who signs none of their steps is told just that, party or
	// not.
	RoleFirst bool
	// System says that the program may decide as well; it signs nothing.
	System bool
	// Moved adds to the journal, once the row is written.
	Moved func(act *Act[T]) error
}

// Act is a move as it is being made.
type Act[T any] struct {
	Context context.Context
	TX      *gorm.DB
	Actor   services.Actor
	Row     *T
	Before  T // as it was found
	Item    Item
	// Judgement is how far its signatures were, where the move hangs on them.
	Judgement Judgement
	Action    string
	Reason    string
	Now       time.Time
	Detail    journal.Detail
}

// Signers are who has signed, the actor last.
func (a *Act[T]) Signers() []int64 {
	var staff []int64
	for _, signature := range a.Judgement.Counted {
		staff = append(staff, signature.StaffID)
	}
	return append(staff, a.Actor.Staff)
}

// OneSigner is the ward user who signs it alone; 0 where several did.
func (a *Act[T]) OneSigner() int64 {
	if signers := a.Signers(); len(signers) == 1 {
		return signers[0]
	}
	return 0
}

// Take reads the row of an item of the actor's ward, in a transaction for its
// move alone.
func (of *Items[T, S]) Take(tx *gorm.DB, actor services.Actor, id int64) (row T, item Item, err error) {
	if !of.LockWard {
		return of.read(services.Locked(tx), actor, id)
	}
	if _, item, err = of.read(tx, actor, id); err != nil {
		return row, item, err
	}
	if err = services.LockWard(tx, item.Ward); err != nil {
		return row, item, err
	}
	return of.read(tx, actor, id)
}

// WhyNot is why a ward user may not sign an item now; "" when they may.
func (of *Items[T, S]) WhyNot(j Judgement, staff int64) string {
	member := j.Book.Member(staff)
	why := j.WhyNot(member)
	if why != "" && of.RoleFirst && !j.signsAny(member) {
		return WhyRole
	}
	return why
}

// View shows how far an item is, and why the actor may not take it further; ""
// when they may.
func (of *Items[T, S]) View(tx *gorm.DB, actor services.Actor, item Item) (Approval, string, error) {
	j, err := of.Judge(tx, item)
	if err != nil {
		return Approval{}, "", err
	}
	view := j.View(actor.Staff, item.State == string(of.Waiting))
	if of.System && actor.Role == services.System {
		return view, "", nil
	}
	return view, of.WhyNot(j, actor.Staff), nil
}

func (of *Items[T, S]) read(tx *gorm.DB, actor services.Actor, id int64) (row T, item Item, err error) {
	if row, err = services.Take[T](tx, actor, of.Subject, id); err == nil {
		item, err = of.Read(row)
	}
	return row, item, err
}

// Judge is how far an item is, by the rule under which it was put before its
// signers.
func (of *Items[T, S]) Judge(tx *gorm.DB, item Item) (Judgement, error) {
	book, err := of.Open(tx, item.Ward)
	if err != nil {
		return Judgement{}, err
	}
	signatures, err := of.signatures(tx.Where("item = ? AND item_id = ?", of.Name, item.ID))
	if err != nil {
		return Judgement{}, err
	}
	items, err := book.know(tx, of.clock.UTC(), item)
	if err != nil {
		return Judgement{}, err
	}
	return of.judge(book, items[0], signatures[item.ID]), nil
}

// Party is why a ward user may not sign an item, whichever step it waits at; ""
// where they are no party of it.
func (b *Book) Party(tx *gorm.DB, item Item, staff int64) (string, error) {
	items := []Item{item}
	err := b.knowParties(tx, items)
	return items[0].Parties.WhyNot(b.Member(staff)), err
}

// JudgeWaiting judges items of one ward that wait, by id.
func (of *Items[T, S]) JudgeWaiting(tx *gorm.DB, ward int64, items []Item) (map[int64]Judgement, error) {
	book, err := of.Open(tx, ward)
	if err != nil {
		return nil, err
	}
	// By a subquery: a ward may have more that waits than a statement takes ids.
	waiting := services.InWard(tx.Session(&gorm.Session{NewDB: true}).Model(new(T)), ward).Select("id").Where("state = ?",
		of.Waiting)
	signatures, err := of.signatures(tx.Where("item = ? AND item_id IN (?)", of.Name, waiting))
	if err != nil {
		return nil, err
	}
	if items, err = book.know(tx, of.clock.UTC(), items...); err != nil {
		return nil, err
	}
	judged := map[int64]Judgement{}
	for _, item := range items {
		judged[item.ID] = of.judge(book, item, signatures[item.ID])
	}
	return judged, nil
}

func (of *Items[T, S]) judge(book *Book, item Item, signatures []models.Signature) Judgement {
	j := Judgement{Book: book, Item: item, day: models.DateOf(of.clock.Local()), all: signatures}
	j.Rule, signatures = book.Rule(item.Rule, item.Since).held(item.Held, of.clock.UTC(), signatures)
	j.Standing = Progress(j.Rule.Steps, item.Parties, signatures, book.Staff, book.Delegations, j.day)
	return j
}

func (of *Items[T, S]) signatures(query *gorm.DB) (map[int64][]models.Signature, error) {
	var rows []models.Signature
	if err := query.Where("ended_at IS NULL").Order("version, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read signatures: %w", err)
	}
	given := map[int64][]models.Signature{}
	for _, row := range rows {
		given[row.ItemID] = append(given[row.ItemID], row)
	}
	return given, nil
}

// Ask puts an item before those who sign its first step, and refuses as NoSigner
// says where not every step finds its people in the ward.
func (of *Items[T, S]) Ask(ctx context.Context, tx *gorm.DB, row T) error {
	item, err := of.Read(row)
	if err != nil {
		return err
	}
	j, err := of.Judge(tx, item)
	if err != nil {
		return err
	}
	// Who is held may wait, where the ward has no second human.
	if rule := j.Book.Rule(item.Rule, item.Since); of.NoSigner != nil &&
		Unsatisfied(rule.Steps, j.Item.Parties, j.Book.Staff) >= 0 {
		return of.NoSigner()
	}
	return of.tell(ctx, tx, item, of.Asks, j.told())
}

// tell queues a message about an item for ward users.
func (of *Items[T, S]) tell(ctx context.Context, tx *gorm.DB, item Item, kind outbox.Kind, staff []models.Staff) error {
	if of.Gather != nil {
		if gathered, err := of.Gather(ctx, tx, item, staff); gathered || err != nil {
			return err
		}
	}
	return of.Outbox.TellStaff(ctx, tx, outbox.Message{Ward: item.Ward, Kind: kind, Subject: of.Card, SubjectID: item.ID,
		Version: item.Version}, staff)
}

// Redraw has the cards of an item drawn as it has become; who is told of that
// version reads of it anyway.
func (of *Items[T, S]) Redraw(ctx context.Context, tx *gorm.DB, by services.Actor, item Item) error {
	return of.Outbox.Enqueue(ctx, tx, outbox.Redraw{Ward: item.Ward, Subject: of.Card, SubjectID: item.ID, By: by.Account,
		Version: item.Version})
}

func (of *Items[T, S]) subject(item Item) string { return fmt.Sprintf("%s:%d", of.Subject, item.ID) }
