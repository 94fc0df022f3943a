package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services/outbox"
)

type benchBroadcast struct {
	Recipients int    `help:"How many people the notice goes to." default:"50000"`
	Rate       int    `help:"Messages a second at most; 0 for no limit." default:"0"`
	JSON       bool   `help:"Print an object a line." name:"json"`
	Profile    string `help:"Write a CPU profile of the measured part." placeholder:"FILE"`
}

func (benchBroadcast) Help() string {
	return "Uses DATABASE_URL and REDIS_URL where set (a schema and a key prefix of its own, removed at the end), else the embedded pair. " +
		"Lost and repeated are counted by the fake Telegram.\n\nExample: canbobot bench broadcast --recipients 50000 --rate 1000"
}

func (c benchBroadcast) Run(p *process) error {
	if c.Recipients < 8 || c.Recipients > 2_000_000 || c.Rate < 0 {
		return usageError{errors.New("--recipients must be from 8 to 2000000, --rate at least 0")}
	}
	b, err := openInboundBench(p, c.Recipients)
	if err != nil {
		return err
	}
	defer b.close()
	b.bulkRate = -1
	if c.Rate > 0 {
		b.bulkRate = c.Rate
	}
	if err := b.openTelegram(p); err != nil {
		return err
	}
	stop, err := profile(c.Profile)
	if err != nil {
		return err
	}
	defer stop()
	enqueue, message, err := b.enqueue(p.ctx, int64(c.Recipients))
	if err != nil {
		return err
	}
	floor, err := b.measure(p.ctx, b.echo, 8, 2, false)
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := b.counter.Start(p.ctx); err != nil {
		return err
	}
	var replies int64
	var took []time.Duration
	limit := begun.Add(2 * time.Hour)
	random := rand.New(rand.NewPCG(1, 1))
	// One officer asks at a time, ten times a second; between the questions the
	// bulk is looked at.
	var left int64 = 1
	for ticker := time.NewTicker(100 * time.Millisecond); left > 0 && time.Now().Before(limit); {
		select {
		case <-p.ctx.Done():
			ticker.Stop()
			return p.ctx.Err()
		case <-ticker.C:
		}
		asked := time.Now()
		if err := b.post(p.ctx, b.webhook, b.line.said(b.nextID.Add(1), random.IntN(b.officers), asksAllowance[0])); err == nil {
			replies++
			took = append(took, time.Since(asked))
		}
		if b.line.sent()-replies < int64(c.Recipients) && len(took)%20 != 0 {
			continue
		}
		err := b.ward.Store.WithContext(p.ctx).Model(&models.Delivery{}).Where("subject_id = ? AND kind = ? AND state IN ?", message.SubjectID, message.Kind,
			[]models.DeliveryState{models.DeliveryQueued, models.DeliverySending}).Limit(1).Count(&left).Error
		if err != nil {
			return err
		}
	}
	elapsed := time.Since(begun).Seconds()
	ending, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), grace)
	defer cancel()
	if err := b.counter.Stop(ending); err != nil {
		return err
	}
	var unsure int64
	err = b.ward.Store.WithContext(p.ctx).Model(&models.Delivery{}).Where("subject_id = ? AND kind = ? AND (state = ? OR reason = 'repeated')", message.SubjectID, message.Kind, models.DeliveryUncertain).Count(&unsure).Error
	if err != nil {
		return err
	}
	arrived := b.line.sent() - replies
	one := figures{
		Name: "broadcast", Recipients: c.Recipients, PerSecond: float64(arrived) / elapsed, FloorPerSecond: floor.PerSecond,
		Lost: max(int64(c.Recipients)-arrived, 0), Repeated: max(arrived-int64(c.Recipients), 0), Uncertain: unsure,
		PeakRSS: peakMemory(), Seconds: elapsed, Enqueue: enqueue.Seconds(),
	}
	one.P50, one.P95, one.P99 = quantiles(took)
	return printFigures(p.stdout, c.JSON, []figures{one})
}

// enqueue queues a notice to everybody of the crowd.
func (b *inboundBench) enqueue(ctx context.Context, n int64) (time.Duration, outbox.Broadcast, error) {
	begun := time.Now()
	at := begun.UTC()
	notice := models.Notice{WardID: 1, StaffID: 1, Text: "Mời họp 8h thứ Bảy tại nhà văn hoá", Audience: "{}", State: "sent", SentAt: &at, CreatedAt: at}
	message := outbox.Broadcast{Kind: outbox.NoticeSent, Subject: outbox.Notice}
	err := b.ward.Store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var ward models.Ward
		if err := tx.Take(&ward).Error; err != nil {
			return err
		}
		notice.WardID, message.Ward = ward.ID, ward.ID
		if err := tx.Create(&notice).Error; err != nil {
			return err
		}
		message.SubjectID = notice.ID
		told, err := b.ward.Outbox.TellAll(ctx, tx, message, tx.Model(&models.Person{}).Select("id AS person_id"))
		if err == nil && told != n {
			err = fmt.Errorf("%d rows queued for %d people", told, n)
		}
		return err
	})
	return time.Since(begun), message, err
}
