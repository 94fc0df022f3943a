package identity

import (
	"context"
	"fmt"

	"canbobot/models"
	"canbobot/services"
)

// maxQueue bounds the list of requests that wait.
const maxQueue = 50

// Queue lists the requests to be linked that wait for the ward, oldest first.
func (r *Requests) Queue(ctx context.Context, actor services.Actor) ([]models.LinkRequest, error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, err
	}
	var requests []models.LinkRequest
	err := services.InWard(r.store.WithContext(ctx), actor.Ward).Where("state = ?",
		models.LinkPending).Order("id").Limit(maxQueue).Find(&requests).Error
	if err != nil {
		return nil, fmt.Errorf("link requests: %w", err)
	}
	return requests, nil
}
