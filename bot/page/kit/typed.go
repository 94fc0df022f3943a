package kit

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/models"
)

// Typed reads a form's answers into a struct. A field has the answer of its
// name in small letters, or of its tag `answer:"name"`; with ",none" a question
// that was passed over leaves it empty, with ",fixed" nobody was asked. What
// cannot be read is the zero value, as if it had not been answered.
func Typed[A any](answers bot.Answers) (typed A) {
	eachAnswer(reflect.ValueOf(&typed).Elem(), func(field reflect.Value, name string, of options) {
		kept := answers[name]
		if of.none && kept == None {
			kept = ""
		}
		switch into := field.Addr().Interface().(type) {
		case *models.Date:
			*into = DayOf(kept)
		case *models.Month:
			*into, _ = models.ParseMonth(kept)
		case **time.Time:
			if at, err := time.Parse(time.RFC3339, kept); err == nil {
				*into = &at
			}
		case *bool:
			*into = kept == yes
		case *[]string:
			if kept != "" {
				*into = strings.Split(kept, ",")
			}
		default:
			if field.CanInt() {
				field.SetInt(Number(kept))
			} else {
				field.SetString(kept)
			}
		}
	})
	return typed
}

// Untyped keeps a struct as the answers that Typed reads; an empty field is no
// answer, or with ",none" a question that was passed over.
func Untyped(typed any) bot.Answers {
	answers := bot.Answers{}
	eachAnswer(reflect.ValueOf(typed), func(field reflect.Value, name string, of options) {
		kept := ""
		switch value := field.Interface().(type) {
		case *time.Time:
			if value != nil {
				kept = value.Format(time.RFC3339)
			}
		case bool:
			kept = no
			if value {
				kept = yes
			}
		case []string:
			kept = strings.Join(value, ",")
		default:
			if !field.IsZero() {
				kept = fmt.Sprint(value)
			}
		}
		switch {
		case kept == "" && of.none:
			answers[name] = None
		case kept == "":
		case of.fixed:
			answers.Fix(name, kept)
		default:
			answers[name] = kept
		}
	})
	return answers
}

// Answers to what is so or not.
const yes, no = "yes", "no"

type options struct{ none, fixed bool }

func eachAnswer(of reflect.Value, do func(field reflect.Value, name string, of options)) {
	for i := range of.NumField() {
		field := of.Type().Field(i)
		if field.Anonymous {
			eachAnswer(of.Field(i), do)
			continue
		}
		name, rest, _ := strings.Cut(field.Tag.Get("answer"), ",")
		if name == "" {
			name = strings.ToLower(field.Name)
		}
		do(of.Field(i), name, options{none: strings.Contains(rest, "none"), fixed: strings.Contains(rest, "fixed")})
	}
}
