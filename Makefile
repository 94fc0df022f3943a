# The few commands of the desk. What CI runs is `make check`, and only that.
.PHONY: demo test short plays settings check

demo: ## everything in one process, with the sample; open the printed page
	go run . demo

test: ## SQLite and a Redis inside the process; nothing to install
	go test ./...

short: ## what takes long is left out
	go test -short ./...

plays: ## write the dialogues anew; read the difference before you commit it
	go test ./app -run TestTranscripts -update

settings: ## write .env.example anew from config/config.go
	go test ./config -update

check: ## the gate: PostgreSQL, Redis, a browser, the race detector
	bash .ci/run
