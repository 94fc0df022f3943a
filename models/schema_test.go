package models_test

import (
	"context"
	"os"
	"testing"

	"gorm.io/gorm/schema"

	"sync"

	"canbobot/models"
	"canbobot/models/storetest"
)

// entities lists every row type; the test below fails for one without a table.
var entities = []any{
	models.Ward{}, models.Organization{}, models.Village{}, models.Branch{}, models.Person{}, models.Term{},
	models.ChangeRequest{}, models.ChangeEvent{}, models.Draft{},
	models.Hand{}, models.Look{}, models.DataRequest{}, models.Breach{}, models.Removal{},
	models.Policy{}, models.PolicyRule{}, models.BaseSalary{}, models.PaymentRun{}, models.PaymentLine{},
	models.PaymentComponent{},
	models.Staff{}, models.Account{}, models.Consent{}, models.Invite{}, models.LinkRequest{},
	models.Case{}, models.CaseMessage{}, models.Notice{}, models.Delivery{}, models.AuditEntry{}, models.IdempotencyKey{},
	models.ChannelToken{}, models.ChannelTokenEvent{}, models.ChannelTrouble{}, models.MessageTemplate{}, models.Upload{},
	models.Download{}, models.Confirmation{}, models.WardCertificate{}, models.SignedList{},
	models.PhraseCount{}, models.KeptPhrase{}, models.Import{},
	models.VillageName{}, models.VillageLink{}, models.WardLink{}, models.Evidence{}, models.FileTry{},
	models.PersonMerge{},
	models.PersonDistinction{},
	models.Budget{}, models.NoticeFile{}, models.NoticeAnswer{}, models.NoticeTemplate{}, models.RecurringNotice{},
	models.ResultSheet{}, models.ResultWord{}, models.BankForm{},
	models.Settlement{}, models.SettledLine{}, models.LineReceipt{}, models.Key{},
	models.Repayment{}, models.RepaymentPart{},
	models.Waiver{}, models.WaiverPart{}, models.DebtCap{},
	models.JournalHead{}, models.JournalProof{}, models.JournalFault{}, models.JournalDay{}, models.Fence{},
}

func TestMigratedSchemaIsWhatTheModelsSay(t *testing.T) {
	store := storetest.New(t, nil)
	tables, err := store.Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]bool{}
	for _, entity := range entities {
		parsed, err := schema.Parse(entity, &sync.Map{}, store.NamingStrategy)
		if err != nil {
			t.Fatal(err)
		}
		ours[parsed.Table] = true
		columns, err := store.Migrator().ColumnTypes(entity)
		if err != nil {
			t.Fatalf("%s: %v", parsed.Table, err)
		}
		have := map[string]bool{}
		for _, column := range columns {
			have[column.Name()] = true
			if parsed.FieldsByDBName[column.Name()] == nil {
				t.Errorf("%s.%s is in the database and not in %T", parsed.Table, column.Name(), entity)
			}
		}
		for _, name := range parsed.DBNames {
			if !have[name] {
				t.Errorf("%T has %s, which the database lacks", entity, name)
			}
		}
	}
	for _, table := range tables {
		if !ours[table] && !known(table) {
			t.Errorf("table %s has no model", table)
		}
	}
}

func known(table string) bool {
	for _, prefix := range []string{"river_", "goose_", "sqlite_"} {
		if len(table) > len(prefix) && table[:len(prefix)] == prefix {
			return true
		}
	}
	return false
}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	store := storetest.New(t, nil)
	if err := store.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestSeveralReplicasMayMigrateAtOnce(t *testing.T) {
	if os.Getenv("TEST_DATABASE_URL") == "" {
		return // a SQLite file has one process
	}
	store := storetest.New(t, nil)
	errs := make(chan error, 4)
	for range 4 {
		go func() { errs <- store.Migrate(context.Background()) }()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
