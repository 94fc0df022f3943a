package botapi

import (
	"encoding/json"
	"strconv"
)

// Word is a value that a platform writes as a string here and as a number there.
// A number keeps its digits: ids exceed what a float64 holds. What is neither is
// empty, so that a field of an unforeseen shape does not make the rest of an
// event unreadable.
type Word string

// UnmarshalJSON never fails on valid JSON.
func (w *Word) UnmarshalJSON(raw []byte) error {
	*w = ""
	switch raw[0] {
	case '{', '[', 'n':
		return nil
	case '"':
		return json.Unmarshal(raw, (*string)(w))
	}
	*w = Word(raw)
	return nil
}

// Number is 0 when the word is no number.
func (w Word) Number() int {
	n, _ := strconv.Atoi(string(w))
	return n
}
