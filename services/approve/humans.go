package approve

import (
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// Four eyes stand between humans, not between rows: a clerk's row, a leader's and
// one of the roster may be of the same one. A human is known by what is theirs
// alone: a row in the roster, a number that they answer, a citizen's number. Rows
// that share one of these are of one human, whether or not anybody has said so;
// who shares a household's number is taken for one as well, since nobody could
// tell.

// known is a row of the roster by what tells its human: the numbers themselves,
// since two rows may be hashed with two keys.
type known struct {
	ID         int64
	WardID     int64
	MergedInto *int64
	Phone      string `seal:"people.phone"`
	Citizen    string `seal:"people.citizen_id" gorm:"column:citizen_id"`
}

func (known) TableName() string { return "people" }

// traces are what a row of the roster is known by.
func traces(person known) []string {
	list := append(row(person.ID), row(services.ID(person.MergedInto))...)
	return append(append(list, phone(person.Phone)...), citizen(person.Citizen)...)
}

func citizen(number string) []string {
	if number == "" {
		return nil
	}
	return []string{"citizen:" + number}
}

func row(id int64) []string {
	if id == 0 {
		return nil
	}
	return []string{"person:" + strconv.FormatInt(id, 10)}
}

func phone(number string) []string {
	if number == "" {
		return nil
	}
	return []string{"phone:" + number}
}

// identify says of each of the ward's users which human they are: by the first row
// of that human.
func (b *Book) identify(tx *gorm.DB) error {
	var people []known
	named := services.InWard(tx.Session(&gorm.Session{NewDB: true}).Model(&models.Staff{}), b.Ward.ID).
		Where("person_id IS NOT NULL").Select("person_id")
	err := tx.Session(&gorm.Session{NewDB: true}).Find(&people, "id IN (?)", named).Error
	if err != nil {
		return fmt.Errorf("read who staff are: %w", err)
	}
	b.traces = map[string]int64{}
	for i, member := range b.Staff {
		own := append(phone(member.Phone), citizen(member.CitizenID)...)
		for _, person := range people {
			if person.ID == services.ID(member.PersonID) {
				own = append(own, traces(person)...)
			}
		}
		b.Staff[i].Human = member.ID
		for _, trace := range own {
			if other, known := b.traces[trace]; known {
				b.join(other, b.Staff[i].Human)
			}
			b.traces[trace] = b.Staff[i].Human
		}
	}
	return nil
}

// join makes two humans one, the earlier.
func (b *Book) join(one, other int64) {
	first, gone := min(one, other), max(one, other)
	for i := range b.Staff {
		if b.Staff[i].Human == gone {
			b.Staff[i].Human = first
		}
	}
	for trace, human := range b.traces {
		if human == gone {
			b.traces[trace] = first
		}
	}
}

// humans are those of the ward's users who have one of these traces.
func (b *Book) humans(traces []string) []int64 {
	var humans []int64
	for _, trace := range traces {
		if human, known := b.traces[trace]; known {
			humans = append(humans, human)
		}
	}
	return humans
}

// knowParties fills in which of the ward's users are parties of items: who proposed
// them, and whom they are about.
func (b *Book) knowParties(tx *gorm.DB, items []Item) error {
	var ids []int64
	for i := range items {
		parties := &items[i].Parties
		parties.know(b.Staff)
		ids = append(append(ids, parties.People...), parties.By)
	}
	people := map[int64]known{}
	for some := range chunks(ids) {
		var rows []known
		err := tx.Session(&gorm.Session{NewDB: true}).Find(&rows, "id IN ?", some).Error
		if err != nil {
			return fmt.Errorf("read %d people: %w", len(some), err)
		}
		for _, row := range rows {
			people[row.ID] = row
		}
	}
	for i := range items {
		parties := &items[i].Parties
		parties.own = b.humans(traces(people[parties.By]))
		if human := b.Member(parties.Staff).Human; human != 0 {
			parties.own = append(parties.own, human)
		}
		parties.concerned = nil
		for _, number := range parties.Phones {
			parties.concerned = append(parties.concerned, b.humans(phone(number))...)
		}
		for _, person := range parties.People {
			parties.concerned = append(parties.concerned, b.humans(traces(people[person]))...)
		}
	}
	return nil
}

// same reports whether two ward users are one human.
func same(a, b models.Staff) bool {
	return a.ID == b.ID || (a.Human != 0 && a.Human == b.Human) ||
		(a.PersonID != nil && services.ID(a.PersonID) == services.ID(b.PersonID)) || (a.Phone != "" && a.Phone == b.Phone)
}

// isOne reports whether a ward user is one of these humans.
func isOne(member models.Staff, humans []int64) bool {
	return member.Human != 0 && slices.Contains(humans, member.Human)
}

// Concerns refuses with denied/concerns_you who is one human with one of these
// people, for acts that nobody else signs.
func (s *Service) Concerns(tx *gorm.DB, actor services.Actor, people ...int64) error {
	if actor.Staff == 0 || len(people) == 0 {
		return nil
	}
	book, err := s.Open(tx, actor.Ward)
	if err != nil {
		return err
	}
	items := []Item{{Ward: actor.Ward, Parties: Parties{People: people}}}
	if err := book.knowParties(tx, items); err != nil {
		return err
	}
	if items[0].Parties.WhyNot(book.Member(actor.Staff)) != "" {
		return services.Denied(WhyConcerns)
	}
	return nil
}
